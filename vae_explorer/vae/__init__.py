"""The model, after Kingma & Welling (2014), *Auto-Encoding Variational Bayes*."""

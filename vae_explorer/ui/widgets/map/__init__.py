"""The latent map: a painted plane with layers, marks, tools and legend."""

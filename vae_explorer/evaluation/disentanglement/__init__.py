"""How well single latent dimensions stand for single known factors, by the protocol of Locatello et al. (2019)."""

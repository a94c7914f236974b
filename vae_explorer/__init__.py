"""vae-explorer: see what a variational autoencoder has learned."""

__version__ = "0.1.0"

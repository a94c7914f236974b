"""Densities that evaluations need: of the prior, and of N(0, I)."""

from __future__ import annotations

import torch
from torch import Tensor

from vae_explorer.vae.model import VAE
from vae_explorer.vae.posterior import gaussian_log_prob

__all__ = [
    "log_prior",
    "prior_samples",
    "standard_normal_log_prob",
]


def standard_normal_log_prob(z: Tensor) -> Tensor:
    """log N(z; 0, I) in nats, summed over latent dimensions: (..., D) → (...)."""
    zero = z.new_zeros(())
    return gaussian_log_prob(z, zero, zero).sum(-1)


def log_prior(model: VAE, z: Tensor) -> Tensor:
    """log p(z) of the model's prior in nats: (..., D) → (...)."""
    density: Tensor = model.prior.log_prob(z)
    return density


def prior_samples(model: VAE, n: int, generator: torch.Generator) -> Tensor:
    """`n` draws z ~ p(z), (n, D), on the generator's device."""
    return model.prior.sample(n, generator)

"""The evidence lower bound, and the β-VAE."""

from __future__ import annotations

import torch
from torch import Tensor

from vae_explorer.vae.model import VAE
from vae_explorer.vae.objectives.objective import Objective, Terms, bound_of

__all__ = ["NegativeElbo"]


class NegativeElbo(Objective):
    """recon + β·kl: for β = 1 the negative evidence lower bound (Kingma & Welling 2014, eq. 3, 10),
    else the β-VAE (Higgins et al. 2017, eq. 4)."""

    is_mean_over_images = True

    def __call__(
        self,
        model: VAE,
        x: Tensor,
        beta: float,
        generator: torch.Generator | None,
        *,
        y: Tensor | None = None,
        epoch: float = 0.0,
    ) -> Terms:
        bound = bound_of(model, x, generator, y)
        return Terms(bound.recon, bound.kl, (bound.recon + beta * bound.kl).mean())

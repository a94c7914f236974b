"""The evidence lower bound, and the β-VAE."""

from __future__ import annotations

from vae_explorer.vae.model import VAE
from vae_explorer.vae.objectives.objective import Batch, Objective, Terms, bound_of

__all__ = ["NegativeElbo"]


class NegativeElbo(Objective):
    """recon + β·kl: for β = 1 the negative evidence lower bound (Kingma & Welling 2014, eq. 3, 10),
    else the β-VAE (Higgins et al. 2017, eq. 4)."""

    is_mean_over_images = True

    def terms(self, model: VAE, batch: Batch) -> Terms:
        bound = bound_of(model, batch)
        return Terms(bound.recon, bound.kl, (bound.recon + batch.beta * bound.kl).mean())

"""InfoVAE with a maximum mean discrepancy: codes as a whole are led to the prior, each alone less."""

from __future__ import annotations

import torch
from torch import Tensor

from vae_explorer.vae.model import VAE
from vae_explorer.vae.objectives.objective import Batch, Objective, Terms, bound_of

__all__ = ["InfoVAE", "squared_mmd"]


class InfoVAE(Objective):
    """recon + (1 − α)·kl + (α + λ − 1)·MMD²(q(z), p(z)) (Zhao et al. 2019, eq. 6).

    β is 1 − α and `weight` α + λ − 1: β = 0 is the MMD-VAE, `weight` = 0 the β-VAE.
    """

    def __init__(self, weight: float) -> None:
        self.weight = weight

    def terms(self, model: VAE, batch: Batch) -> Terms:
        bound = bound_of(model, batch)
        mmd = squared_mmd(bound.z, model.prior.sample(len(batch.x), batch.generator).to(bound.z))
        loss = (bound.recon + batch.beta * bound.kl).mean() + self.weight * mmd
        return Terms(bound.recon, bound.kl, loss, {"mmd": mmd.detach()})


def squared_mmd(z: Tensor, other: Tensor) -> Tensor:
    """Unbiased estimate of MMD² between two samples (B, D) (Gretton et al. 2012, eq. 3); scalar, may be below 0.

    Kernel exp(−‖z − z'‖² / 2D): 2D is the mean squared distance of two draws of N(0, I). Zero for fewer
    than two rows.
    """
    n, latent_dim = z.shape
    if n < 2:
        return z.sum() * 0.0

    def kernel(a: Tensor, b: Tensor) -> Tensor:
        return torch.exp(-(a[:, None] - b).square().sum(2) / (2.0 * latent_dim))  # (B, B)

    def within(a: Tensor) -> Tensor:
        return (kernel(a, a).sum() - n) / (n * (n - 1))  # each with itself is 1 and left out

    return within(z) + within(other) - 2.0 * kernel(z, other).mean()

"""DIP-VAE: the covariance of the codes is led to the identity."""

from __future__ import annotations

import torch
from torch import Tensor

from vae_explorer.vae.model import VAE
from vae_explorer.vae.objectives.objective import Batch, Objective, Terms, bound_of

__all__ = ["Dip", "covariance"]

_DIAGONAL_I, _DIAGONAL_II = 10.0, 1.0  # λ_d in units of λ_od, as in the paper's experiments


class Dip(Objective):
    """recon + β·kl + λ_od·Σ_{i≠j} V_ij² + λ_d·Σ_i (V_ii − 1)² (Kumar et al. 2018, eq. 6-7).

    V is the covariance over images of the posterior means for DIP-VAE-I, and of the codes for DIP-VAE-II, which
    is that of the means plus the mean of the variances (law of total covariance). λ_d is 10·λ_od for I and λ_od for II.

    Parameters
    ----------
    weight
        λ_od.
    of_samples
        True: DIP-VAE-II.
    """

    def __init__(self, weight: float, *, of_samples: bool) -> None:
        self.weight = weight
        self.of_samples = of_samples

    def terms(self, model: VAE, batch: Batch) -> Terms:
        bound = bound_of(model, batch)
        v = covariance(bound.posterior.mu)  # (D, D)
        if self.of_samples:
            v = v + torch.diag(bound.posterior.log_var.exp().mean(0))
        diagonal = v.diagonal()
        off = v.square().sum() - diagonal.square().sum()
        on = (diagonal - 1.0).square().sum()
        penalty = self.weight * (off + (_DIAGONAL_II if self.of_samples else _DIAGONAL_I) * on)
        loss = (bound.recon + batch.beta * bound.kl).mean() + penalty
        return Terms(bound.recon, bound.kl, loss, {"off-diagonal": off.detach(), "diagonal": on.detach()})


def covariance(mu: Tensor) -> Tensor:
    """Covariance over the rows of `mu` (B, D), divided by B; (D, D)."""
    centred = mu - mu.mean(0)
    return (centred[:, :, None] * centred[:, None]).mean(0)  # no matrix product: full precision everywhere

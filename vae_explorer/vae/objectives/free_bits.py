"""Free bits: some nats a dimension that cost nothing, so that no dimension is given up early."""

from __future__ import annotations

import torch
from torch import Tensor

from vae_explorer.vae.model import VAE
from vae_explorer.vae.objectives.objective import Objective, Terms, bound_of

__all__ = ["FreeBits"]


class FreeBits(Objective):
    """recon + β·Σ_j max(λ, mean over the batch of KL_j) (Kingma et al. 2016, eq. 15; a group is a dimension).

    With a prior or posterior whose KL has no share for each dimension all dimensions are one group, with D·λ.
    """

    def __init__(self, free_nats: float) -> None:
        self.free_nats = free_nats

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
        if model.has_closed_kl:
            groups, floor = bound.posterior.kl().mean(0), self.free_nats  # (D,)
        else:
            groups, floor = bound.kl.mean(0, keepdim=True), self.free_nats * model.latent_dim  # (1,)
        paid = groups.clamp_min(floor).sum()
        extra = {"paid kl": paid.detach()}
        return Terms(bound.recon, bound.kl, bound.recon.mean() + beta * paid, extra)

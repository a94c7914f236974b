"""Free bits: some nats a dimension that cost nothing, so that no dimension is given up early."""

from __future__ import annotations

from vae_explorer.vae.model import VAE
from vae_explorer.vae.objectives.objective import Batch, Objective, Terms, bound_of

__all__ = ["FreeBits"]


class FreeBits(Objective):
    """recon + β·Σ_j max(λ, mean over the batch of KL_j) (Kingma et al. 2016, eq. 15; a group is a dimension).

    With a prior or posterior whose KL has no share for each dimension all dimensions are one group, with D·λ.
    """

    def __init__(self, free_nats: float) -> None:
        self.free_nats = free_nats

    def terms(self, model: VAE, batch: Batch) -> Terms:
        bound = bound_of(model, batch)
        if model.has_closed_kl:
            groups, floor = bound.posterior.kl().mean(0), self.free_nats  # (D,)
        else:
            groups, floor = bound.kl.mean(0, keepdim=True), self.free_nats * model.latent_dim  # (1,)
        paid = groups.clamp_min(floor).sum()
        extra = {"paid kl": paid.detach()}
        return Terms(bound.recon, bound.kl, bound.recon.mean() + batch.beta * paid, extra)

"""Controlled capacity: KL is led to a number of nats that rises during training."""

from __future__ import annotations

import torch

from vae_explorer.vae.model import VAE
from vae_explorer.vae.objectives.objective import Batch, Objective, Terms, bound_of
from vae_explorer.vae.objectives.schedules import capacity_at

__all__ = ["Capacity"]


class Capacity(Objective):
    """recon + γ·|mean kl − C| with C rising linearly from 0 (Burgess et al. 2018, eq. 8).

    The mean over the batch stands inside the absolute value: a target for the data, not for each image.

    Parameters
    ----------
    capacity
        C at the end, in nats.
    rise_epochs
        Over which C gets there.
    weight
        γ.
    """

    def __init__(self, capacity: float, rise_epochs: float, weight: float) -> None:
        self.capacity = capacity
        self.rise_epochs = rise_epochs
        self.weight = weight

    def terms(self, model: VAE, batch: Batch) -> Terms:
        bound = bound_of(model, batch)
        target = capacity_at(batch.epoch, self.capacity, self.rise_epochs)
        loss = bound.recon.mean() + self.weight * (bound.kl.mean() - target).abs()
        extra = {"capacity": torch.zeros_like(loss.detach()) + target}
        return Terms(bound.recon, bound.kl, loss, extra)

"""What training minimises. An objective is a function of model and batch that returns `Terms`.

A new objective is a class with the ``__call__`` of `Objective`, a name in `ObjectiveName` and a line
in `make_objective`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from vae_explorer.vae.config import ObjectiveConfig
from vae_explorer.vae.model import VAE

__all__ = ["NegativeElbo", "Objective", "ReconstructionLoss", "Terms", "beta_at", "make_objective"]


@dataclass(frozen=True, eq=False)
class Terms:
    """Losses of one batch, in nats.

    Attributes
    ----------
    recon
        −log p(x|z) with one z ~ q(z|x), summed over channels and pixels; (B,).
    kl
        KL(q(z|x) ‖ p(z)), summed over latent dimensions, not weighted by beta; (B,).
    loss
        What is minimised: a mean over the batch; scalar.
    """

    recon: Tensor  # (B,)
    kl: Tensor  # (B,)
    loss: Tensor  # ()


class Objective(Protocol):
    """Computes `Terms` of a batch.

    Attributes
    ----------
    is_mean_over_images
        Whether the loss is a mean of terms that each depend on one image: then parts of a batch may be computed apart.
    """

    is_mean_over_images: bool

    def __call__(self, model: VAE, x: Tensor, beta: float, generator: torch.Generator | None) -> Terms:
        """`x` (B, C, H, W) in [0, 1]; `beta` is the weight in force; noise comes from `generator`."""
        ...


class NegativeElbo:
    """recon + β·kl: for β = 1 the negative evidence lower bound (Kingma & Welling 2014, eq. 3, 10),
    else the β-VAE (Higgins et al. 2017, eq. 4)."""

    is_mean_over_images = True

    def __call__(self, model: VAE, x: Tensor, beta: float, generator: torch.Generator | None) -> Terms:
        posterior, _, params = model(x, generator)
        recon = -model.likelihood.log_prob(x, params)  # (B,)
        kl = posterior.kl().sum(1)  # (B,)
        return Terms(recon, kl, (recon + beta * kl).mean())


class ReconstructionLoss:
    """recon alone at z = mu: a plain autoencoder. It has no posterior, so kl is zero."""

    is_mean_over_images = True

    def __call__(self, model: VAE, x: Tensor, beta: float, generator: torch.Generator | None) -> Terms:
        _, _, params = model(x, generator)
        recon = -model.likelihood.log_prob(x, params)  # (B,)
        return Terms(recon, torch.zeros_like(recon), recon.mean())


def make_objective(config: ObjectiveConfig) -> Objective:
    """The objective that `config` names."""
    return ReconstructionLoss() if config.name == "autoencoder" else NegativeElbo()


def beta_at(step: int, beta: float, warmup_steps: float) -> float:
    """Weight of kl at optimiser step `step` (0-based): linear from 0 to `beta` over `warmup_steps`
    (Bowman et al. 2016; Sønderby et al. 2016), then constant."""
    return beta if step >= warmup_steps else beta * step / warmup_steps

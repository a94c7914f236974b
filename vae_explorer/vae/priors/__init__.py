"""Priors p(z), by name."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from vae_explorer.vae.config import ModelConfig
from vae_explorer.vae.networks import ImageShape
from vae_explorer.vae.posterior import Posterior
from vae_explorer.vae.priors.mixture import MixturePrior
from vae_explorer.vae.priors.normal import NormalPrior
from vae_explorer.vae.priors.prior import Prior
from vae_explorer.vae.priors.vamp import VampPrior

__all__ = ["MixturePrior", "NormalPrior", "Prior", "VampPrior", "make_prior"]

Encode = Callable[[Tensor, Tensor | None], Posterior]


def make_prior(config: ModelConfig, image_shape: ImageShape, n_classes: int, encode: Encode) -> Prior:
    """The prior that `config` names; `encode` is what pseudo-inputs, and their soft labels, go through."""
    if config.prior == "mixture":
        return MixturePrior(config.latent_dim, config.components)
    if config.prior == "vamp":
        return VampPrior(config.latent_dim, config.components, image_shape, n_classes, encode)
    return NormalPrior(config.latent_dim)

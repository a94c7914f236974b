"""Plain and denoising autoencoders: reconstruction alone."""

from __future__ import annotations

import torch
from torch import Tensor

from vae_explorer.vae.model import VAE
from vae_explorer.vae.objectives.objective import Objective, Terms

__all__ = ["DenoisingLoss", "ReconstructionLoss"]


class ReconstructionLoss(Objective):
    """recon alone at z = mu: a plain autoencoder. It has no posterior, so kl is zero."""

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
        return _reconstruction(model, x, x, y)


class DenoisingLoss(Objective):
    """recon of the clean image from a noisy one, x + σ·ε with ε ~ N(0, I) (Vincent et al. 2008).

    The noisy image is not clipped: the noise is the same for black, grey and white.
    """

    is_mean_over_images = True

    def __init__(self, noise: float) -> None:
        self.noise = noise

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
        noise = torch.randn(x.shape, generator=generator, device=x.device, dtype=x.dtype)
        return _reconstruction(model, torch.add(x, noise, alpha=self.noise), x, y)


def _reconstruction(model: VAE, source: Tensor, target: Tensor, y: Tensor | None) -> Terms:
    params = model.decode(model.encode(source, y).mu, y)
    recon = -model.likelihood.log_prob(target, params)  # (B,)
    return Terms(recon, torch.zeros_like(recon), recon.mean())

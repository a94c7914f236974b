"""Plain and denoising autoencoders: reconstruction alone."""

from __future__ import annotations

import torch
from torch import Tensor

from vae_explorer.vae.model import VAE
from vae_explorer.vae.objectives.objective import Batch, Objective, Terms

__all__ = ["DenoisingLoss", "ReconstructionLoss"]


class ReconstructionLoss(Objective):
    """recon alone at z = mu: a plain autoencoder. It has no posterior, so kl is zero."""

    is_mean_over_images = True

    def terms(self, model: VAE, batch: Batch) -> Terms:
        return _reconstruction(model, batch.x, batch)


class DenoisingLoss(Objective):
    """recon of the clean image from a noisy one, x + σ·ε with ε ~ N(0, I) (Vincent et al. 2008).

    The noisy image is not clipped: the noise is the same for black, grey and white.
    """

    is_mean_over_images = True

    def __init__(self, noise: float) -> None:
        self.noise = noise

    def terms(self, model: VAE, batch: Batch) -> Terms:
        x = batch.x
        noise = torch.randn(x.shape, generator=batch.generator, device=x.device, dtype=x.dtype)
        return _reconstruction(model, torch.add(x, noise, alpha=self.noise), batch)


def _reconstruction(model: VAE, source: Tensor, batch: Batch) -> Terms:
    """Losses of the images of `batch` where `source` (B, C, H, W) is encoded."""
    params = model.decode(model.encode(source, batch.y).mu, batch.y)
    recon = -model.likelihood.log_prob(batch.x, params)  # (B,)
    return Terms(recon, torch.zeros_like(recon), recon.mean())

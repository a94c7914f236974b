"""recon and kl of many images: the pass over a split that training, evaluation and the map share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vae_explorer.vae.model import VAE
from vae_explorer.vae.pixels import Pixels
from vae_explorer.vae.posterior import Posterior

__all__ = ["ImageLosses", "MeanLosses", "image_losses", "iterate_losses", "mean_losses"]


class MeanLosses(NamedTuple):
    """Means over images, in nats (summed over pixels and latent dimensions)."""

    recon: float
    kl: float


@dataclass(frozen=True, eq=False)
class ImageLosses:
    """Losses of each image of a batch, in nats."""

    posterior: Posterior
    recon: Tensor  # (B,)
    kl_per_dim: Tensor  # (B, D); zero for a plain autoencoder


def image_losses(
    model: VAE, x: Tensor, generator: torch.Generator | None, *, at_mean: bool = False
) -> ImageLosses:
    """Losses of images `x` (B, C, H, W) in [0, 1].

    Parameters
    ----------
    generator
        Noise of the one sample z ~ q(z|x) that recon is taken at.
    at_mean
        Take recon at z = mu instead (no noise; lower than the bound's recon).
    """
    posterior = model.encode(x)
    sampled = model.variational and not at_mean
    z = posterior.sample(generator) if sampled else posterior.mu  # (B, D)
    recon = -model.likelihood.log_prob(x, model.decode(z))  # (B,)
    kl = posterior.kl() if model.variational else torch.zeros_like(posterior.mu)  # (B, D)
    return ImageLosses(posterior, recon, kl)


def iterate_losses(
    model: VAE, pixels: Pixels, index: NDArray[np.int64], batch_size: int, generator: torch.Generator | None
) -> Iterator[tuple[int, MeanLosses]]:
    """Running means over `index`, batch by batch: (images done, means so far). The last one is the answer.

    A model of binarised pixels sees the fixed draw of its seed, whether it was trained on that or on new ones.

    The model is in evaluation mode during a batch only, so a consumer may stop anywhere.
    """
    sums = torch.zeros(2, dtype=torch.float64)  # recon, kl
    for start in range(0, len(index), batch_size):
        chosen = index[start : start + batch_size]
        training = model.training
        model.eval()
        with torch.no_grad():
            following = index[start + batch_size : start + 2 * batch_size]
            x = pixels.batch(chosen, following, draw=model.config.fixed_draw)
            losses = image_losses(model, x, generator)
            batch = torch.stack((losses.recon.sum(), losses.kl_per_dim.sum()))
        model.train(training)
        sums += batch.cpu().double()
        done = start + len(chosen)
        recon, kl = (sums / done).tolist()
        yield done, MeanLosses(recon, kl)


def mean_losses(
    model: VAE, pixels: Pixels, index: NDArray[np.int64], batch_size: int, generator: torch.Generator | None
) -> MeanLosses:
    """Mean recon and kl over the images at `index` (n ≥ 1), one sample of z each, in nats.

    The same model, images, batch size and generator state give the same figures.
    """
    *_, (_, means) = iterate_losses(model, pixels, index, batch_size, generator)
    return means

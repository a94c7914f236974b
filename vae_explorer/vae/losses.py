"""recon and kl of many images: the pass over a split that training, evaluation and the map share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vae_explorer.vae.model import VAE
from vae_explorer.vae.pixels import Pixels
from vae_explorer.vae.posterior import Posterior
from vae_explorer.vae.products import fast_products
from vae_explorer.vae.unlabelled import unlabelled_bound

__all__ = ["ImageLosses", "MeanLosses", "evaluation_batch", "image_losses", "iterate_losses", "mean_losses"]

_BATCH_IMAGES, _ACCELERATOR_VALUES = 256, 2**21


class MeanLosses(NamedTuple):
    """Means over images, in nats (summed over pixels and latent dimensions)."""

    recon: float
    kl: float
    accuracy: float | None = None  # share of images whose class q(y|x) names, if the model classifies


@dataclass(frozen=True, eq=False)
class ImageLosses:
    """Losses of each image of a batch, in nats."""

    posterior: Posterior
    recon: Tensor  # (B,)
    kl: Tensor  # (B,), KL(q(z|x) ‖ p(z)) as `VAE.kl` has it; zero for a plain autoencoder
    kl_per_dim: Tensor  # (B, D), `Posterior.kl`: to N(0, I), whatever the prior; zero for a plain autoencoder


def image_losses(
    model: VAE,
    x: Tensor,
    generator: torch.Generator | None,
    *,
    y: Tensor | None = None,
    at_mean: bool = False,
) -> ImageLosses:
    """Losses of images `x` (B, C, H, W) in [0, 1].

    Parameters
    ----------
    generator
        Noise of the one sample z ~ q(z|x) that recon is taken at, and kl where it has no closed form.
    y
        Labels (B,) of a conditional model.
    at_mean
        Take recon at z = mu instead (no noise; lower than the bound's recon).
    """
    posterior = model.encode(x, y)
    sampled = model.variational and not (at_mean and model.has_closed_kl)
    z = posterior.sample(generator) if sampled else posterior.mu  # (B, D)
    recon = -model.likelihood.log_prob(x, model.decode(posterior.mu if at_mean else z, y))  # (B,)
    kl = posterior.kl() if model.variational else torch.zeros_like(posterior.mu)  # (B, D)
    whole = kl.sum(1) if model.has_closed_kl else model.kl(posterior, z)
    return ImageLosses(posterior, recon, whole, kl)


def evaluation_batch(model: VAE, device: torch.device) -> int:
    """Images at once for `iterate_losses`; part of what decides the noise, so training and evaluation share it.

    So many stay small at 256 × 256 pixels on a CPU; on an accelerator more, while the decoder makes no more values for them
    than take some GB in a wide network.
    """
    if device.type == "cpu":
        return _BATCH_IMAGES
    channels, height, width = model.image_shape
    n_values = max(channels, model.likelihood.n_outputs(channels)) * height * width
    if model.classifier is not None:  # which decodes an image once for each class
        n_values *= model.n_classes
    return max(_BATCH_IMAGES, _ACCELERATOR_VALUES // n_values)


def iterate_losses(
    model: VAE,
    pixels: Pixels,
    index: NDArray[np.int64],
    batch_size: int,
    generator: torch.Generator | None,
    labels: NDArray[np.int64] | None = None,
) -> Iterator[tuple[int, MeanLosses]]:
    """Running means over `index`, batch by batch: (images done, means so far). The last one is the answer.

    A model of binarised pixels sees the fixed draw of its seed, whether it was trained on that or on new ones.

    The model is in evaluation mode during a batch only, so a consumer may stop anywhere.

    Parameters
    ----------
    labels
        Classes of all images of `pixels`, (N,). A conditional model needs them; a semi-supervised one measures its
        accuracy by them, and its losses without (`unlabelled_bound`).
    """
    sums = torch.zeros(3, dtype=torch.float64)  # recon, kl, images classified rightly
    for start in range(0, len(index), batch_size):
        chosen = index[start : start + batch_size]
        training = model.training
        model.eval()
        # Not the last, smaller batch: oneDNN would keep kernels of another size for it.
        with torch.no_grad(), fast_products() if len(chosen) == batch_size else nullcontext():
            following = index[start + batch_size : start + 2 * batch_size]
            x = pixels.batch(chosen, following, draw=model.config.fixed_draw)
            y = None if labels is None else torch.from_numpy(labels[chosen]).to(x.device)
            batch = _sums(model, x, y, generator)
        model.train(training)
        sums += batch.cpu().double()
        done = start + len(chosen)
        recon, kl, right = (sums / done).tolist()
        yield done, MeanLosses(recon, kl, right if model.classifier is not None and y is not None else None)


def _sums(model: VAE, x: Tensor, y: Tensor | None, generator: torch.Generator | None) -> Tensor:
    if model.classifier is not None:
        bound = unlabelled_bound(model, x, generator)
        right = torch.zeros(()) if y is None else (bound.log_q.argmax(1) == y).sum()
        return torch.stack((bound.recon.sum(), bound.kl.sum(), right.to(bound.kl)))
    losses = image_losses(model, x, generator, y=y)
    return torch.stack((losses.recon.sum(), losses.kl.sum(), torch.zeros_like(losses.kl[0])))


def mean_losses(
    model: VAE,
    pixels: Pixels,
    index: NDArray[np.int64],
    batch_size: int,
    generator: torch.Generator | None,
    labels: NDArray[np.int64] | None = None,
) -> MeanLosses:
    """Mean recon and kl over the images at `index` (n ≥ 1), one sample of z each, in nats.

    The same model, images, batch size and generator state give the same figures.
    """
    *_, (_, means) = iterate_losses(model, pixels, index, batch_size, generator, labels)
    return means

"""One pass of a model over a set of images: every posterior, and the losses of as many images as are wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vae_explorer.data.image_set import ImageSet
from vae_explorer.latent.encodings import Encodings
from vae_explorer.latent.tensors import to_numpy
from vae_explorer.vae.losses import image_losses
from vae_explorer.vae.model import VAE
from vae_explorer.vae.pixels import Pixels
from vae_explorer.vae.posterior import Posterior

__all__ = ["KL_SEED", "encode_images", "whole_kl"]

KL_SEED = 0  # of the noise that a KL without a closed form needs


def encode_images(
    model: VAE,
    images: ImageSet,
    index: NDArray[np.int64],
    *,
    device: torch.device,
    step: int,
    batches: Callable[[int, bool], Iterable[slice]],
    classes_of: Callable[[Tensor, NDArray[np.int64] | None], Tensor | None],
    n_measured: int | None = None,
    rounded: bool = False,
) -> Encodings:
    """Posteriors and losses of the images at `index`, in ascending order without repeats.

    Parameters
    ----------
    index
        Positions in `images`, (n,), any order.
    device
        Where `model` is.
    step
        Training behind its weights.
    batches
        Cuts so many rows into batches, given also whether they are decoded; may raise to stop the pass.
    classes_of
        Classes (B,) for a batch of images and, where known, their own; None if the model takes none.
    n_measured
        Decode only about so many, evenly chosen; None: all.
    rounded
        Compute the networks in bfloat16.
    """
    chosen = np.asarray(index, dtype=np.int64)
    if (np.diff(chosen) <= 0).any():  # the map's are in order; `unique` imports masked arrays, 1.6 MB
        chosen = np.unique(chosen)
    n, d = len(chosen), model.latent_dim
    mu, log_var = np.empty((n, d), dtype=np.float32), np.empty((n, d), dtype=np.float32)
    recon, kl = np.full(n, np.nan, dtype=np.float32), np.empty(n, dtype=np.float32)
    kl_sum = np.zeros(d)
    pixels = Pixels(images.images, device)
    noise = torch.Generator(device).manual_seed(KL_SEED)  # of kl without a closed form
    measured = _evenly(n, n_measured)
    for wanted in (True, False):
        part = np.flatnonzero(measured == wanted)
        # Where KL follows from mu and log_var it is computed once, for all that are only encoded.
        at_once = not wanted and (model.has_closed_kl or not model.variational)
        for batch in batches(len(part), wanted):
            rows = part[batch]
            with (
                torch.inference_mode(),
                torch.autocast(device.type, torch.bfloat16, enabled=rounded),
            ):
                x = pixels.batch(chosen[rows], draw=model.config.fixed_draw)
                y = classes_of(x, None if images.labels is None else images.labels[chosen[rows]])
                if wanted:
                    losses = image_losses(model, x, noise, y=y, at_mean=True)
                    posterior, kl_per_image, whole = losses.posterior, losses.kl_per_dim, losses.kl
                    recon[rows] = to_numpy(losses.recon)
                else:
                    posterior = model.encode(x, y)
                mu[rows], log_var[rows] = to_numpy(posterior.mu), to_numpy(posterior.log_var)
                if at_once:
                    continue
                if not wanted:
                    kl_per_image, whole = posterior.kl(), whole_kl(model, posterior, noise)
                kl[rows] = to_numpy(whole)
                kl_sum += to_numpy(kl_per_image.double().sum(0))
        if at_once:
            gaussians = Posterior(torch.from_numpy(mu[part]), torch.from_numpy(log_var[part]))
            kl_per_image = gaussians.kl() if model.variational else torch.zeros_like(gaussians.mu)
            kl[part] = to_numpy(kl_per_image.sum(1))
            kl_sum += to_numpy(kl_per_image.double().sum(0))
    kl_per_dim = (kl_sum / max(1, n)).astype(np.float32)
    return Encodings(
        index=chosen,
        mu=mu,
        log_var=log_var,
        recon=recon,
        kl=kl,
        kl_per_dim=kl_per_dim,
        step=step,
        labels=None if images.labels is None else images.labels[chosen].astype(np.int64),
        split=images.split[chosen].astype(np.uint8),
        class_names=() if images.labels is None else images.class_names,
        measured=None if measured.all() else measured,
    )


def whole_kl(model: VAE, posterior: Posterior, noise: torch.Generator) -> Tensor:
    """KL of each posterior to the prior in nats, (B,); without a closed form, at one sample drawn by `noise`."""
    needs_sample = model.variational and not model.has_closed_kl
    return model.kl(posterior, posterior.sample(noise) if needs_sample else posterior.mu)


def _evenly(n: int, n_chosen: int | None) -> NDArray[np.bool_]:
    """True for `n_chosen` of `n` places (None: all), as evenly apart as can be."""
    chosen = np.zeros(n, dtype=bool)
    chosen[np.linspace(0, n - 1, min(n, n if n_chosen is None else n_chosen)).round().astype(np.int64)] = True
    return chosen

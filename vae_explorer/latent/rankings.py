"""In which order encoded images are worth looking at."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vae_explorer.latent.encodings import Encodings

__all__ = ["INACTIVE_NATS", "Order", "active_dims", "ranked_images"]

Indices = NDArray[np.int64]
Order = Literal["worst", "best", "random", "chosen"]

INACTIVE_NATS = 0.01  # mean KL below which a latent dimension tells the decoder nothing


def ranked_images(
    encodings: Encodings,
    order: Order,
    *,
    seed: int = 0,
    chosen: Indices | None = None,
    labels: Indices | None = None,
    label: int | None = None,
    within: Indices | None = None,
) -> Indices:
    """Indices of encoded images in the order asked for.

    Parameters
    ----------
    order
        ``"worst"`` and ``"best"`` by `recon` where it was measured, ties by index; ``"random"`` by `seed`; ``"chosen"`` as they
        stand in `chosen`.
    chosen
        Images of ``"chosen"``; those that were not encoded are kept.
    labels, label
        Keep only images whose entry in `labels`, (N,), is `label`; None keeps all.
    within
        Keep only images of this ascending set, e.g. the validation split; ``"chosen"`` ignores it.

    Returns
    -------
    int64, (K,), indices in the `ImageSet`
    """
    if order == "chosen":
        images = np.empty(0, dtype=np.int64) if chosen is None else np.asarray(chosen, dtype=np.int64)
    else:
        keep = np.ones(len(encodings), dtype=bool)
        if within is not None:  # "sort" would import masked arrays, 1 MB
            keep = np.isin(encodings.index, within, kind="table")
        if order != "random" and encodings.measured is not None:
            keep &= encodings.measured
        images, recon = encodings.index[keep], encodings.recon[keep]
        if order == "random":
            images = np.random.default_rng(seed).permutation(images)
        else:
            worth = np.where(np.isfinite(recon), recon, np.inf)  # a broken reconstruction is the worst
            images = images[np.argsort(-worth if order == "worst" else worth, kind="stable")]
    if label is not None and labels is not None:
        images = images[labels[images] == label]
    return images.astype(np.int64)


def active_dims(encodings: Encodings) -> tuple[Indices, Indices]:
    """Latent dimensions that carry information, most nats first, and the collapsed ones (< 0.01 nats)."""
    dims = encodings.dims_by_kl()
    active = encodings.kl_per_dim[dims] >= INACTIVE_NATS
    return dims[active], dims[~active]

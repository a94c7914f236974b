"""Pictures that a model makes from nothing: the prior's z, decoded, of given classes if it knows some."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vae_explorer.evaluation.densities import prior_samples
from vae_explorer.vae.model import VAE

__all__ = ["generated_pictures"]

BATCH_IMAGES = 256


def generated_pictures(
    model: VAE,
    n: int,
    generator: torch.Generator,
    classes: NDArray[np.int64] | None = None,
    batch_size: int = BATCH_IMAGES,
) -> Iterator[tuple[Tensor, Tensor | None]]:
    """`n` pictures E[x|z] with z ~ p(z), rounded to 8 bits as real pictures are.

    The mean of p(x|z), not a draw from it: its pixel noise is no part of what a person calls a sample.

    Parameters
    ----------
    classes
        Of each picture, (n,); for a model of classes.

    Yields
    ------
    tuple
        Images in [0, 1], (B, C, H, W), and their classes (B,), on the generator's device.
    """
    for start in range(0, n, batch_size):
        z = prior_samples(model, min(batch_size, n - start), generator)
        with torch.no_grad():
            y = None if classes is None else torch.from_numpy(classes[start : start + len(z)]).to(z.device)
            picture = model.likelihood.mean(model.decode(z, y))
        yield (picture.clamp(0.0, 1.0) * 255.0).round() / 255.0, y

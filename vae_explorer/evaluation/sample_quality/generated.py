"""Pictures that a model makes from nothing: the prior's z, decoded."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from vae_explorer.evaluation.densities import prior_samples
from vae_explorer.vae.model import VAE

__all__ = ["generated_pictures"]

BATCH_IMAGES = 256


def generated_pictures(
    model: VAE, n: int, generator: torch.Generator, batch_size: int = BATCH_IMAGES
) -> Iterator[Tensor]:
    """`n` pictures E[x|z] with z ~ p(z), rounded to 8 bits as real pictures are.

    The mean of p(x|z), not a draw from it: its pixel noise is no part of what a person calls a sample.

    Yields
    ------
    Tensor
        Images in [0, 1], (B, C, H, W), on the generator's device.
    """
    for start in range(0, n, batch_size):
        z = prior_samples(model, min(batch_size, n - start), generator)
        with torch.no_grad():
            picture = model.likelihood.mean(model.decode(z))
        yield (picture.clamp(0.0, 1.0) * 255.0).round() / 255.0

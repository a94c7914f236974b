"""``bits_per_dim``: nats an image as bits for each of its values, where that means something."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from vae_explorer.vae.recon_label import Measure

__all__ = ["bits_per_dim", "note_on_bits"]

# Pixels are v / 255 with whole v: a density times this spacing is the probability of a grey level, as far as the
# density is flat between two levels.
PIXEL_SPACING = 1.0 / 255.0


def bits_per_dim(
    nats: NDArray[np.float64] | float, n_dims: int, measure: Measure
) -> NDArray[np.float64] | None:
    """Nats an image as bits for each of `n_dims` = C·H·W values; None where bits mean nothing.

    A density is turned into the probability of an 8-bit value by the spacing of pixel values: −log2(1/255) = 7.994
    is added.
    """
    if measure is Measure.CROSS_ENTROPY:
        return None
    bits = np.asarray(nats, dtype=np.float64) / (n_dims * math.log(2.0))
    return bits - math.log2(PIXEL_SPACING) if measure is Measure.DENSITY else bits


def note_on_bits(measure: Measure) -> str:
    """The assumption behind `bits_per_dim`."""
    if measure is not Measure.DENSITY:
        return ""
    return "density × 1/255 taken as the probability of an 8-bit value; no dequantisation noise"

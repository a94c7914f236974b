"""What a number of a likelihood is: a probability, a density, or no likelihood at all; and bits per dimension."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "GREY_CROSS_ENTROPY",
    "KindOfNumber",
    "bits_per_dim",
    "kind_of",
    "label_of",
    "note_on_bits",
]

KindOfNumber = Literal["binary mass", "grey cross-entropy", "8-bit mass", "density"]

GREY_CROSS_ENTROPY = "cross-entropy on grey pixels, not a likelihood"

# Pixels are v / 255 with whole v: a density times this spacing is the probability of a grey level, as far as the
# density is flat between two levels.
PIXEL_SPACING = 1.0 / 255.0

_MASSES_OF_GREY_LEVELS = ("discretised", "discretized", "logistic-mixture")


def kind_of(likelihood: str, *, binary: bool) -> KindOfNumber:
    """What log p(x|z) is under the likelihood of that name.

    Parameters
    ----------
    likelihood
        As in a model's configuration.
    binary
        Whether the model sees pixels of 0 and 1 only, by the data's nature or by binarisation.
    """
    if likelihood == "bernoulli":
        return "binary mass" if binary else "grey cross-entropy"
    if any(word in likelihood for word in _MASSES_OF_GREY_LEVELS):
        return "8-bit mass"
    return "density"


def label_of(kind: KindOfNumber) -> str:
    """What must stand beside every number of that kind; empty for a probability."""
    return {
        "binary mass": "",
        "8-bit mass": "",
        "density": "density of pixels in [0, 1]; can be negative",
        "grey cross-entropy": GREY_CROSS_ENTROPY,
    }[kind]


def bits_per_dim(
    nats: NDArray[np.float64] | float, n_dims: int, kind: KindOfNumber
) -> NDArray[np.float64] | None:
    """Nats an image as bits for each of `n_dims` = C·H·W values; None where bits mean nothing.

    A density is turned into the probability of an 8-bit value by the spacing of pixel values: −log2(1/255) = 7.994
    is added.
    """
    if kind == "grey cross-entropy":
        return None
    bits = np.asarray(nats, dtype=np.float64) / (n_dims * math.log(2.0))
    return bits - math.log2(PIXEL_SPACING) if kind == "density" else bits


def note_on_bits(kind: KindOfNumber) -> str:
    """The assumption behind `bits_per_dim`."""
    if kind != "density":
        return ""
    return "density × 1/255 taken as the probability of an 8-bit value; no dequantisation noise"

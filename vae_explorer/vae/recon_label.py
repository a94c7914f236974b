"""``recon_label``: what the numbers of a model are, a probability, a density or no likelihood, in words.

Every place that shows recon or −ELBO takes its words from here: the command line, the window, lists of runs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from vae_explorer.vae.config import ModelConfig

__all__ = ["CROSS_ENTROPY", "MARK", "Measure", "ReconLabel", "bits_per_dimension", "recon_label"]

MARK = "†"
CROSS_ENTROPY = "cross-entropy on grey pixels, not a likelihood"


class Measure(StrEnum):
    """What exp(−recon) is."""

    PROBABILITY = "probability"  # of discrete pixels: sums to 1, nats are bits without correction
    DENSITY = "density"  # over real pixels: integrates to 1, recon may be negative
    CROSS_ENTROPY = "cross-entropy"  # Bernoulli on grey pixels: not normalised, hence no likelihood


@dataclass(frozen=True)
class ReconLabel:
    """How recon and all sums that contain it are named.

    Attributes
    ----------
    measure
        What the numbers are.
    caption
        Words that stand under the numbers; empty where nothing needs to be said.
    in_bits
        Whether bits per dimension are the usual unit: a probability of 8-bit images.
    """

    measure: Measure
    caption: str = ""
    in_bits: bool = False

    @property
    def bound_name(self) -> str:
        """Name of −ELBO where no caption stands near it."""
        return "cross-entropy + KL" if self.measure is Measure.CROSS_ENTROPY else "−ELBO"

    def named(self, name: str) -> str:
        """`name` of a number that contains recon, marked if it is no likelihood."""
        return f"{name}{MARK}" if self.measure is Measure.CROSS_ENTROPY else name


def recon_label(model: ModelConfig, has_binary_pixels: bool | None) -> ReconLabel:
    """The label of a model's numbers.

    Parameters
    ----------
    has_binary_pixels
        Whether all pixels of the images are black or white already; None: unknown, which counts as grey.
    """
    if model.likelihood == "logistic-mixture":
        return ReconLabel(Measure.PROBABILITY, in_bits=True)
    if model.likelihood != "bernoulli":
        return ReconLabel(Measure.DENSITY)
    if has_binary_pixels:
        return ReconLabel(Measure.PROBABILITY)
    if model.binarisation == "none":
        return ReconLabel(Measure.CROSS_ENTROPY, f"{MARK} {CROSS_ENTROPY}")
    how = "binarised anew each step" if model.binarisation == "dynamic" else "binarised once"
    return ReconLabel(
        Measure.PROBABILITY, f"pixels {how}; evaluated on the fixed draw of seed {model.binarisation_seed}"
    )


def bits_per_dimension(nats: float, image_shape: tuple[int, int, int]) -> float:
    """`nats` an image as bits a pixel and channel: nats / (C·H·W·ln 2)."""
    return nats / (math.prod(image_shape) * math.log(2.0))

"""``bits_of``: −ELBO of the model on screen in bits per dimension, where its pixels have 8 bits."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from vae_explorer.evaluation.bits import bits_per_dim, note_on_bits
from vae_explorer.ui.widgets.numbers import signed
from vae_explorer.vae.recon_label import Measure, ReconLabel

if TYPE_CHECKING:
    from vae_explorer.latent.explorer import Explorer

__all__ = ["ToBits", "bits_note", "bits_of", "bits_text"]

ToBits = Callable[[float], float]
_MEANING = "Bits per dimension: −ELBO in bits for each of the image's values (pixels × channels)"


def bits_of(label: ReconLabel, explorer: Explorer | None) -> ToBits | None:
    """From nats an image to bits a value, as evaluations state them; None where that is not usual or means nothing.

    It is usual where recon is a probability of 8-bit pixels or a density over them, and bounds a likelihood: not of an
    autoencoder. Pixels that are black or white have one bit; they are told in nats.
    """
    has_8_bits = label.in_bits or label.measure is Measure.DENSITY
    if explorer is None or not (has_8_bits and explorer.variational):
        return None
    n_dims = math.prod(explorer.image_shape)

    def to_bits(nats: float) -> float:
        bits = bits_per_dim(nats, n_dims, label.measure)
        assert bits is not None  # no cross-entropy
        return float(bits)

    return to_bits


def bits_text(to_bits: ToBits | None, nats: float) -> str:
    """``"3.214 bits/dim"``; empty without `to_bits`."""
    return "" if to_bits is None else f"{signed(to_bits(nats), 3)} bits/dim"


def bits_note(label: ReconLabel) -> str:
    """What bits per dimension are of, and what they assume."""
    note = note_on_bits(label.measure)
    return f"{_MEANING}{f'; {note}' if note else ''}."

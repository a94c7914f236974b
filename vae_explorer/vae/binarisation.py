"""Black or white pixels drawn from grey ones: each is white with its grey value as probability.

Dynamic binarisation (Salakhutdinov & Murray 2008, *On the quantitative analysis of deep belief networks*; Burda
et al. 2016) draws anew in every step. Static binarisation is one draw that stays. The fixed draw depends on a
seed and on an image's place in its set alone, not on the batch, the device or the other images; evaluations use it
for both, so that runs of one seed are measured on the very same pixels.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

__all__ = ["THRESHOLDS", "draw_anew", "fixed_draw", "uniform_bits"]

# SplitMix64 (Steele, Lea & Flood 2014, *Fast splittable pseudorandom number generators*)
_STEP = 0x9E3779B97F4A7C15
_MULTIPLIERS = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_WORD = 4  # 16-bit numbers in a word

# A grey level is white if a uniform 16-bit number is below its threshold: level / 255 up to 1.5e-5, exact at both ends.
THRESHOLDS: NDArray[np.uint32] = (np.arange(256, dtype=np.uint32) * 2**16 + 254) // 255


def draw_anew(x: Tensor, generator: torch.Generator) -> Tensor:
    """A new draw of every pixel of `x` in [0, 1]; 0 or 1 in the shape and type of `x`.

    Comparing uniform numbers takes a fourth of the time of ``torch.bernoulli``.
    """
    return (torch.rand(x.shape, generator=generator, device=x.device, dtype=x.dtype) < x).to(x.dtype)


def fixed_draw(images: NDArray[np.uint8], index: NDArray[np.int64], seed: int) -> NDArray[np.bool_]:
    """The draw of `images` (B, C, H, W) whose places in their set are `index` (B,); True is white."""
    bits = uniform_bits(index, int(np.prod(images.shape[1:])), seed)
    white: NDArray[np.bool_] = bits.reshape(images.shape) < THRESHOLDS[images]
    return white


def uniform_bits(index: NDArray[np.int64], n_values: int, seed: int) -> NDArray[np.uint16]:
    """`n_values` uniform 16-bit numbers for each image of `index` (B,); (B, n_values).

    Each image has its own stream of SplitMix64, which begins at a hash of seed and place.
    """
    # Products wrap around at 2⁶⁴, as they should; Python's numbers are cut to size first.
    begin = np.uint64((seed * _STEP) % 2**64)
    streams = _mixed(_mixed(index.astype(np.uint64) + np.uint64(1)) + begin)  # (B,)
    places = np.arange(1, -(-n_values // _WORD) + 1, dtype=np.uint64) * np.uint64(_STEP)
    words = _mixed(streams[:, None] + places)  # (B, words)
    return words.astype("<u8", copy=False).view("<u2")[:, :n_values]


def _mixed(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    z = (state ^ (state >> np.uint64(30))) * _MULTIPLIERS[0]
    z = (z ^ (z >> np.uint64(27))) * _MULTIPLIERS[1]
    mixed: NDArray[np.uint64] = z ^ (z >> np.uint64(31))
    return mixed

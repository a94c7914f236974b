"""``ImageSet``: the one form that pictures of every source take."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

__all__ = ["ImageSet", "Split"]

_LOOKED_AT = 4096  # images of a set in a file, evenly chosen: reading all of it would take minutes
_CHUNK = 256  # images: the first grey one ends the search


class Split(IntEnum):
    """Which part of the set an image belongs to."""

    TRAIN = 0
    VALIDATION = 1
    TEST = 2


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Images with what is known about them; treated as immutable.

    Attributes
    ----------
    name
        Short name for a person, e.g. ``"MNIST"``.
    images
        uint8, (N, C, H, W), C is 1 or 3; may be memory-mapped, always read-only.
    split
        uint8, (N,), values of `Split`.
    fingerprint
        Hex digest of the content (pixels, labels, split); equal content, equal fingerprint.
    labels
        int64, (N,), indices into `class_names`; None if the images have no classes.
    class_names
        One name a class; empty without labels.
    factors
        float64, (N, F), known generative factors in natural units; None if unknown.
    factor_names
        F names.
    """

    name: str
    images: NDArray[np.uint8]
    split: NDArray[np.uint8]
    fingerprint: str
    labels: NDArray[np.int64] | None = None
    class_names: tuple[str, ...] = ()
    factors: NDArray[np.float64] | None = None
    factor_names: tuple[str, ...] = field(default=())

    def __len__(self) -> int:
        return int(self.images.shape[0])

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(C, H, W)."""
        _, c, h, w = self.images.shape
        return (int(c), int(h), int(w))

    @cached_property
    def has_binary_pixels(self) -> bool:
        """Whether all pixels are 0 or 255; of a set in a file, those of some thousand images."""
        n = len(self)
        mapped = isinstance(self.images, np.memmap) and n > _LOOKED_AT
        index = np.linspace(0, n - 1, _LOOKED_AT).astype(np.int64) if mapped else None
        for start in range(0, n if index is None else _LOOKED_AT, _CHUNK):
            rows = slice(start, start + _CHUNK)
            pixels = self.images[rows] if index is None else self.images[index[rows]]
            # 0 and 255 are the levels that shifting by 1 with wrap-around brings to 1 and 0
            if ((pixels + np.uint8(1)) > 1).any():
                return False
        return True

    def indices(self, *splits: Split) -> NDArray[np.int64]:
        """Ascending indices of the images in any of `splits`; of all images if none is named."""
        if not splits:
            return np.arange(len(self), dtype=np.int64)
        return np.flatnonzero(np.isin(self.split, [int(s) for s in splits])).astype(np.int64)

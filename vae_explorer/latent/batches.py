"""``BatchSizes``: into how many images at once a network's work is cut."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from torch import nn

__all__ = ["BATCH_IMAGES", "BatchSizes"]

# Images at once, at most; `is_stale` is asked between batches.
BATCH_IMAGES = 128  # as in training, whose kernels then serve here too
ENCODED_IMAGES = 256  # where a dense network only encodes: half the calls, and kernels of one layer more
CONVOLVED_IMAGES = 64  # with convolutions: larger batches are no faster, and keep their activations' memory
REST_IMAGES = 16  # with convolutions, of what is left
BATCH_PIXELS = 2**18  # larger batches leave the caches and take longer an image


@dataclass(frozen=True)
class BatchSizes:
    """How many images at once.

    Attributes
    ----------
    most
        In all batches that can be as large.
    rest
        In all batches of what is left that can be as large; less is one batch. A network with convolutions keeps
        8 MB of kernels for each size that it has met, so sizes are few.
    encoded
        In all batches that can be as large, where nothing is decoded.
    """

    most: int
    rest: int
    encoded: int

    @classmethod
    def of(cls, model: nn.Module, height: int, width: int) -> BatchSizes:
        """The sizes that suit `model` and pictures of so many pixels."""
        convolves = any(isinstance(layer, nn.Conv2d) for layer in model.modules())
        fit = max(1, BATCH_PIXELS // (height * width))
        if convolves:
            most = min(CONVOLVED_IMAGES, fit)
            return cls(most, min(most, REST_IMAGES), most)
        most = min(BATCH_IMAGES, fit)
        return cls(most, most, min(ENCODED_IMAGES, fit))

    def cut(self, n: int, *, decodes: bool = True) -> Iterator[slice]:
        """`n` rows in batches, in order."""
        sizes = (self.most, self.rest) if decodes else (self.encoded, self.most, self.rest)
        start = 0
        while start < n:
            left = n - start
            size = next((size for size in sizes if size <= left), left)
            yield slice(start, start + size)
            start += size

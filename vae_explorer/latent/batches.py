"""``BatchSizes``: into how many images at once a network's work is cut."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from torch import nn

__all__ = ["BATCH_IMAGES", "BatchSizes"]

BATCH_IMAGES = (
    128  # at most, as in training, whose kernels then serve here too; is_stale is asked between batches
)
CONVOLVED_IMAGES = (
    64  # at most, of networks with convolutions: 32 MB of activations more in a thread are no faster
)
REST_IMAGES = 16  # of such a network at once, of what is left
BATCH_PIXELS = 2**18  # at most: larger batches leave the caches and take longer an image


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
    """

    most: int
    rest: int

    @classmethod
    def of(cls, model: nn.Module, height: int, width: int) -> BatchSizes:
        """The sizes that suit `model` and pictures of so many pixels."""
        convolves = any(isinstance(layer, nn.Conv2d) for layer in model.modules())
        most = max(1, min(CONVOLVED_IMAGES if convolves else BATCH_IMAGES, BATCH_PIXELS // (height * width)))
        return cls(most, min(most, REST_IMAGES) if convolves else most)

    def cut(self, n: int) -> Iterator[slice]:
        """`n` rows in batches, in order."""
        start = 0
        while start < n:
            left = n - start
            size = next((size for size in (self.most, self.rest) if size <= left), left)
            yield slice(start, start + size)
            start += size

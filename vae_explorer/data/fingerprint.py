"""A short digest that two image sets share exactly if their pixels, labels and splits are equal."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

__all__ = ["content_fingerprint"]

_DIGEST_BYTES = 16
_ROWS_BYTES = 1 << 24  # hashed at once: a memory-mapped set never needs more memory than this


def content_fingerprint(
    images: NDArray[np.uint8], labels: NDArray[np.int64] | None, split: NDArray[np.uint8]
) -> str:
    """BLAKE2b, 32 hex digits, over shapes and bytes of pixels (N, C, H, W), labels (N,) and split (N,)."""
    digest = hashlib.blake2b(digest_size=_DIGEST_BYTES)
    digest.update(repr((images.shape, labels is not None)).encode())
    rows = max(1, _ROWS_BYTES // max(1, int(np.prod(images.shape[1:]))))
    for start in range(0, len(images), rows):
        digest.update(np.ascontiguousarray(images[start : start + rows]).data)
    if labels is not None:
        digest.update(np.ascontiguousarray(labels, dtype="<i8").data)
    digest.update(np.ascontiguousarray(split, dtype=np.uint8).data)
    return digest.hexdigest()

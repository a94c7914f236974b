"""Signed differences as pictures: blue where darker, red where brighter, the ground where equal."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["difference_picture", "signed_difference"]


def signed_difference(original: NDArray[np.uint8], reconstruction: NDArray[np.uint8]) -> NDArray[np.int16]:
    """Reconstruction − original, mean over channels: uint8 (..., C, H, W) twice → int16 (..., H, W).

    Values lie in −255 (white became black) to 255 (black became white).
    """
    difference = reconstruction.astype(np.float32) - original.astype(np.float32)
    signed: NDArray[np.int16] = difference.mean(axis=-3).round().astype(np.int16)
    return signed


def difference_picture(signed: NDArray[np.int16], lut: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Colours of signed differences: int16 (H, W), (256, 3) diverging colours → uint8 (3, H, W)."""
    levels = np.clip((signed.astype(np.int32) + 255) // 2, 0, 255)
    return np.ascontiguousarray(lut[levels].transpose(2, 0, 1))

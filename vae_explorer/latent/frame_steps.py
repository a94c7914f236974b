"""How far the picture moves from frame to frame of a path."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["step_sizes"]


def step_sizes(frames: NDArray[np.uint8], *, closes: bool = False) -> NDArray[np.float64]:
    """Root mean square difference of neighbouring frames, over channels and pixels.

    Parameters
    ----------
    frames
        uint8, (n, C, H, W).
    closes
        Whether the step from the last frame back to the first counts too.

    Returns
    -------
    float64, (n − 1,) or (n,)
        In units of the full pixel range, 0 (equal) to 1 (black against white).
    """
    pixels = frames.reshape(len(frames), -1).astype(np.float32) / np.float32(255.0)
    following = np.roll(pixels, -1, axis=0) if closes else pixels[1:]
    before = pixels if closes else pixels[:-1]
    sizes: NDArray[np.float64] = np.sqrt(np.square(following - before).mean(axis=1, dtype=np.float64))
    return sizes

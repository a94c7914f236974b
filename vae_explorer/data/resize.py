"""Brings a batch of equally sized images to another size and number of channels.

Scaling is separable, so that it is two matrix products per image: the matrices are Pillow's own antialiased
Lanczos filter, read off by resizing the identity.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vae_explorer.data.colour import hex_to_rgb, luma
from vae_explorer.data.fitting import place
from vae_explorer.data.spec import Fit

__all__ = ["to_channels", "to_shape"]


def to_shape(
    images: NDArray[np.uint8], shape: tuple[int, int, int], fit: Fit, background: str
) -> NDArray[np.uint8]:
    """Fit uint8 images (B, C, H, W) into `shape` (C', H', W'), as `place` says; padding gets `background`.

    Grey becomes colour by repetition, colour becomes grey by luma (ITU-R BT.601).
    """
    c, h, w = shape
    coloured = to_channels(images, c)
    height, width = int(images.shape[2]), int(images.shape[3])
    if (height, width) == (h, w):
        return coloured
    spot = place(width, height, w, h, fit)
    left, top, right, bottom = spot.box
    across = _filter(width, spot.size[0], left, right)  # (w', W)
    down = _filter(height, spot.size[1], top, bottom)  # (h', H)
    scaled = down @ coloured.astype(np.float32) @ across.T  # (B, C', h', w')
    small: NDArray[np.uint8] = np.clip(np.rint(scaled), 0, 255).astype(np.uint8)
    if spot.size == (w, h):
        return small
    out = np.empty((len(images), c, h, w), dtype=np.uint8)
    out[:] = background_pixel(background, c)[None, :, None, None]
    x, y = spot.offset
    out[:, :, y : y + spot.size[1], x : x + spot.size[0]] = small
    return out


def to_channels(images: NDArray[np.uint8], channels: int) -> NDArray[np.uint8]:
    """(B, C, H, W) with C made `channels`, 1 or 3."""
    if images.shape[1] == channels:
        return images
    if channels == 3:
        return np.repeat(images, 3, axis=1)
    return luma(images)


def background_pixel(background: str, channels: int) -> NDArray[np.uint8]:
    """``"#RRGGBB"`` as one pixel; (C,)."""
    rgb = np.array(hex_to_rgb(background), dtype=np.uint8)[None, :, None, None]
    return to_channels(rgb, channels)[0, :, 0, 0]


@lru_cache(maxsize=32)
def _filter(n_in: int, n_out: int, start: float, stop: float) -> NDArray[np.float32]:
    """Weights that scale source pixels `start`–`stop` to `n_out`; rows add up to 1; (n_out, n_in)."""
    if (n_in, 0.0, float(n_in)) == (n_out, start, stop):
        return np.eye(n_in, dtype=np.float32)
    from PIL import Image  # many sets are never resized

    identity = Image.fromarray(np.eye(n_in, dtype=np.float32))  # columns are unit signals
    rows = identity.resize((n_in, n_out), Image.Resampling.LANCZOS, box=(0, start, n_in, stop))
    weights = np.array(rows, dtype=np.float32)
    weights.setflags(write=False)
    return weights

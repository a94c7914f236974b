"""Decoded tiles laid on the map's ground: even backgrounds vanish, strokes become ink; free of Qt."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["Background", "Key", "background_of", "keyed_mosaic", "reduced"]

Images = NDArray[np.uint8]
Rgb = tuple[int, int, int]

CORNER_SHARE = 8  # a corner is this part of a side: strokes may touch the middle of a border
EVEN_SHARE, EVEN_LEVELS = 0.8, 28.0  # of corner pixels, distance from their median, for an even background
NOISE_LEVELS = 5  # of a decoded background that still count as nothing
DARK_BELOW, BRIGHT_ABOVE = 80.0, 175.0  # luma of a background that counts as dark or as paper
GAP_SHARE = 0.05  # of a tile's height left free on each side


class Key(Enum):
    """What is left out of the tiles."""

    NONE = auto()
    DARK = auto()
    PAPER = auto()


@dataclass(frozen=True)
class Background:
    """An even background of decoded images, or none."""

    key: Key = Key.NONE
    colour: Rgb = (0, 0, 0)


def background_of(images: Images) -> Background:
    """What the corners of images, (B, C, H, W), have in common."""
    c, h, w = images.shape[1:]
    y, x = max(1, h // CORNER_SHARE), max(1, w // CORNER_SHARE)
    corners = [
        images[:, :, top, left] for top in (slice(y), slice(-y, None)) for left in (slice(x), slice(-x, None))
    ]
    pixels = np.concatenate([corner.transpose(0, 2, 3, 1).reshape(-1, c) for corner in corners])  # (n, C)
    middle = np.median(pixels, axis=0)
    even = np.mean(np.abs(pixels - middle).max(axis=1) <= EVEN_LEVELS)
    if even < EVEN_SHARE:
        return Background()
    luma = float(middle.mean())
    colour = tuple(int(c) for c in np.resize(np.rint(middle), 3))
    key = Key.DARK if luma < DARK_BELOW else Key.PAPER if luma > BRIGHT_ABOVE else Key.NONE
    return Background(key, (colour[0], colour[1], colour[2]))


def reduced(images: Images, wanted_px: float) -> Images:
    """Images averaged down by a whole factor while they stay at least `wanted_px` wide: (B, C, H, W)."""
    n, c, h, w = images.shape
    factor = min(int(w // max(wanted_px, 1.0)), h)
    if factor < 2:
        return images
    h, w = h // factor * factor, w // factor * factor
    cells = images[:, :, :h, :w].reshape(n, c, h // factor, factor, w // factor, factor)
    averaged: Images = np.rint(cells.mean(axis=(3, 5), dtype=np.float32)).astype(np.uint8)
    return averaged


def keyed_mosaic(images: Images, columns: int, background: Background, ink: Rgb, light: bool) -> Images:
    """Tiles side by side as premultiplied pixels, with a small gap around each.

    Grey images on an even dark or paper background turn into `ink` with the stroke as its opacity; colour
    images lose their background. Other images stay as they are.

    Parameters
    ----------
    images
        uint8, (n, C, H, W), row by row from the top left.
    light
        Whether the ground they lie on is light.

    Returns
    -------
    uint8, (rows, columns, 4), blue, green, red, alpha
    """
    n, c, h, w = images.shape
    gap = max(1, round(GAP_SHARE * h))
    pixels = images.transpose(0, 2, 3, 1)  # (n, H, W, C)
    tile = np.zeros((n, h + 2 * gap, w + 2 * gap, 4), dtype=np.uint8)
    inner = tile[:, gap : gap + h, gap : gap + w]
    if c == 1 and background.key is not Key.NONE:
        table = _inked(background, ink).view(np.uint32)[:, 0]  # (256,), one number a pixel
        inner.view(np.uint32)[..., 0] = table.take(pixels[..., 0])
    elif c == 3 and background.key is Key.DARK:
        level_of = np.array(background.colour, dtype=np.int16) + NOISE_LEVELS
        light_of = np.clip(pixels.astype(np.int16) - level_of, 0, 255)
        inner[..., :3] = light_of[..., ::-1]
        inner[..., 3] = light_of.max(axis=-1)
    elif c == 3 and background.key is Key.PAPER and light:
        level_of = np.array(background.colour, dtype=np.int16) - NOISE_LEVELS
        drop = np.clip(level_of - pixels.astype(np.int16), 0, 255)
        alpha = drop.max(axis=-1, keepdims=True)
        inner[..., :3] = np.clip(alpha - drop, 0, 255)[..., ::-1]
        inner[..., 3:] = alpha
    else:
        inner[..., :3] = pixels[..., ::-1]  # grey broadcasts
        inner[..., 3] = 255
    rows = n // columns
    tiles = tile.reshape(rows, columns, h + 2 * gap, w + 2 * gap, 4).transpose(0, 2, 1, 3, 4)
    return np.ascontiguousarray(tiles.reshape(rows * (h + 2 * gap), columns * (w + 2 * gap), 4))


@lru_cache(maxsize=16)
def _inked(background: Background, ink: Rgb) -> Images:
    """Every grey level on an even background as ink: uint8 (256, 4), premultiplied blue, green, red, alpha."""
    level = background.colour[0]
    stroke = np.arange(256) - level
    strength = (stroke if background.key is Key.DARK else -stroke) - NOISE_LEVELS
    reach = (255 - level if background.key is Key.DARK else level) - NOISE_LEVELS
    alpha = np.clip(strength * (255.0 / max(reach, 1)), 0, 255)
    shares = np.array([ink[2], ink[1], ink[0], 255]) / 255.0
    inked: Images = np.rint(alpha[:, None] * shares).astype(np.uint8)
    return inked

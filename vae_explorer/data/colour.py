"""Perceptual colour: OKLCH (B. Ottosson, "A perceptual color space for image processing", 2020) to sRGB."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["hex_to_rgb", "luma", "oklch_to_srgb"]

_LMS = np.array(
    [
        [1.0, 0.3963377774, 0.2158037573],
        [1.0, -0.1055613458, -0.0638541728],
        [1.0, -0.0894841775, -1.2914855480],
    ]
)
_RGB = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)
_LUMA = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601, as Pillow's "L"
_GAMUT_STEPS = 12  # bisections of the chroma: 1/4096 of it


def oklch_to_srgb(lightness: ArrayLike, chroma: ArrayLike, hue_deg: ArrayLike) -> NDArray[np.float64]:
    """sRGB in 0–1 of OKLCH colours; (..., 3).

    A colour outside sRGB keeps its lightness and hue and gives up chroma until it fits.
    """
    light, c, h = np.broadcast_arrays(
        *(np.asarray(v, dtype=np.float64) for v in (lightness, chroma, hue_deg))
    )
    low, high = np.zeros_like(c), np.array(c)
    fits = _is_inside(_linear(light, c, h))
    for _ in range(_GAMUT_STEPS):
        middle = (low + high) / 2
        inside = _is_inside(_linear(light, middle, h))
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    linear = np.clip(_linear(light, np.where(fits, c, low), h), 0.0, 1.0)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def _linear(
    light: NDArray[np.float64], c: NDArray[np.float64], h: NDArray[np.float64]
) -> NDArray[np.float64]:
    angle = np.deg2rad(h)
    lab = np.stack([light, c * np.cos(angle), c * np.sin(angle)], axis=-1)
    return np.asarray((lab @ _LMS.T) ** 3 @ _RGB.T)


def _is_inside(linear: NDArray[np.float64]) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = np.all((linear >= -1e-4) & (linear <= 1 + 1e-4), axis=-1)
    return inside


def hex_to_rgb(text: str) -> tuple[int, int, int]:
    """``"#RRGGBB"`` as three bytes."""
    return (int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16))


def luma(rgb: NDArray[np.uint8], axis: int = 1) -> NDArray[np.uint8]:
    """Grey of colours (ITU-R BT.601); the channel axis stays, with length 1."""
    weights = _LUMA.astype(np.float32)
    r, g, b = (np.take(rgb, [k], axis=axis).astype(np.float32) for k in range(3))
    return np.asarray(weights[0] * r + weights[1] * g + weights[2] * b + 0.5, dtype=np.float32).astype(
        np.uint8
    )

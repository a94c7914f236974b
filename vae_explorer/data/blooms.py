"""``blooms``: flowers, stars, polygons and discs drawn by code from five known factors.

Outlines are superformula curves (J. Gielis, "A generic geometric transformation that unifies a wide range of
natural and abstract shapes", American Journal of Botany 90(3), 2003, eq. 1) with n2 = n3 = n and a = b = 1:

    r(φ) = (|cos(mφ/4)|ⁿ + |sin(mφ/4)|ⁿ)^(−1/n1)

With n = 1 the tips are pointed, and the depth of the notches alone leads from a star to a (nearly exact)
regular polygon; with n = 2.2 the tips are round petals with fine notches between them. `roundness` walks
star → polygon → flower without a jump.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vae_explorer.data.colour import oklch_to_srgb

__all__ = [
    "BLOOMS_VERSION",
    "FACTOR_NAMES",
    "KIND_NAMES",
    "N_BLOOMS",
    "Blooms",
    "draw_blooms",
    "sample_blooms",
]

BLOOMS_VERSION = 1  # part of the cache key: raise it whenever a pixel changes
N_BLOOMS = 10_000
KIND_PETALS = (0, 3, 4, 5, 6, 8)  # 7 is left out: at 32 × 32 nobody tells it from 6 or 8
KIND_NAMES = ("circle", "3 petals", "4 petals", "5 petals", "6 petals", "8 petals")
FACTOR_NAMES = ("petals", "roundness", "hue", "rotation", "size")

_KIND_HUES = (265.0, 148.0, 205.0, 322.0, 20.0, 72.0)  # home hue of each kind, OKLCH degrees
_HUE_SPREAD = 17.0  # standard deviation about the home hue, degrees
_MAX_TILT = 14.0  # degrees either way: enough to look alive, small enough for a 2-D map to stay crisp
_SIZES = (0.66, 0.94)  # tip radius over half the image side
_STAR_EXPONENT = 1.0
_PETAL_EXPONENT = 2.2
_DISC_RADIUS = 0.86  # of the tip radius: a disc of the full one would outweigh every other figure
_OUTLINE_STEPS = 96  # samples of an outline from tip to notch
_DEPTH_STEPS = 96  # samples of the colour ramp from centre to rim
_HUE_STEPS = 360
_CHUNK_SAMPLES = (
    1 << 15
)  # pixels at once, which a core's cache holds: eight times as many take 1.7 times as long

_NIGHT = np.array([17, 19, 27], dtype=np.float32) / 255  # the ground: near black with a little blue
_POLLEN = np.array([255, 226, 150], dtype=np.float32) / 255
_HEART = 0.17  # radius of the heart over the tip radius
_HEART_SOFTNESS = 0.10
_GLOW = 0.16


@dataclass(frozen=True, eq=False)
class Blooms:
    """Factors of N figures: `kind` int64 (N,), `factors` float64 (N, 5) in the order of `FACTOR_NAMES`."""

    kind: NDArray[np.int64]
    factors: NDArray[np.float64]


def sample_blooms(n: int, rng: np.random.Generator) -> Blooms:
    """Draw `n` figures' factors: kinds equally likely; each kind has a home hue, as flowers do.

    Petals is a count (0 for a circle), roundness 0–1, hue in OKLCH degrees, rotation in degrees, size the tip
    radius over half the image side. A circle has roundness 1 and rotation 0.
    """
    kind = rng.permutation(np.arange(n) % len(KIND_PETALS))  # (N,)
    petals = np.asarray(KIND_PETALS, dtype=np.float64)[kind]
    is_circle = petals == 0
    roundness = np.where(is_circle, 1.0, rng.beta(0.85, 0.7, n))
    hue = (np.asarray(_KIND_HUES)[kind] + rng.normal(0.0, _HUE_SPREAD, n)) % 360.0
    rotation = np.where(is_circle, 0.0, rng.uniform(-_MAX_TILT, _MAX_TILT, n))
    size = rng.uniform(*_SIZES, n)
    return Blooms(kind.astype(np.int64), np.stack([petals, roundness, hue, rotation, size], axis=1))


def draw_blooms(factors: NDArray[np.float64], height: int, width: int) -> Iterator[NDArray[np.uint8]]:
    """Draw figures in order, some hundred at a time.

    Parameters
    ----------
    factors
        (N, 5), see `FACTOR_NAMES`.
    height, width
        In pixels; the figure fills the shorter side.

    Yields
    ------
    uint8, (n, 3, H, W); the n add up to N.
    """
    grid = _Grid.make(height, width)
    ramp = _ramp()  # (hue, depth, 3)
    chunk = max(1, _CHUNK_SAMPLES // grid.radius.size)
    for start in range(0, len(factors), chunk):
        yield _draw(factors[start : start + chunk].astype(np.float32), grid, ramp)


@dataclass(frozen=True, eq=False)
class _Grid:
    """Polar coordinates of the sample points; radius 1 is half the shorter side."""

    radius: NDArray[np.float32]  # (P,)
    turn: NDArray[np.float32]  # (P,), angle over 2π, 0 is up
    pixel: float  # distance between neighbouring samples
    height: int
    width: int

    @classmethod
    def make(cls, height: int, width: int) -> _Grid:
        half = min(height, width) / 2
        y = ((np.arange(height) + 0.5 - height / 2) / half)[:, None]
        x = ((np.arange(width) + 0.5 - width / 2) / half)[None, :]
        radius = np.hypot(x, y).astype(np.float32).ravel()
        turn = (np.arctan2(x, -y) / (2 * np.pi)).astype(np.float32).ravel()
        return cls(radius, turn, 1 / half, height, width)


def _superformula(u: NDArray[np.float64], n: float, depth: NDArray[np.float64]) -> NDArray[np.float64]:
    """log r from tip (u = 0, r = 1) to notch (u = 1, r = `depth`); u is mφ/π."""
    quarter = u * (np.pi / 4)
    if n > 2:  # there the tips lie where |cos| = |sin|
        quarter = np.pi / 4 - quarter
    total = np.log(np.cos(quarter) ** n + np.sin(quarter) ** n)
    at_tip, at_notch = (0.0, (1 - n / 2) * np.log(2)) if n < 2 else ((1 - n / 2) * np.log(2), 0.0)
    return np.log(depth) * ((total - at_tip) / (at_notch - at_tip))  # −1/n1 chosen so that r(1) = depth


def _outlines(petals: NDArray[np.float32], roundness: NDArray[np.float32]) -> NDArray[np.float32]:
    """Radius from tip to notch; (n, _OUTLINE_STEPS)."""
    m = np.maximum(petals, 3).astype(np.float64)[:, None]
    s = roundness.astype(np.float64)[:, None]
    polygon = np.cos(np.pi / m)  # inner over outer radius of a regular polygon
    star, flower = polygon * 0.50 + 0.02, polygon * 0.56 + 0.04
    to_polygon = np.clip(1 - 2 * s, 0, 1)  # 1 star … 0 polygon
    to_flower = np.clip(2 * s - 1, 0, 1)
    pointed_depth = np.exp(to_polygon * np.log(star) + (1 - to_polygon) * np.log(polygon))
    u = np.linspace(0, 1, _OUTLINE_STEPS)[None, :]
    pointed = _superformula(u, _STAR_EXPONENT, pointed_depth)
    petalled = _superformula(u, _PETAL_EXPONENT, flower)
    blend = to_flower * to_flower * (3 - 2 * to_flower)
    radius = np.exp((1 - blend) * pointed + blend * petalled)
    radius[petals == 0] = _DISC_RADIUS
    return radius.astype(np.float32)


def _ramp() -> NDArray[np.float32]:
    """sRGB in 0–1 for every hue from the heart (depth 0) to the rim (1); (_HUE_STEPS, _DEPTH_STEPS, 3)."""
    hue = (np.arange(_HUE_STEPS) * (360 / _HUE_STEPS))[:, None]
    t = np.linspace(0, 1, _DEPTH_STEPS)[None, :]
    yellow = np.exp(-np.square((hue - 90) / 40))  # yellow turns to mud when it darkens like the others
    lightness = 0.90 - (0.34 - 0.10 * yellow) * t**1.3
    chroma = 0.055 + 0.125 * np.sin(np.pi / 2 * np.clip(t * 1.25, 0, 1)) - 0.02 * t
    shifted = hue + 34 * (0.45 - t)  # warm hearts, deeper rims: neighbouring hues, never a clash
    return oklch_to_srgb(lightness + 0 * hue, chroma + 0 * hue, shifted).astype(np.float32)


def _draw(factors: NDArray[np.float32], grid: _Grid, ramp: NDArray[np.float32]) -> NDArray[np.uint8]:
    petals, roundness, hue, rotation, size = (factors[:, k, None] for k in range(5))
    n = len(factors)
    outline = _outlines(petals[:, 0], roundness[:, 0])  # (n, K)
    slope = np.gradient(outline, axis=1) * (_OUTLINE_STEPS - 1)  # dr/du

    turn = (grid.turn - rotation / 360) * petals  # (n, P)
    u = 2 * np.abs(turn - np.rint(turn))  # 0 at a tip, 1 at a notch
    at = (u * (_OUTLINE_STEPS - 1) + 0.5).astype(np.int32)
    at += (np.arange(n, dtype=np.int32) * _OUTLINE_STEPS)[:, None]
    edge = outline.ravel()[at] * size
    tangent = slope.ravel()[at] * size * petals * np.float32(1 / np.pi)  # dr/dφ
    steep = 1 / np.sqrt(1 + np.square(tangent / edge))
    coverage = np.clip((edge - grid.radius) * steep / grid.pixel + 0.5, 0, 1)  # (n, P)

    t = grid.radius / edge
    depth = np.clip(t * (0.86 + 0.24 * u * np.minimum(t, 1)), 0, 1)
    row = (hue[:, 0] * (_HUE_STEPS / 360) + 0.5).astype(np.int32) % _HUE_STEPS
    index = (depth * (_DEPTH_STEPS - 1) + 0.5).astype(np.int32) + (row * _DEPTH_STEPS)[:, None]
    body = ramp.reshape(-1, 3)[index]  # (n, P, 3)
    heart = np.clip((_HEART - grid.radius / size) / _HEART_SOFTNESS + 0.5, 0, 1) * np.minimum(
        petals, 1
    )  # (n, P)
    body = body + (0.85 * heart)[..., None] * (_POLLEN - body)
    fade = np.clip((1 - grid.radius) / 0.4, 0, 1)  # neighbours on the map join without a seam
    glow = _GLOW * fade * np.exp(-2.0 * np.maximum(grid.radius / size - 0.55, 0))  # (n, P)
    ground = _NIGHT + glow[..., None] * (ramp[row, -1] - _NIGHT)[:, None, :]
    picture = ground + coverage[..., None] * (body - ground)
    picture = picture.reshape(n, grid.height, grid.width, 3)
    return np.ascontiguousarray((picture * 255 + 0.5).astype(np.uint8).transpose(0, 3, 1, 2))

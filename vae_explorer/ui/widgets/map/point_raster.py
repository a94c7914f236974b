"""Points as one picture: anti-aliased discs written into a pixel buffer by index arithmetic.

A disc is a stamp of pixels with a coverage each. Stamps are written pixel by pixel of the stamp, lowest
coverage first, each time for all points at once; so of overlapping discs every pixel keeps the highest
coverage, and no blending per point is needed. Many points get stamps of one pixel, whose opacity follows
how many points fell on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vae_explorer.ui.widgets.map.viewport import Viewport

__all__ = ["PointRaster", "Splat", "adapted_radius"]

Pixels = NDArray[np.uint32]  # 0xAARRGGBB, premultiplied
Indices = NDArray[np.intp]

COVERAGE_LEVELS = 12  # steps of anti-aliasing; more are not seen on discs of a few pixels
PHASES = 4  # sub-pixel positions on each axis
MAX_PHASED_POINTS = (
    40_000  # beyond, discs snap to whole pixels: grouping by phase would cost more than it shows
)
DENSE_RADIUS_PX = 0.75  # device px; smaller discs are single pixels
DENSE_ALPHA = 0.5  # opacity of one point of a single pixel
MAX_WRITES = 2_500_000  # pixel writes a frame before discs give way to single pixels
MAX_DEVICE_RADIUS_PX = 10.0
TARGET_COVER = 0.48  # share of the cloud's area that all discs together may cover
MIN_RADIUS_PX, MAX_RADIUS_PX = 0.5, 3.6  # logical px


@dataclass(frozen=True, eq=False)
class Splat:
    """Points drawn over what was drawn before.

    Attributes
    ----------
    rows
        Which points, (m,).
    grow_px
        Added to the radius, device px.
    flat
        One colour 0xAARRGGBB (straight alpha) for all: a halo; None: each point's own.
    """

    rows: Indices
    grow_px: float = 0.0
    flat: int | None = None


def adapted_radius(n_points: int, cloud_area_px: float) -> float:
    """Radius (logical px) at which `n_points` discs leave most of a cloud of that area visible."""
    if n_points == 0 or not np.isfinite(cloud_area_px):
        return MAX_RADIUS_PX
    radius = np.sqrt(TARGET_COVER * max(cloud_area_px, 1.0) / (np.pi * n_points))
    return float(np.clip(radius, MIN_RADIUS_PX, MAX_RADIUS_PX))


class PointRaster:
    """A reused pixel buffer with a border wide enough that no stamp leaves it."""

    BORDER = 24  # device px, ≥ 2 · (largest radius + 1)

    def __init__(self) -> None:
        self._canvas: Pixels = np.zeros((1, 1), dtype=np.uint32)

    def render(
        self,
        xy: NDArray[np.float32],
        colour: NDArray[np.intp],
        palette: NDArray[np.uint8],
        viewport: Viewport,
        ratio: float,
        radius_px: float,
        splats: list[Splat],
    ) -> Pixels:
        """Draw `splats`, first to last.

        Parameters
        ----------
        xy
            (n, 2), plane coordinates; not finite: not drawn.
        colour
            (n,), rows of `palette`.
        palette
            uint8, (P, 4), straight RGBA.
        ratio
            Device pixels a logical pixel.
        radius_px
            Radius of a disc, device px.

        Returns
        -------
        uint32, (H + 2·BORDER, W + 2·BORDER), premultiplied 0xAARRGGBB; the same memory at each call
        """
        height, width = round(viewport.height * ratio), round(viewport.width * ratio)
        shape = (height + 2 * self.BORDER, width + 2 * self.BORDER)
        if self._canvas.shape != shape:
            self._canvas = np.zeros(shape, dtype=np.uint32)
        else:
            self._canvas.fill(0)
        table = _level_table(palette)  # (levels + 1, P)
        for splat in splats:
            if len(splat.rows):
                self._draw(splat, xy, colour, table, viewport, ratio, radius_px)
        return self._canvas

    def _draw(
        self,
        splat: Splat,
        xy: NDArray[np.float32],
        colour: NDArray[np.intp],
        table: Pixels,
        viewport: Viewport,
        ratio: float,
        radius_px: float,
    ) -> None:
        everything = len(splat.rows) == len(xy)
        points = xy if everything else xy[splat.rows]
        # Relative to the middle first: far-away clouds would lose pixels in float32 otherwise.
        scale = np.float32(viewport.scale * ratio)
        x = (points[:, 0] - np.float32(viewport.cx)) * scale
        y = (points[:, 1] - np.float32(viewport.cy)) * -scale
        border = self.BORDER
        height, width = self._canvas.shape
        x += np.float32(viewport.width * ratio / 2 + border)
        y += np.float32(viewport.height * ratio / 2 + border)
        radius = min(radius_px + splat.grow_px, MAX_DEVICE_RADIUS_PX)
        edge = np.ceil(radius + 1.0) + 1.0  # a stamp written around this point stays on the canvas
        seen = (x >= edge) & (x < width - edge) & (y >= edge) & (y < height - edge)
        rows = np.flatnonzero(seen)
        if len(rows) == 0:
            return
        if len(rows) < len(x):
            x, y = x[rows], y[rows]
            picked = rows if everything else splat.rows[rows]
        else:
            picked = splat.rows
        own = colour[picked] if splat.flat is None else None
        if splat.flat is not None:
            table = _level_table(_rgba(splat.flat))
        if splat.flat is None and (radius < DENSE_RADIUS_PX or len(rows) * np.pi * radius**2 > MAX_WRITES):
            self._draw_dense(x, y, own, table)
        else:
            self._draw_discs(x, y, own, table, radius)

    def _draw_discs(
        self,
        x: NDArray[np.float32],
        y: NDArray[np.float32],
        own: Indices | None,
        table: Pixels,
        radius: float,
    ) -> None:
        width = self._canvas.shape[1]
        flat = self._canvas.reshape(-1)
        ix, iy = x.astype(np.intp), y.astype(np.intp)  # positive: truncation is floor
        base = iy * width + ix
        phases = PHASES if len(x) <= MAX_PHASED_POINTS else 1
        if phases > 1:
            phase = ((x - ix) * phases).astype(np.uint8) + ((y - iy) * phases).astype(np.uint8) * np.uint8(
                phases
            )
            order = np.argsort(phase, kind="stable")  # radix sort on bytes
            base = base[order]
            starts = np.searchsorted(phase[order], np.arange(phases * phases + 1))
            own = own[order] if own is not None else None
        else:
            starts = np.array([0, len(x)])
        level, pixels = -1, np.empty(0, dtype=np.uint32)
        for step_level, step_phase, dy, dx in _stamp(round(radius * 8), phases):
            if step_level != level:
                level = step_level
                pixels = table[level][own] if own is not None else pixels
            first, last = starts[step_phase], starts[step_phase + 1]
            if first == last:
                continue
            at = base[first:last] + (dy * width + dx)
            flat[at] = pixels[first:last] if own is not None else table[level, 0]

    def _draw_dense(
        self, x: NDArray[np.float32], y: NDArray[np.float32], own: Indices | None, table: Pixels
    ) -> None:
        assert own is not None
        flat = self._canvas.reshape(-1)
        at = y.astype(np.int32) * np.int32(self._canvas.shape[1]) + x.astype(np.int32)
        flat[at] = table[COVERAGE_LEVELS][own]
        count = np.bincount(at, minlength=0)
        hit = np.flatnonzero(count)
        share = 1.0 - (1.0 - DENSE_ALPHA) ** np.arange(9)
        weight = (256.0 * share).astype(np.uint32)[np.minimum(count[hit], 8)]
        pixels = flat[hit]
        # Two channels at a time: 8-bit products with a weight of up to 256 stay inside 16 bits.
        red_blue = ((pixels & 0x00FF00FF) * weight >> 8) & 0x00FF00FF
        alpha_green = ((pixels >> 8) & 0x00FF00FF) * weight & 0xFF00FF00
        flat[hit] = red_blue | alpha_green


@lru_cache(maxsize=64)
def _stamp(radius_eighths: int, phases: int) -> tuple[tuple[int, int, int, int], ...]:
    """(coverage level, phase, dy, dx) of every pixel of a disc in every phase, lowest coverage first."""
    radius = radius_eighths / 8
    reach = int(np.ceil(radius + 1.0))
    offsets = np.arange(-reach, reach + 1)
    steps = []
    for phase_y in range(phases):
        for phase_x in range(phases):
            # Centre of the disc inside its pixel against the centres of the pixels around it.
            dx = offsets + 0.5 - (phase_x + 0.5) / phases
            dy = offsets + 0.5 - (phase_y + 0.5) / phases
            cover = np.clip(radius + 0.5 - np.hypot(dx[None, :], dy[:, None]), 0.0, 1.0)
            levels = np.rint(cover * COVERAGE_LEVELS).astype(int)
            for row, column in np.argwhere(levels > 0):
                at = phase_y * phases + phase_x
                steps.append((int(levels[row, column]), at, int(offsets[row]), int(offsets[column])))
    return tuple(sorted(steps))


def _level_table(palette: NDArray[np.uint8]) -> Pixels:
    """Premultiplied pixels of every colour at every coverage: (levels + 1, P)."""
    rgba = palette.astype(np.float64)
    cover = np.arange(COVERAGE_LEVELS + 1)[:, None] / COVERAGE_LEVELS
    alpha = cover * rgba[:, 3] / 255.0  # (levels + 1, P)
    channels = [np.rint(alpha * rgba[:, i]).astype(np.uint32) for i in range(3)]
    a = np.rint(alpha * 255.0).astype(np.uint32)
    packed = (a << 24) | (channels[0] << 16) | (channels[1] << 8) | channels[2]
    return packed.astype(np.uint32)


def _rgba(packed: int) -> NDArray[np.uint8]:
    values = [(packed >> 16) & 255, (packed >> 8) & 255, packed & 255, (packed >> 24) & 255]
    return np.array([values], dtype=np.uint8)

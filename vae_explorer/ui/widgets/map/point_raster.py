"""Points as one picture: discs (`write_discs`) or single pixels, written into a pixel buffer by index arithmetic.

Many points are single pixels, whose opacity follows how many points fell on them: a million of them take few
milliseconds, because every step works on a block that stays in the processor's cache, and nothing is done per
point that can be done per pixel.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vae_explorer.ui.widgets.map.discs import COVERAGE_LEVELS, write_discs
from vae_explorer.ui.widgets.map.places import Places, Runs
from vae_explorer.ui.widgets.map.viewport import Viewport

__all__ = ["PointRaster", "Splat", "adapted_radius"]

Pixels = NDArray[np.uint32]  # 0xAARRGGBB, premultiplied
Floats = NDArray[np.float32]
Indices = NDArray[np.intp]

DENSE_RADIUS_PX = 0.75  # device px; smaller discs are single pixels
DENSE_ALPHA = 0.5  # opacity of one point of a single pixel
DENSE_COUNTS = 8  # points on a pixel that are told apart: together they cover 99.6 % of it
MAX_WRITES = 2_500_000  # pixel writes a frame before discs give way to single pixels
MAX_DEVICE_RADIUS_PX = 10.0
TARGET_COVER = 0.48  # share of the cloud's area that all discs together may cover
MIN_RADIUS_PX, MAX_RADIUS_PX = 0.5, 3.6  # logical px
POINTWISE_SHARE = (
    0.5  # points a pixel of the canvas, below which passes over points are shorter than over pixels
)
BLOCK = 32_768  # points or pixels at once: what is computed of them fits the second-level cache
_ONE, _ZERO = np.uint32(1), np.float32(0)
_NO_COUNT, _NO_COLOUR = np.zeros(0, dtype=np.uint32), np.zeros(0, dtype=np.uint16)


@dataclass(frozen=True, eq=False)
class Splat:
    """Points drawn over what was drawn before.

    Attributes
    ----------
    places
        Where they are.
    colour
        Unsigned, (m,), rows of the palette in the order of `places`; None: all in `flat`.
    grow_px
        Added to the radius, device px.
    flat
        One colour 0xAARRGGBB (straight alpha) for all: a halo.
    """

    places: Places
    colour: NDArray[np.unsignedinteger] | None
    grow_px: float = 0.0
    flat: int = 0


@dataclass(frozen=True)
class _Frame:
    """From the plane to the canvas; relative to the middle first, or far-away clouds would lose pixels in float32."""

    cx: np.float32
    cy: np.float32
    scale: np.float32  # device px a plane unit
    left: np.float32  # of the middle on the canvas
    top: np.float32

    def x(self, x: Floats, out: Floats) -> Floats:
        np.subtract(x, self.cx, out=out)
        np.multiply(out, self.scale, out=out)
        return np.add(out, self.left, out=out)

    def y(self, y: Floats, out: Floats) -> Floats:
        np.subtract(y, self.cy, out=out)
        np.multiply(out, -self.scale, out=out)
        return np.add(out, self.top, out=out)


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
        self._count: NDArray[np.uint32] = _NO_COUNT  # points on each pixel
        self._colour: NDArray[np.unsignedinteger] = _NO_COLOUR  # of the last of them
        self._fx, self._fy = np.empty(BLOCK, dtype=np.float32), np.empty(BLOCK, dtype=np.float32)
        self._ix, self._iy = np.empty(BLOCK, dtype=np.int32), np.empty(BLOCK, dtype=np.int32)
        self._at = np.empty(BLOCK, dtype=np.intp)

    def render(
        self,
        splats: list[Splat],
        palette: NDArray[np.uint8],
        viewport: Viewport,
        ratio: float,
        radius_px: float,
    ) -> Pixels:
        """Draw `splats`, first to last.

        Parameters
        ----------
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
        frame = _Frame(
            np.float32(viewport.cx),
            np.float32(viewport.cy),
            np.float32(viewport.scale * ratio),
            np.float32(viewport.width * ratio / 2 + self.BORDER),
            np.float32(viewport.height * ratio / 2 + self.BORDER),
        )
        with np.errstate(over="ignore"):  # far outside is outside
            table = _level_table(palette)  # (levels + 1, P)
            counted = False
            for splat in splats:
                runs = splat.places.runs(viewport.box_with(self.BORDER / ratio))
                counted |= self._draw(splat, runs, palette, table, frame, radius_px)
        if not counted:  # 6 bytes a pixel, until points are as many again
            self._count, self._colour = _NO_COUNT, _NO_COLOUR
        return self._canvas

    def _draw(
        self,
        splat: Splat,
        runs: Runs,
        palette: NDArray[np.uint8],
        table: Pixels,
        frame: _Frame,
        radius_px: float,
    ) -> bool:
        """Draw one of them; whether its points were counted for that, as many are."""
        radius = min(radius_px + splat.grow_px, MAX_DEVICE_RADIUS_PX)
        dense, most = False, len(splat.places)
        if splat.colour is not None:
            dense = radius < DENSE_RADIUS_PX
            most = int(MAX_WRITES / (np.pi * radius**2))
        seen = None if dense else self._seen(splat, runs, frame, radius, most)
        if seen is None:
            assert splat.colour is not None, "all of a halo's points are drawn"
            self._draw_dense(splat.places, splat.colour, runs, palette, frame)
            return True
        x, y, own = seen
        if len(x):
            write_discs(
                self._canvas, x, y, own, table if own is not None else _flat_table(splat.flat), radius
            )
        return False

    def _seen(
        self, splat: Splat, runs: Runs, frame: _Frame, radius: float, most: int
    ) -> tuple[Floats, Floats, Indices | None] | None:
        """Canvas coordinates and colours of the points whose stamps stay on the canvas; None if more than `most`."""
        n_seen = 0
        height, width = self._canvas.shape
        edge = np.float32(np.ceil(radius + 1.0) + 1.0)
        places, colour = splat.places, splat.colour
        xs, ys, owns = [np.empty(0, np.float32)], [np.empty(0, np.float32)], [np.empty(0, np.intp)]
        for first, last in runs:
            for begin in range(first, last, BLOCK):
                block = slice(begin, min(begin + BLOCK, last))
                n = block.stop - begin
                x = frame.x(places.x[block], self._fx[:n])
                y = frame.y(places.y[block], self._fy[:n])
                seen = (x >= edge) & (x < width - edge) & (y >= edge) & (y < height - edge)
                n_seen += int(np.count_nonzero(seen))
                if n_seen > most:
                    return None
                if seen.all():
                    xs.append(x.copy())
                    ys.append(y.copy())
                    if colour is not None:
                        owns.append(colour[block].astype(np.intp))
                elif len(rows := np.flatnonzero(seen)):
                    xs.append(x[rows])
                    ys.append(y[rows])
                    if colour is not None:
                        owns.append(colour[block][rows].astype(np.intp))
        own = np.concatenate(owns) if colour is not None else None
        return np.concatenate(xs), np.concatenate(ys), own

    def _draw_dense(
        self,
        places: Places,
        colour: NDArray[np.unsignedinteger],
        runs: Runs,
        palette: NDArray[np.uint8],
        frame: _Frame,
    ) -> None:
        """Count the points on each pixel, and colour it like the last of them, as opaque as their number."""
        table = _dense_table(palette)  # (P · (DENSE_COUNTS + 1),)
        kind = np.dtype(np.uint16 if len(table) <= 2**16 else np.uint32)
        size = self._canvas.size
        if len(self._count) != size or self._colour.dtype != kind:
            self._count = np.zeros(size, dtype=np.uint32)
            self._colour = np.zeros(size, dtype=kind)
        else:
            self._count.fill(0)
        if sum(last - first for first, last in runs) < POINTWISE_SHARE * size:
            self._compose_points(places, colour, runs, table, frame)
            return
        for block, at in self._pixels(places, runs, frame):
            np.add.at(self._count, at, _ONE)
            self._colour[at] = colour[block]
        flat, counts = self._canvas.reshape(-1), kind.type(DENSE_COUNTS + 1)
        for begin in range(0, size, BLOCK):
            part = slice(begin, begin + BLOCK)
            count = self._count[part]
            code = np.minimum(count, np.uint32(DENSE_COUNTS)).astype(kind)
            code += self._colour[part] * counts
            np.copyto(flat[part], table.take(code), where=count > 0)

    def _compose_points(
        self,
        places: Places,
        colour: NDArray[np.unsignedinteger],
        runs: Runs,
        table: Pixels,
        frame: _Frame,
    ) -> None:
        """The same with a few passes over the points instead of the pixels."""
        blocks = [(block, at.copy()) for block, at in self._pixels(places, runs, frame)]
        for _, at in blocks:
            np.add.at(self._count, at, _ONE)
        flat, kind = self._canvas.reshape(-1), self._colour.dtype.type
        for block, at in blocks:
            code = np.minimum(self._count.take(at), np.uint32(DENSE_COUNTS)).astype(kind)
            code += colour[block] * kind(DENSE_COUNTS + 1)
            flat[at] = table.take(code)

    def _pixels(self, places: Places, runs: Runs, frame: _Frame) -> Iterator[tuple[slice, Indices]]:
        """Blocks of points, and which pixels they fall on; what lies outside falls on the border."""
        height, width = self._canvas.shape
        right, bottom, row = np.float32(width - 1), np.float32(height - 1), np.int32(width)
        for first, last in runs:
            for begin in range(first, last, BLOCK):
                block = slice(begin, min(begin + BLOCK, last))
                n = block.stop - begin
                x = frame.x(places.x[block], self._fx[:n])
                y = frame.y(places.y[block], self._fy[:n])
                np.clip(x, _ZERO, right, out=x)  # nobody sees the border: sooner done than sorted out
                np.clip(y, _ZERO, bottom, out=y)
                ix, iy, at = self._ix[:n], self._iy[:n], self._at[:n]
                np.copyto(ix, x, casting="unsafe")
                np.copyto(iy, y, casting="unsafe")
                np.multiply(iy, row, out=iy)
                np.add(ix, iy, out=at)
                yield block, at


def _level_table(palette: NDArray[np.uint8]) -> Pixels:
    """Premultiplied pixels of every colour at every coverage: (levels + 1, P)."""
    return _premultiplied(palette, np.arange(COVERAGE_LEVELS + 1)[:, None] / COVERAGE_LEVELS)


def _dense_table(palette: NDArray[np.uint8]) -> Pixels:
    """Premultiplied pixels of every colour under 0 to `DENSE_COUNTS` points: (P · (DENSE_COUNTS + 1),)."""
    share = 1.0 - (1.0 - DENSE_ALPHA) ** np.arange(DENSE_COUNTS + 1)
    return np.ascontiguousarray(_premultiplied(palette, share[:, None]).T).reshape(-1)


def _premultiplied(palette: NDArray[np.uint8], share: NDArray[np.floating]) -> Pixels:
    rgba = palette.astype(np.float64)
    alpha = share * rgba[:, 3] / 255.0  # (shares, P)
    channels = [np.rint(alpha * rgba[:, i]).astype(np.uint32) for i in range(3)]
    a = np.rint(alpha * 255.0).astype(np.uint32)
    packed = (a << 24) | (channels[0] << 16) | (channels[1] << 8) | channels[2]
    return packed.astype(np.uint32)


@lru_cache(maxsize=16)
def _flat_table(packed: int) -> Pixels:
    """`_level_table` of one colour 0xAARRGGBB: (levels + 1, 1)."""
    values = [(packed >> 16) & 255, (packed >> 8) & 255, packed & 255, (packed >> 24) & 255]
    return _level_table(np.array([values], dtype=np.uint8))

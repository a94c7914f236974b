"""``write_discs``: anti-aliased discs, all of one radius, written into a pixel buffer by index arithmetic.

A disc is a stamp of pixels with a coverage each. Stamps are written pixel by pixel of the stamp, lowest
coverage first, each time for many points at once; so of overlapping discs every pixel keeps the highest
coverage, and no blending per point is needed.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["COVERAGE_LEVELS", "write_discs"]

Pixels = NDArray[np.uint32]  # 0xAARRGGBB, premultiplied
Floats = NDArray[np.float32]
Indices = NDArray[np.intp]

COVERAGE_LEVELS = 12  # steps of anti-aliasing; more are not seen on discs of a few pixels
PHASES = 4  # sub-pixel positions on each axis
MAX_PHASED_POINTS = (
    40_000  # beyond, discs snap to whole pixels: grouping by phase would cost more than it shows
)
WHOLE_POINTS = 1_500  # up to here one call writes all stamps: a call for each pixel and phase would cost more
FULL_RADIUS_PX = 1.0  # from here a disc covers at least one pixel fully, wherever it lies


def write_discs(
    canvas: Pixels, x: Floats, y: Floats, own: Indices | None, table: Pixels, radius_px: float
) -> None:
    """Draw a disc around each place.

    Parameters
    ----------
    canvas
        uint32, (H, W).
    x, y
        (n,), px from the left and the top, at least ``radius_px + 2`` from every border.
    own
        Column of `table` of each disc, (n,); None: the first for all.
    table
        Pixels by coverage and colour, (COVERAGE_LEVELS + 1, P).
    """
    width = canvas.shape[1]
    reach = int(np.ceil(radius_px + 1.0))
    ix, iy = x.astype(np.intp), y.astype(np.intp)  # positive: truncation is floor
    base = iy * width + (ix - reach * (width + 1))  # of the stamp's upper left corner
    phases = PHASES if len(x) <= MAX_PHASED_POINTS else 1
    phase = ((x - ix) * phases).astype(np.uint8)
    phase += ((y - iy) * phases).astype(np.uint8) * np.uint8(phases)
    eighths = round(radius_px * 8)
    if len(x) <= WHOLE_POINTS and radius_px >= FULL_RADIUS_PX:
        _write_whole(canvas, base, phase.astype(np.intp), own, table, eighths)
        return
    if phases > 1:
        order = np.argsort(phase, kind="stable")  # radix sort on bytes
        base = base[order]
        starts = np.searchsorted(phase[order], np.arange(phases * phases + 1)).tolist()
        own = own[order] if own is not None else None
    else:
        starts = [0, len(x)]
    flat = canvas.reshape(-1)
    level, pixels = -1, table[0]
    for step_level, step_phase, down, right in _stamp(eighths, phases):
        if step_level != level:
            level = step_level
            pixels = table[level].take(own) if own is not None else table[level]
        first, last = starts[step_phase], starts[step_phase + 1]
        if first < last:
            shifted = flat[down * width + right :]
            shifted[base[first:last]] = pixels[first:last] if own is not None else pixels[0]


def _write_whole(
    canvas: Pixels, base: Indices, phase: Indices, own: Indices | None, table: Pixels, eighths: int
) -> None:
    """The same for few discs: `base` (n,) is where the upper left corners of their stamps lie in `canvas`."""
    offsets, levels = _stamp_rows(eighths, canvas.shape[1])
    at = offsets.take(phase, axis=1)  # (K, n)
    at += base
    colours = np.zeros_like(base) if own is None else own
    pixels = table.reshape(-1).take(levels * table.shape[1] + colours)  # (K, n)
    canvas.reshape(-1)[at.reshape(-1)] = pixels.reshape(-1)  # of several on a pixel the last one stays


@lru_cache(maxsize=64)
def _stamp(radius_eighths: int, phases: int) -> tuple[tuple[int, int, int, int], ...]:
    """(coverage level, phase, down, right) of every pixel of a disc in every phase, lowest coverage first.

    `down` and `right` count from the upper left corner of the square around the disc.
    """
    levels = _levels(radius_eighths, phases)
    found = np.nonzero(levels)
    return tuple(sorted(zip(levels[found].tolist(), *(axis.tolist() for axis in found), strict=True)))


@lru_cache(maxsize=32)
def _stamp_rows(radius_eighths: int, width: int) -> tuple[Indices, Indices]:
    """Stamps of all phases side by side for a canvas of that width: offsets (K, PHASES²) and coverage levels (K, 1).

    A phase with fewer pixels of a level than others writes one that it covers at least as much in their place, which
    that one's own level, in a later row, overwrites.
    """
    stamps = _levels(radius_eighths, PHASES)
    side = stamps.shape[1]
    places = (np.arange(side)[:, None] * width + np.arange(side)).reshape(-1)
    stamps = stamps.reshape(PHASES**2, -1)
    offsets, levels = [], []
    for level in range(1, COVERAGE_LEVELS + 1):
        counts = np.count_nonzero(stamps == level, axis=1)
        if not counts.any():
            continue
        # The pixels of this level first, then those of the higher ones, then the rest.
        order = np.argsort(np.where(stamps < level, COVERAGE_LEVELS + 1, stamps), axis=1, kind="stable")
        spare = order[:, 0]
        rows = np.arange(counts.max())[:, None]  # (k, 1)
        chosen = np.where(rows < counts, order[:, : counts.max()].T, spare)
        offsets.append(places[chosen])
        levels.append(np.full(len(rows), level))
    return np.concatenate(offsets), np.concatenate(levels)[:, None]


def _levels(radius_eighths: int, phases: int) -> Indices:
    """Coverage level of every pixel of the square around a disc in every phase: (phases², S, S)."""
    radius = radius_eighths / 8
    reach = int(np.ceil(radius + 1.0))
    # Centre of the disc inside its pixel against the centres of the pixels around it.
    steps = np.arange(-reach, reach + 1) + 0.5 - (np.arange(phases)[:, None] + 0.5) / phases  # (phases, S)
    distances = np.hypot(steps[None, :, None, :], steps[:, None, :, None])  # phase of y, of x, row, column
    cover = np.clip(radius + 0.5 - distances, 0.0, 1.0)
    return np.rint(cover * COVERAGE_LEVELS).astype(np.intp).reshape(phases**2, 2 * reach + 1, -1)

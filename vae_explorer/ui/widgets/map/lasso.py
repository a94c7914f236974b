"""Which points lie inside a loop drawn by hand; free of Qt."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vae_explorer.ui.widgets.map.places import CELLS, Cells, Places, merged

__all__ = ["contains", "rows_inside"]

MAX_STEPS = 50_000  # along a loop; more of them than that would cost more than the points they save


def rows_inside(places: Places, corners: NDArray[np.float64]) -> NDArray[np.int64]:
    """Ascending rows of the given points inside a closed polygon, by the even–odd rule.

    Parameters
    ----------
    corners
        (m, 2), m ≥ 3; the last is joined to the first.
    """
    low, high = corners.min(axis=0), corners.max(axis=0)
    tested = places.runs((float(low[0]), float(low[1]), float(high[0]), float(high[1])))
    cells, clear = places.cells, np.empty(0, dtype=np.intp)
    if cells is not None and _steps(cells, corners)[-1] <= MAX_STEPS:
        met = _cells_met(cells, corners)
        crossed, clear = np.flatnonzero(met), np.flatnonzero(~met)
        tested = merged(cells.starts[crossed], cells.starts[crossed + 1])
    near = [np.empty(0, dtype=np.intp)]
    for first, last in tested:
        x, y = places.x[first:last], places.y[first:last]
        found = np.flatnonzero((x >= low[0]) & (x <= high[0]) & (y >= low[1]) & (y <= high[1]))
        near.append(first + found)
    doubtful = np.concatenate(near)
    x, y = places.x[doubtful], places.y[doubtful]
    if cells is not None:  # of a cell that the loop does not meet, the middle stands for all
        middle_x, middle_y = cells.middles(clear)
        x, y = np.concatenate((x, middle_x)), np.concatenate((y, middle_y))
    answer = contains(corners, x, y)
    inside = np.zeros(len(places), dtype=bool)
    inside[doubtful] = answer[: len(doubtful)]
    if cells is not None:
        whole = clear[answer[len(doubtful) :]]
        for first, last in merged(cells.starts[whole], cells.starts[whole + 1]):
            inside[first:last] = True
    return places.chosen(inside)


def contains(
    corners: NDArray[np.float64], x: NDArray[np.floating], y: NDArray[np.floating]
) -> NDArray[np.bool_]:
    """Whether points, (n,) and (n,), lie inside a closed polygon, (m, 2), by the even–odd rule.

    Between two neighbouring heights of corners the same few sides cross every level, so each point is held
    against those alone.
    """
    heights = np.unique(corners[:, 1])
    band = np.searchsorted(heights, y, side="right").astype(
        np.uint16
    )  # band k: heights[k-1] ≤ y < heights[k]
    order = np.argsort(band, kind="stable")  # a radix sort for 16 bits
    starts = np.searchsorted(band[order], np.arange(len(heights) + 2))
    x, y = x[order].astype(np.float64), y[order].astype(np.float64)
    first, second = corners, np.roll(corners, -1, axis=0)
    bottom, top = np.minimum(first[:, 1], second[:, 1]), np.maximum(first[:, 1], second[:, 1])
    inside = np.zeros(len(x), dtype=bool)
    for k in range(1, len(heights)):
        points = slice(starts[k], starts[k + 1])
        if points.start == points.stop:
            continue
        for side in np.flatnonzero((bottom <= heights[k - 1]) & (top >= heights[k])):
            (x0, y0), (x1, y1) = first[side], second[side]
            inside[points] ^= x[points] < x0 + (y[points] - y0) * ((x1 - x0) / (y1 - y0))
    result = np.empty_like(inside)
    result[order] = inside
    return result


def _steps(cells: Cells, corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Steps of at most half a cell up to each corner of the closed loop, (m + 1,)."""
    closed = np.concatenate((corners, corners[:1]))
    lengths = np.abs(np.diff(closed, axis=0) / (cells.width, cells.height)).max(axis=1)
    return np.concatenate(([0.0], np.cumsum(np.ceil(2.0 * lengths) + 1.0)))


def _cells_met(cells: Cells, corners: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether a side of the loop may run through each cell, (CELLS²,)."""
    closed, steps = np.concatenate((corners, corners[:1])), _steps(cells, corners)
    at = np.arange(int(steps[-1]) + 1)
    column = cells.column(np.interp(at, steps, closed[:, 0]))
    row = cells.row(np.interp(at, steps, closed[:, 1]))
    met = np.zeros((CELLS + 2, CELLS + 2), dtype=bool)
    for dy in range(3):  # the neighbours too: between two steps the side may touch them
        for dx in range(3):
            met[row + dy, column + dx] = True
    met = met[1:-1, 1:-1]
    for edge in (met[0], met[-1], met[:, 0], met[:, -1]):
        edge[:] = True  # these cells reach to infinity
    return met.reshape(-1)

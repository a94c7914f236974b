"""``Places``: where points lie, in an order in which a view finds those it shows; free of Qt.

Large sets are sorted by the cells of a grid, once a change of their positions: what a view, the mouse or a loop can
meet is then a few runs of consecutive points, and neighbours on the map are neighbours in memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from vae_explorer.ui.widgets.map.viewport import Box, middle_box

__all__ = ["Cells", "Places", "arranged"]

Rows = NDArray[np.intp]
Runs = list[tuple[int, int]]  # first, last + 1
Scalar = TypeVar("Scalar", bound=np.generic)

SORTED_POINTS = 100_000  # from here on: smaller sets are looked through as quickly as they would be sorted
CELLS = 128  # along each axis
CELLED_SHARE = (
    0.998  # of the points on each axis, on which the grid lies; the others join the outermost cells
)


@dataclass(frozen=True, eq=False)
class Cells:
    """A grid whose outermost cells reach to infinity.

    Attributes
    ----------
    left, bottom
        Plane coordinates of the first cell's corner.
    width, height
        Of a cell, plane units, > 0.
    starts
        intp, (CELLS² + 1,): the points of cell k, row by row from the bottom left, are those from ``starts[k]``
        up to ``starts[k + 1]``.
    """

    left: float
    bottom: float
    width: float
    height: float
    starts: Rows

    def column(self, x: NDArray[np.floating]) -> NDArray[np.int32]:
        """Column of plane coordinates, (m,)."""
        return _cell(x, self.left, self.width)

    def row(self, y: NDArray[np.floating]) -> NDArray[np.int32]:
        """Row of plane coordinates, (m,)."""
        return _cell(y, self.bottom, self.height)

    def middles(self, at: Rows) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Plane coordinates of the middles of cells."""
        row, column = np.divmod(at, CELLS)
        return self.left + (column + 0.5) * self.width, self.bottom + (row + 0.5) * self.height

    def runs(self, box: Box) -> Runs:
        """Runs of points that hold all inside `box`, and some beside it."""
        left, right = self.column(np.array(box[0::2], dtype=np.float32))
        bottom, top = self.row(np.array(box[1::2], dtype=np.float32))
        # One cell more on each side: a rounding error must not lose a point.
        left, right = max(int(left) - 1, 0), min(int(right) + 1, CELLS - 1)
        rows = np.arange(max(int(bottom) - 1, 0), min(int(top) + 1, CELLS - 1) + 1)
        return merged(self.starts[rows * CELLS + left], self.starts[rows * CELLS + right + 1])


@dataclass(frozen=True, eq=False)
class Places:
    """Positions of m points.

    Attributes
    ----------
    x, y
        float32, (m,), finite plane coordinates.
    rows
        intp, (m,), which point of the n given ones each is; None: the points in their own order.
    cells
        The grid that they are sorted by; None for smaller sets.
    """

    x: NDArray[np.float32]
    y: NDArray[np.float32]
    rows: Rows | None = None
    cells: Cells | None = None

    def __len__(self) -> int:
        return len(self.x)

    def box(self, share: float) -> Box | None:
        """The box that holds the middle `share` of the points on each axis; None without any."""
        if share not in self._boxes:
            self._boxes[share] = middle_box(self.x, self.y, share)
        return self._boxes[share]

    def runs(self, box: Box) -> Runs:
        """Runs that hold all points inside `box`, and perhaps others."""
        return self.cells.runs(box) if self.cells is not None else [(0, len(self))]

    def in_order(self, values: NDArray[Scalar]) -> NDArray[Scalar]:
        """One value a given point, (n,), as one value a place, (m,)."""
        return values if self.rows is None else values.take(self.rows)

    def given(self, at: Rows) -> Rows:
        """Which of the given points lie at these places."""
        return at if self.rows is None else self.rows[at]

    def chosen(self, at: NDArray[np.bool_]) -> NDArray[np.int64]:
        """The given points that lie at these places, (m,), ascending."""
        if self.rows is None:
            return np.flatnonzero(at).astype(np.int64)
        given = np.zeros(int(self.rows.max(initial=-1)) + 1, dtype=bool)
        given[self.rows[at]] = True  # sooner than sorting them
        return np.flatnonzero(given).astype(np.int64)

    def only(self, at: Rows) -> Places:
        """Some of the places, ascending; `rows` then counts these places."""
        cells = self.cells
        if cells is not None:
            starts = np.searchsorted(at, cells.starts)
            cells = Cells(cells.left, cells.bottom, cells.width, cells.height, starts)
        return Places(self.x[at], self.y[at], at, cells)

    @cached_property
    def _boxes(self) -> dict[float, Box | None]:
        return {}


def arranged(xy: NDArray[np.floating]) -> Places:
    """Places of plane points, (n, 2), without those that are not finite."""
    x, y = (np.ascontiguousarray(xy[:, axis], dtype=np.float32) for axis in (0, 1))
    rows: Rows | None = None
    finite = np.isfinite(x) & np.isfinite(y)
    if not finite.all():
        rows = np.flatnonzero(finite)
        x, y = x[rows], y[rows]
    if len(x) < SORTED_POINTS:
        return Places(x, y, rows)
    box = middle_box(x, y, CELLED_SHARE)
    assert box is not None
    width, height = (max((box[k + 2] - box[k]) / CELLS, 1e-30) for k in (0, 1))
    key = (_cell(y, box[1], height) * np.int32(CELLS) + _cell(x, box[0], width)).astype(np.uint16)
    order = np.argsort(key, kind="stable")  # a radix sort for 16 bits
    starts = np.concatenate(([0], np.cumsum(np.bincount(key, minlength=CELLS * CELLS))))
    cells = Cells(box[0], box[1], width, height, starts)
    return Places(x.take(order), y.take(order), order if rows is None else rows[order], cells)


def merged(first: Rows, last: Rows) -> Runs:
    """Runs without the empty ones, and with those joined that follow each other."""
    runs: Runs = []
    for begin, end in zip(first.tolist(), last.tolist(), strict=True):
        if begin == end:
            continue
        if runs and runs[-1][1] == begin:
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((begin, end))
    return runs


def _cell(values: NDArray[np.floating], start: float, size: float) -> NDArray[np.int32]:
    with np.errstate(over="ignore"):  # what overflows lies far outside, in the outermost cell
        at = (values - np.float32(start)) * np.float32(1.0 / size)
    np.minimum(np.maximum(at, 0.0, out=at), CELLS - 1, out=at)
    return at.astype(np.int32)

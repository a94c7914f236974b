"""Which points lie inside a loop drawn by hand; free of Qt."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["rows_inside"]


def rows_inside(xy: NDArray[np.floating], corners: NDArray[np.float64]) -> NDArray[np.int64]:
    """Ascending rows of the points inside a closed polygon, by the even–odd rule.

    Parameters
    ----------
    xy
        (n, 2); points that are not finite lie outside.
    corners
        (m, 2), m ≥ 3; the last is joined to the first.
    """
    low, high = corners.min(axis=0), corners.max(axis=0)
    rows = np.flatnonzero(((xy >= low) & (xy <= high)).all(axis=1))
    x, y = xy[rows, 0].astype(np.float64), xy[rows, 1].astype(np.float64)
    inside = np.zeros(len(rows), dtype=bool)
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y0 == y1:
            continue
        crossed = (y0 <= y) != (y1 <= y)  # a ray to the right meets this side
        inside ^= crossed & (x < x0 + (y - y0) * ((x1 - x0) / (y1 - y0)))
    return rows[inside].astype(np.int64)

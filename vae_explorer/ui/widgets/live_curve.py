"""``LiveCurve``: a stream of losses kept as a bounded number of averages."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["LiveCurve"]

_FIRST_BIN_EPOCHS = 0.02
_BINS_MAX = 500  # more than a chart has pixels across


class LiveCurve:
    """Means over equal stretches of training; stretches double when there are too many.

    A run of any length costs at most `_BINS_MAX` points, and each is a true mean of what was
    reported in its stretch, not one noisy sample.

    Parameters
    ----------
    n_values
        Losses that are reported together, V.
    """

    def __init__(self, n_values: int = 2) -> None:
        self._n_values = n_values
        self._bin_epochs = _FIRST_BIN_EPOCHS
        self._sums: dict[int, NDArray[np.float64]] = {}  # bin → sum of (1, epoch, values …)
        self._points: NDArray[np.float64] | None = None  # asked for several times between reports

    def __len__(self) -> int:
        return len(self._sums)

    def clear(self) -> None:
        self._bin_epochs = _FIRST_BIN_EPOCHS
        self._sums.clear()
        self._points = None

    def append(self, epoch: float, *losses: float) -> None:
        """Add V losses reported at a fractional epoch; those that are not finite are left out."""
        values = np.array([1.0, epoch, *losses])
        if not np.isfinite(values).all():
            return
        self._points = None
        place = int(epoch / self._bin_epochs)
        before = self._sums.get(place)
        self._sums[place] = values if before is None else before + values
        if len(self._sums) > _BINS_MAX:
            self._merge()

    def points(self) -> NDArray[np.float64]:
        """Rows of an epoch and its losses, oldest first: (P, 1 + V)."""
        if self._points is None:
            self._points = np.empty((0, 1 + self._n_values))
            if self._sums:
                sums = np.array([self._sums[place] for place in sorted(self._sums)])  # (P, 2 + V)
                self._points = sums[:, 1:] / sums[:, :1]
        return self._points

    def _merge(self) -> None:
        merged: dict[int, NDArray[np.float64]] = {}
        for place, values in self._sums.items():
            before = merged.get(place // 2)
            merged[place // 2] = values if before is None else before + values
        self._sums = merged
        self._bin_epochs *= 2.0

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
    """

    def __init__(self) -> None:
        self._bin_epochs = _FIRST_BIN_EPOCHS
        self._sums: dict[int, NDArray[np.float64]] = {}  # bin → sum of (1, epoch, recon, kl)

    def __len__(self) -> int:
        return len(self._sums)

    def clear(self) -> None:
        self._bin_epochs = _FIRST_BIN_EPOCHS
        self._sums.clear()

    def append(self, epoch: float, recon: float, kl: float) -> None:
        """Add losses reported at a fractional epoch; those that are not finite are left out."""
        values = np.array([1.0, epoch, recon, kl])
        if not np.isfinite(values).all():
            return
        place = int(epoch / self._bin_epochs)
        before = self._sums.get(place)
        self._sums[place] = values if before is None else before + values
        if len(self._sums) > _BINS_MAX:
            self._merge()

    def points(self) -> NDArray[np.float64]:
        """Rows of (epoch, recon, kl), oldest first: (P, 3)."""
        if not self._sums:
            return np.empty((0, 3))
        sums = np.stack([self._sums[place] for place in sorted(self._sums)])  # (P, 4)
        means: NDArray[np.float64] = sums[:, 1:] / sums[:, :1]
        return means

    def _merge(self) -> None:
        merged: dict[int, NDArray[np.float64]] = {}
        for place, values in self._sums.items():
            before = merged.get(place // 2)
            merged[place // 2] = values if before is None else before + values
        self._sums = merged
        self._bin_epochs *= 2.0

"""``NearestImages``: which encoded images lie nearest to a latent."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["NearestImages"]

_SPARE = 8  # candidates beyond those asked for: their order is settled in double precision


class NearestImages:
    """Euclidean neighbours among posterior means; shareable between threads.

    Every query looks at all means, one latent dimension after the other: 0.03 ms for 10,000 in two dimensions,
    0.7 ms for 70,000 in twenty. A search tree answers faster only for a million points in few dimensions,
    but is built for half a second after each change of the model.

    Parameters
    ----------
    mu
        (n, D). Rows that are not finite are never found.
    """

    def __init__(self, mu: ArrayLike) -> None:
        means = np.atleast_2d(np.asarray(mu))
        self._rows = np.flatnonzero(np.isfinite(means).all(axis=1)).astype(np.int64)
        self._mu = means[self._rows]  # (m, D)
        self._columns = np.ascontiguousarray(self._mu.T)  # (D, m)

    def __len__(self) -> int:
        return len(self._rows)

    def query(self, z: ArrayLike, k: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The `k` nearest rows of `mu`, nearest first (fewer if there are fewer).

        Parameters
        ----------
        z
            (D,) or (B, D).
        k
            ≥ 0.

        Returns
        -------
        rows, distances
            int64 and float64, (k,) or (B, k).
        """
        points = np.asarray(z, dtype=self._mu.dtype)
        k = max(0, min(k, len(self._rows)))
        several = np.atleast_2d(points)  # (B, D)
        found = np.empty((len(several), k), dtype=np.int64)
        distances = np.empty((len(several), k))
        if k:
            for row, point in enumerate(several):
                found[row], distances[row] = self._nearest(point, k)
        shape = (*points.shape[:-1], k)
        return self._rows[found].reshape(shape), distances.reshape(shape)

    def _nearest(self, z: NDArray[np.floating], k: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Positions in `_mu` and distances of the `k` nearest, nearest first; both (k,)."""
        squares = np.zeros_like(self._columns[0])  # (m,)
        term = np.empty_like(squares)
        for column, coordinate in zip(self._columns, z, strict=True):
            np.subtract(column, coordinate, out=term)
            np.multiply(term, term, out=term)
            squares += term
        n_candidates = min(len(squares), k + _SPARE)
        candidates = np.argpartition(squares, n_candidates - 1)[:n_candidates]
        offsets = self._mu[candidates].astype(np.float64) - z
        distances = np.sqrt(np.square(offsets).sum(axis=1))
        order = np.lexsort((candidates, distances))[:k]  # of two equally near the first
        return candidates[order], distances[order]

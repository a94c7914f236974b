"""``NearestImages``: which encoded images lie nearest to a latent."""

from __future__ import annotations

from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["NearestImages"]


class NearestImages:
    """Euclidean neighbours among posterior means; shareable between threads.

    scikit-learn is imported, and its tree built, at the first query: make that one in a worker.

    Parameters
    ----------
    mu
        (n, D). Rows that are not finite are never found.
    """

    def __init__(self, mu: ArrayLike) -> None:
        means = np.atleast_2d(np.asarray(mu))
        self._rows = np.flatnonzero(np.isfinite(means).all(axis=1)).astype(np.int64)
        self._mu = means[self._rows]  # (m, D)
        self._search: Any = None  # scikit-learn is untyped
        self._lock = Lock()

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
        k = min(k, len(self._rows))
        shape = (*points.shape[:-1], k)
        if k <= 0:
            return np.empty((*shape[:-1], 0), dtype=np.int64), np.empty((*shape[:-1], 0))
        distances, found = self._tree().kneighbors(np.atleast_2d(points), n_neighbors=k)
        return self._rows[found].reshape(shape), np.asarray(distances, dtype=np.float64).reshape(shape)

    def _tree(self) -> Any:
        with self._lock:
            if self._search is None:
                from sklearn.neighbors import NearestNeighbors

                self._search = NearestNeighbors(algorithm="auto").fit(self._mu)
            return self._search

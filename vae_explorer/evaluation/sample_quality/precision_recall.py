"""Improved precision and recall of generated images (Kynkäänniemi et al. 2019)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vae_explorer.errors import DataError
from vae_explorer.evaluation.steps import Steps, part

__all__ = ["N_NEIGHBOURS", "PrecisionRecall", "precision_recall"]

Array = NDArray[np.float64]

N_NEIGHBOURS = 3  # Kynkäänniemi et al. (2019), section 3
_CHUNK_VALUES = 4_000_000  # of a block of distances: 32 MB


@dataclass(frozen=True)
class PrecisionRecall:
    """Precision and recall.

    Attributes
    ----------
    precision
        Share of generated images within the manifold of the real ones: how many look real.
    recall
        Share of real images within the manifold of the generated ones: how much of the variety is made.
    precision_error, recall_error
        Binomial standard errors, with the other set's manifold as it is.
    n_real, n_generated, n_neighbours
        Protocol; both figures depend on it, so compare at equal numbers only.
    """

    precision: float
    recall: float
    precision_error: float
    recall_error: float
    n_real: int
    n_generated: int
    n_neighbours: int


def precision_recall(
    generated: NDArray[np.floating], real: NDArray[np.floating], n_neighbours: int = N_NEIGHBOURS
) -> Steps[PrecisionRecall]:
    """Precision and recall by manifolds of k-nearest-neighbour balls.

    Kynkäänniemi, Karras, Laine, Lehtinen & Aila (2019), *Improved precision and recall metric for assessing generative
    models*, eq. 1 and 2: a point is in the manifold of a set if it lies within the distance of a point of the set to
    that point's k-th nearest neighbour in the set, itself not counted.

    Parameters
    ----------
    generated, real
        Features (n, d) and (m, d).

    Yields
    ------
    float
        Share of the work that is done; both figures are returned.

    Raises
    ------
    DataError
        If a set has no k-th neighbour.
    """
    if generated.ndim != 2 or real.ndim != 2 or generated.shape[1] != real.shape[1]:
        raise ValueError(f"expected features (n, d) and (m, d), got {generated.shape} and {real.shape}")
    if n_neighbours < 1:
        raise ValueError(f"expected n_neighbours >= 1, got {n_neighbours}")
    if min(len(generated), len(real)) <= n_neighbours:
        raise DataError(f"Precision and recall need more than {n_neighbours} images on each side.")
    centre = real.mean(axis=0, dtype=np.float64)  # the rounding of distances grows with the distance from 0
    made, known = generated - centre, real - centre
    precision = yield from part(_share_within(made, known, n_neighbours), 0.0, 0.5)
    recall = yield from part(_share_within(known, made, n_neighbours), 0.5, 1.0)
    return PrecisionRecall(
        precision,
        recall,
        math.sqrt(precision * (1.0 - precision) / len(made)),
        math.sqrt(recall * (1.0 - recall) / len(known)),
        len(known),
        len(made),
        n_neighbours,
    )


def _share_within(points: Array, manifold: Array, k: int) -> Steps[float]:
    radius = yield from part(_squared_radii(manifold, k), 0.0, 0.5)  # (m,)
    n_within = 0
    for rows in _chunks(len(points), len(manifold)):
        n_within += int((_squared_distances(points[rows], manifold) <= radius).any(axis=1).sum())
        yield 0.5 + 0.5 * rows.stop / len(points)
    return n_within / len(points)


def _squared_radii(manifold: Array, k: int) -> Steps[Array]:
    """Squared distance of each point to its k-th nearest other point."""
    radius = np.empty(len(manifold))
    for rows in _chunks(len(manifold), len(manifold)):
        squared = _squared_distances(manifold[rows], manifold)
        squared[np.arange(len(squared)), np.arange(rows.start, rows.start + len(squared))] = np.inf
        radius[rows] = np.partition(squared, k - 1, axis=1)[:, k - 1]
        yield rows.stop / len(manifold)
    return radius


def _squared_distances(a: Array, b: Array) -> Array:
    squared = np.square(a).sum(axis=1)[:, None] + np.square(b).sum(axis=1) - 2.0 * (a @ b.T)
    return np.asarray(np.maximum(squared, 0.0))


def _chunks(n: int, width: int) -> list[slice]:
    size = max(1, _CHUNK_VALUES // width)
    return [slice(start, min(start + size, n)) for start in range(0, n, size)]

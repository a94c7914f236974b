"""Lines of equal value of a function on a grid, as loose segments (marching squares, Lorensen & Cline 1987)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from vae_explorer.latent.plane import Plane

__all__ = ["SIGMA_DROPS", "contour_segments", "prior_contours"]

Array = NDArray[np.float64]

# Nats that the density of a Gaussian falls below its peak at one, two and three standard deviations.
SIGMA_DROPS = (0.5, 2.0, 4.5)

_SIDE = 96  # places of the grid along each axis
_MARGIN = 1.0  # latent units around the draws that the grid spans
# Sides of a cell that a line crosses, by which corners are above: bits of (0,0), (1,0), (1,1), (0,1).
_CROSSED = {
    1: ((3, 0),), 2: ((0, 1),), 3: ((3, 1),), 4: ((1, 2),), 5: ((3, 0), (1, 2)), 6: ((0, 2),), 7: ((3, 2),),
    8: ((2, 3),), 9: ((2, 0),), 10: ((0, 1), (2, 3)), 11: ((2, 1),), 12: ((1, 3),), 13: ((1, 0),), 14: ((0, 3),),
}  # fmt: skip


def contour_segments(x: Array, y: Array, values: Array, level: float) -> Array:
    """Segments along which `values`, linear between its places, equals `level`.

    Parameters
    ----------
    x, y
        Ascending coordinates of the grid, (n,) and (m,).
    values
        (n, m), at (x[i], y[j]).

    Returns
    -------
    float64, (S, 2, 2)
        Both ends of each segment, as (x, y).
    """
    above = values > level
    kind = above[:-1, :-1] + 2 * above[1:, :-1] + 4 * above[1:, 1:] + 8 * above[:-1, 1:]
    corners = ((0, 0), (1, 0), (1, 1), (0, 1))
    found = []
    for case, lines in _CROSSED.items():
        i, j = np.nonzero(kind == case)
        if not len(i):
            continue
        for line in lines:
            ends = []
            for side in line:
                (a, b), (c, d) = corners[side], corners[(side + 1) % 4]
                v, w = values[i + a, j + b], values[i + c, j + d]
                t = (level - v) / (w - v)
                ends.append(
                    np.stack((x[i + a] + t * (x[i + c] - x[i + a]), y[j + b] + t * (y[j + d] - y[j + b])), 1)
                )
            found.append(np.stack(ends, 1))
    return np.concatenate(found) if found else np.empty((0, 2, 2))


def prior_contours(log_prob: Callable[[Array], Array], draws: Array, plane: Plane) -> tuple[Array, ...]:
    """Where the prior's density on `plane` lies ½, 2 and 4½ nats below its highest value there.

    For N(0, I) these are the circles of one, two and three standard deviations; another prior's lines are as deep.

    Parameters
    ----------
    log_prob
        log p(z) of latents (n, D) in nats.
    draws
        Draws of the prior, (n, D): the grid spans their projections.

    Returns
    -------
    tuple of float64, (S, 2, 2)
        Segments in coordinates of the plane; of a one-dimensional model vertical ones of no length.
    """
    places = plane.project(draws)  # (n, 2)
    low, high = places.min(0) - _MARGIN, places.max(0) + _MARGIN
    x = np.linspace(low[0], high[0], _SIDE)
    y = np.linspace(low[1], high[1], _SIDE) if plane.latent_dim > 1 else np.zeros(1)
    grid = np.stack(np.meshgrid(x, y, indexing="ij"), -1).reshape(-1, 2)
    values = log_prob(plane.to_latent(grid)).reshape(len(x), len(y))
    levels = [float(values.max()) - drop for drop in SIGMA_DROPS]
    if plane.latent_dim == 1:
        return tuple(_crossings(x, values[:, 0], level) for level in levels)
    return tuple(contour_segments(x, y, values, level) for level in levels)


def _crossings(x: Array, values: Array, level: float) -> Array:
    i = np.flatnonzero((values[:-1] > level) != (values[1:] > level))
    at = x[i] + (level - values[i]) / (values[i + 1] - values[i]) * (x[i + 1] - x[i])
    ends = np.stack((at, np.zeros_like(at)), 1)
    return np.stack((ends, ends), 1)

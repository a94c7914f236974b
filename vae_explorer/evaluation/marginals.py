"""``Marginals``: the density of each single dimension, from very many draws of all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vae_explorer.evaluation.steps import Steps

__all__ = ["Marginals"]

Values = NDArray[np.float64]

# Width of the kernel as a share of a dimension's spread: adds about 0.03²/2 = 0.0005 nats to the entropy of a
# Gaussian. It is for 10⁵ draws and more, whose noise adds as little.
BANDWIDTH = 0.03
_CELLS_PER_WIDTH = 4
_REACH = 6.0  # widths that a kernel is computed over
_CELLS_MAX = 200_000  # of one dimension, should a few draws lie extremely far out
_GAUSSIAN_IQR = 1.349  # of N(0, 1)
_WIDENED = 2.0


@dataclass(frozen=True, eq=False)
class Marginals:
    """Gaussian kernel estimates of the densities of D dimensions, on grids.

    A last, 10⁻⁵th part or less is a wide Gaussian, so that the density vanishes nowhere.

    Attributes
    ----------
    centres, densities
        Of the grid of each dimension; D arrays each.
    mean, deviation
        Of the draws, (D,).
    n_draws
        M.
    """

    centres: tuple[Values, ...]
    densities: tuple[Values, ...]
    mean: Values
    deviation: Values
    n_draws: int

    @classmethod
    def of(cls, draws: NDArray[np.floating]) -> Steps[Marginals]:
        """From draws, (M, D) with M ≥ 2, that vary in every dimension (Silverman 1986, section 2.4)."""
        values = draws.astype(np.float64)
        grids = []
        for column in values.T:
            grids.append(_smoothed(column))
            yield len(grids) / values.shape[1]
        centres, densities = zip(*grids, strict=True)
        return cls(centres, densities, values.mean(axis=0), values.std(axis=0), len(values))

    def log_prob(self, z: NDArray[np.floating]) -> Values:
        """log q(z_j) in nats, (S, D) → (S, D)."""
        wide = _WIDENED * self.deviation
        rare = np.exp(-0.5 * np.square((z - self.mean) / wide)) / (np.sqrt(2.0 * np.pi) * wide)
        found = [
            np.interp(column, centres, density, left=0.0, right=0.0)
            for column, centres, density in zip(z.T, self.centres, self.densities, strict=True)
        ]
        mixed = (self.n_draws * np.stack(found, axis=1) + rare) / (self.n_draws + 1)
        return np.asarray(np.log(np.maximum(mixed, np.finfo(np.float64).tiny)))


def _smoothed(column: Values) -> tuple[Values, Values]:
    """Centres of cells and the density there."""
    low, first, third, high = np.quantile(column, [0.0, 0.25, 0.75, 1.0])
    width = BANDWIDTH * (min(column.std(), (third - first) / _GAUSSIAN_IQR) or column.std())
    reach = _REACH * width
    n_cells = min(int(np.ceil((high - low + 2.0 * reach) * _CELLS_PER_WIDTH / width)), _CELLS_MAX)
    counts, edges = np.histogram(column, n_cells, (low - reach, high + reach))
    cell = edges[1] - edges[0]
    n_side = max(int(np.ceil(reach / cell)), 1)
    kernel = np.exp(-0.5 * np.square(np.arange(-n_side, n_side + 1) * cell / width))
    smooth = np.convolve(counts, kernel / kernel.sum(), mode="same")
    return 0.5 * (edges[1:] + edges[:-1]), smooth / (len(column) * cell)

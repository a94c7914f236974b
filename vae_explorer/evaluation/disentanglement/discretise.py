"""Codes and factors as whole numbers: equal-width bins for codes, kept values or quantiles for factors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vae_explorer.evaluation.disentanglement.score import Codes, Factors

__all__ = ["MAX_KEPT_VALUES", "N_BINS", "N_QUANTILES", "discretised_codes", "discretised_factors"]

N_BINS = 20  # Locatello et al. (2019), appendix C
N_QUANTILES = 10  # of a continuous factor: enough images share a value also in a few thousand
MAX_KEPT_VALUES = 40  # a factor with more distinct values counts as continuous; dSprites' finest has 40


def discretised_codes(codes: Codes, n_bins: int = N_BINS) -> NDArray[np.int64]:
    """The bin of each code among `n_bins` of equal width from a dimension's least to its greatest value.

    Parameters
    ----------
    codes
        (N, D), finite.
    n_bins
        At least 2. Locatello et al. (2019), appendix C, take 20.

    Returns
    -------
    int64, (N, D)
        From 0 to `n_bins` − 1; a constant dimension is all 0.
    """
    if n_bins < 2:
        raise ValueError(f"expected n_bins >= 2, got {n_bins}")
    values = np.asarray(codes, dtype=np.float64)
    low, high = values.min(axis=0), values.max(axis=0)  # (D,)
    width = np.where(high > low, high - low, 1.0)
    bins = np.floor((values - low) / width * n_bins).astype(np.int64)
    return np.asarray(np.minimum(bins, n_bins - 1))


def discretised_factors(
    factors: NDArray[np.floating] | NDArray[np.integer],
    *,
    n_quantiles: int = N_QUANTILES,
    max_kept_values: int = MAX_KEPT_VALUES,
) -> Factors:
    """Factors as whole numbers from 0.

    A factor with at most `max_kept_values` distinct values keeps them; another counts as continuous and is cut
    at its quantiles into `n_quantiles` parts of about equally many images. Images of one part then differ a
    little in the factor, so scores that hold a factor fixed come out lower than for a truly fixed one.

    Parameters
    ----------
    factors
        (N, F), finite.

    Returns
    -------
    int64, (N, F)
        Each column uses every number from 0 to its greatest.
    """
    if factors.ndim != 2 or not np.isfinite(factors).all():
        raise ValueError(f"expected finite factors (N, F), got shape {factors.shape}")
    found = np.zeros(factors.shape, dtype=np.int64)
    for place, column in enumerate(factors.T):
        values, number = np.unique(column, return_inverse=True)
        if len(values) > max_kept_values:
            cuts = np.quantile(column, np.arange(1, n_quantiles) / n_quantiles)
            number = np.searchsorted(np.unique(cuts), column, side="right")
            number = np.unique(number, return_inverse=True)[1]
        found[:, place] = number
    return found

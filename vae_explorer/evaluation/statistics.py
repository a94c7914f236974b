"""Means with their standard error and bootstrap interval."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Mean", "bootstrap_interval", "mean_of", "share_interval"]

Values = NDArray[np.float64]

N_RESAMPLES = 1000
_CHUNK_VALUES = 2_000_000  # drawn at once
_Z_95 = 1.959964  # of the standard normal distribution


class Mean(NamedTuple):
    """A mean over independent values and its standard error."""

    value: float
    standard_error: float  # nan for a single value


def mean_of(values: Values) -> Mean:
    """Mean and its standard error s/√n, with s² the unbiased variance.

    Parameters
    ----------
    values
        Independent values, (n,) with n ≥ 1.
    """
    flat = np.asarray(values, dtype=np.float64).ravel()
    if not len(flat):
        raise ValueError("expected at least one value")
    if len(flat) == 1:
        return Mean(float(flat[0]), math.nan)
    return Mean(float(flat.mean()), float(flat.std(ddof=1)) / math.sqrt(len(flat)))


def bootstrap_interval(
    values: Values, rng: np.random.Generator, *, level: float = 0.95, n_resamples: int = N_RESAMPLES
) -> tuple[float, float]:
    """Percentile interval of the mean under resampling with replacement (Efron 1979).

    Parameters
    ----------
    values
        Independent values, (n,) with n ≥ 1.
    level
        Share of resampled means inside, in (0, 1).

    Returns
    -------
    tuple of float
        (low, high).
    """
    flat = np.asarray(values, dtype=np.float64).ravel()
    n = len(flat)
    if not n:
        raise ValueError("expected at least one value")
    at_once = max(1, _CHUNK_VALUES // n)
    means = [
        flat[rng.integers(0, n, (min(at_once, n_resamples - start), n))].mean(axis=1)
        for start in range(0, n_resamples, at_once)
    ]
    low, high = np.quantile(np.concatenate(means), [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    return float(low), float(high)


def share_interval(share: float, n: int) -> tuple[float, float]:
    """95 % interval (low, high) of a share of `n` independent trials (Wilson 1927); also where all or none succeed.

    Parameters
    ----------
    share
        In [0, 1].
    n
        At least 1.
    """
    squared = _Z_95**2 / n
    centre = (share + 0.5 * squared) / (1.0 + squared)
    reach = math.sqrt(share * (1.0 - share) * squared + 0.25 * squared**2) / (1.0 + squared)
    return max(centre - reach, 0.0), min(centre + reach, 1.0)

"""Entropy and mutual information of whole numbers, from counts, in nats."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["entropies", "mutual_information"]

Numbers = NDArray[np.int64]
Array = NDArray[np.float64]


def entropies(values: Numbers) -> Array:
    """Plug-in entropy H of each column.

    Parameters
    ----------
    values
        Whole numbers ≥ 0, (N, F).

    Returns
    -------
    float64, (F,)
        Nats.
    """
    return np.array([_entropy(np.bincount(column)) for column in values.T])


def mutual_information(codes: Numbers, factors: Numbers) -> Array:
    """Plug-in mutual information of every code with every factor, H(code) + H(factor) − H(code, factor).

    From few images it comes out too high, by about (n_codes − 1)(n_factors − 1) / 2N nats (Miller 1955).

    Parameters
    ----------
    codes, factors
        Whole numbers ≥ 0, (N, D) and (N, F).

    Returns
    -------
    float64, (D, F)
        Nats, ≥ 0.
    """
    code_entropy, factor_entropy = entropies(codes), entropies(factors)
    found = np.zeros((codes.shape[1], factors.shape[1]))
    for k, factor in enumerate(factors.T):
        n_values = int(factor.max()) + 1
        for d, code in enumerate(codes.T):
            joint = _entropy(np.bincount(code * n_values + factor))
            found[d, k] = code_entropy[d] + factor_entropy[k] - joint
    return np.maximum(found, 0.0)


def _entropy(counts: NDArray[np.int64]) -> float:
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log(shares)).sum())

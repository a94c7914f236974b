"""Maximum mean discrepancy between two samples, with what equal distributions would give."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["MmdEstimate", "inverse_multiquadratic", "mmd"]

Values = NDArray[np.float64]

N_PERMUTATIONS = 500


class MmdEstimate(NamedTuple):
    """Squared discrepancy, unbiased (so it may be negative), and its distribution where p = q."""

    value: float
    null_quantile: float  # 95 % of permutations stay below
    p_value: float  # share of permutations at or above `value`
    n_permutations: int


def inverse_multiquadratic(x: Values, y: Values, scale: float) -> Values:
    """k(x, y) = C / (C + ‖x − y‖²) with C = `scale`; (n, D), (m, D) → (n, m).

    Tolstikhin, Bousquet, Gelly & Schölkopf (2018, *Wasserstein auto-encoders*, section 4) use C = 2 D σ² for a prior
    N(0, σ² I): the expected squared distance of two of its draws.
    """
    squares = np.square(x).sum(1)[:, None] + np.square(y).sum(1)[None] - 2.0 * (x @ y.T)
    kernel: Values = scale / (scale + np.maximum(squares, 0.0))
    return kernel


def mmd(
    x: Values, y: Values, rng: np.random.Generator, *, n_permutations: int = N_PERMUTATIONS
) -> MmdEstimate:
    """Unbiased MMD² (Gretton et al. 2012, eq. 3) under the inverse multiquadratic kernel with C = 2 D.

    Parameters
    ----------
    x, y
        Two samples, (n, D) and (m, D), n and m ≥ 2; memory (n + m)² numbers.
    rng
        Draws the permutations of the pooled sample whose MMD² is the reference (section 8.1 there: under p = q the
        labels are exchangeable).
    """
    n, m = len(x), len(y)
    if n < 2 or m < 2 or x.shape[1:] != y.shape[1:]:
        raise ValueError(f"expected two samples (n, D) and (m, D) of at least 2, got {x.shape} and {y.shape}")
    pooled = np.concatenate([x, y]).astype(np.float64)
    kernel = inverse_multiquadratic(pooled, pooled, 2.0 * pooled.shape[1])
    np.fill_diagonal(kernel, 0.0)
    first = np.zeros((n + m, n_permutations + 1))  # column 0: the samples as they are
    first[:n, 0] = 1.0
    for column in first.T[1:]:
        column[rng.permutation(n + m)[:n]] = 1.0
    second = 1.0 - first
    of_first, of_second = kernel @ first, kernel @ second
    values = (
        (first * of_first).sum(0) / (n * (n - 1))
        + (second * of_second).sum(0) / (m * (m - 1))
        - 2.0 * (first * of_second).sum(0) / (n * m)
    )
    null = values[1:]
    # The samples as they are count as one of the permutations: p is never 0 (Phipson & Smyth 2010).
    p_value = float((np.count_nonzero(null >= values[0]) + 1) / (n_permutations + 1))
    return MmdEstimate(float(values[0]), float(np.quantile(null, 0.95)), p_value, n_permutations)

"""Standard error of a score by resampling images (Efron 1979)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from vae_explorer.evaluation.disentanglement.score import Factors
from vae_explorer.evaluation.steps import Steps

__all__ = ["resampled_error"]

Bins = NDArray[np.int64]


def resampled_error(
    score: Callable[[Bins, Factors], float],
    bins: Bins,
    factors: Factors,
    n_resamples: int,
    rng: np.random.Generator,
) -> Steps[float | None]:
    """Spread of `score` over `n_resamples` draws with replacement of the images; None below 2.

    Parameters
    ----------
    score
        Of discretised codes (N, D) and factors (N, F).
    """
    if n_resamples < 2:
        return None
    found = []
    for _ in range(n_resamples):
        again = rng.integers(0, len(bins), len(bins))
        found.append(score(bins[again], factors[again]))
        yield len(found) / n_resamples
    return float(np.std(found, ddof=1))

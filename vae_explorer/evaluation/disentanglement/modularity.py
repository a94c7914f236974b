"""Modularity: whether a code knows of one factor only (Ridgeway & Mozer 2018)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from vae_explorer.evaluation.disentanglement.discretise import N_BINS, discretised_codes
from vae_explorer.evaluation.disentanglement.information import mutual_information
from vae_explorer.evaluation.disentanglement.resampling import resampled_error
from vae_explorer.evaluation.disentanglement.score import Codes, Factors, Score, check_pair, chosen_rows
from vae_explorer.evaluation.steps import Steps

__all__ = ["code_modularity", "modularity"]

N_IMAGES = 10_000  # Locatello et al. (2019), appendix C
N_RESAMPLES = 30


def code_modularity(information: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 − Σ I² over all factors but the best / (I² of the best · (F − 1)), for each code.

    Ridgeway & Mozer (2018), eq. 2. A code without information counts 0, as in Locatello et al. (2019).

    Parameters
    ----------
    information
        I(code, factor) in nats, (D, F) with F ≥ 2.

    Returns
    -------
    float64, (D,)
        In [0, 1].
    """
    squared = np.square(information)
    best = squared.max(axis=1)  # (D,)
    rest = squared.sum(axis=1) - best
    scale = np.where(best > 0.0, best, 1.0) * (squared.shape[1] - 1)
    return np.asarray(np.where(best > 0.0, 1.0 - rest / scale, 0.0))


def modularity(
    codes: Codes,
    factors: Factors,
    rng: np.random.Generator,
    *,
    n_images: int = N_IMAGES,
    n_bins: int = N_BINS,
    n_resamples: int = N_RESAMPLES,
) -> Steps[Score]:
    """Modularity, mean over codes; nan for a single factor, which leaves nothing to compare.

    Ridgeway & Mozer (2018), *Learning deep disentangled embeddings*, eq. 2, with plug-in information of equal-width
    bins as in Locatello et al. (2019), appendix C. The plug-in's bias gives codes of pure noise a little information,
    so that they count as about half modular, not as 0: read it beside the MIG.

    Parameters
    ----------
    codes, factors, rng, n_images, n_resamples
        As for `mig`.

    Yields
    ------
    float
        Share of the work that is done; the score is returned.

    Raises
    ------
    DataError
        If a factor is constant.
    """
    check_pair(codes, factors)
    (rows,) = chosen_rows(len(codes), n_images, rng=rng)
    protocol = {"n_images": len(rows), "n_bins": n_bins, "n_resamples": n_resamples}
    if factors.shape[1] == 1:
        return Score("modularity", math.nan, len(rows), protocol=protocol)
    bins, values = discretised_codes(codes[rows], n_bins), factors[rows]
    error = yield from resampled_error(_modularity_of, bins, values, n_resamples, rng)
    return Score(
        name="modularity",
        value=_modularity_of(bins, values),
        n_images=len(rows),
        standard_error=error,
        protocol=protocol,
    )


def _modularity_of(bins: NDArray[np.int64], values: Factors) -> float:
    return float(code_modularity(mutual_information(bins, values)).mean())

"""The mutual information gap (Chen et al. 2018)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vae_explorer.evaluation.disentanglement.discretise import N_BINS, discretised_codes
from vae_explorer.evaluation.disentanglement.information import entropies, mutual_information
from vae_explorer.evaluation.disentanglement.resampling import resampled_error
from vae_explorer.evaluation.disentanglement.score import Codes, Factors, Score, check_pair, chosen_rows
from vae_explorer.evaluation.steps import Steps

__all__ = ["gaps", "mig"]

N_IMAGES = 10_000  # Locatello et al. (2019), appendix C
N_RESAMPLES = 30  # a standard error to about an eighth of itself


def gaps(information: NDArray[np.float64], entropy: NDArray[np.float64]) -> NDArray[np.float64]:
    """(I of the best code − I of the second best) / H of the factor, for each factor.

    Chen et al. (2018), eq. 6, before the mean over factors.

    Parameters
    ----------
    information
        I(code, factor) in nats, (D, F). A single code has a second best of 0.
    entropy
        H(factor) in nats, (F,), above 0.

    Returns
    -------
    float64, (F,)
        In [0, 1].
    """
    padded = np.vstack((information, np.zeros((1, information.shape[1]))))
    ordered = np.sort(padded, axis=0)
    return np.asarray((ordered[-1] - ordered[-2]) / entropy)


def mig(
    codes: Codes,
    factors: Factors,
    rng: np.random.Generator,
    *,
    n_images: int = N_IMAGES,
    n_bins: int = N_BINS,
    n_resamples: int = N_RESAMPLES,
) -> Steps[Score]:
    """Mutual information gap, mean over factors.

    Chen et al. (2018), *Isolating sources of disentanglement*, eq. 6, with the means of q(z|x) in equal-width bins
    and plug-in information as in Locatello et al. (2019), appendix C.

    Parameters
    ----------
    codes
        Means of q(z|x), (N, D).
    factors
        From `discretised_factors`, (N, F), each with two values at least.
    rng
        Chooses images and the resamples.
    n_images
        At most so many of the N images, at random.
    n_resamples
        Bootstrap resamples of images for the standard error; below 2: none.

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
    bins, values = discretised_codes(codes[rows], n_bins), factors[rows]
    per_factor = _gaps_of(bins, values)
    error = yield from resampled_error(
        lambda some, known: float(_gaps_of(some, known).mean()), bins, values, n_resamples, rng
    )
    return Score(
        name="mig",
        value=float(per_factor.mean()),
        n_images=len(rows),
        per_factor=tuple(map(float, per_factor)),
        standard_error=error,
        protocol={"n_images": len(rows), "n_bins": n_bins, "n_resamples": n_resamples},
    )


def _gaps_of(bins: NDArray[np.int64], values: Factors) -> NDArray[np.float64]:
    entropy = entropies(values)
    safe = np.where(entropy > 0.0, entropy, 1.0)  # a draw of few images may miss all but one value: gap 0
    return gaps(mutual_information(bins, values), safe)

"""The score of FactorVAE (Kim & Mnih 2018): a majority vote on the code that varies least."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from vae_explorer.evaluation.disentanglement.groups import SharedValues
from vae_explorer.evaluation.disentanglement.score import Codes, Factors, Score, check_pair
from vae_explorer.evaluation.steps import Steps, part

__all__ = ["factor_vae_score"]

N_TRAIN, N_TEST = 10_000, 5_000  # votes; Locatello et al. (2019), appendix C
SET_IMAGES = 64
COLLAPSED_VARIANCE = 0.05  # a dimension below it is left out
_CHUNK_VALUES = 4_000_000  # bounds memory


def factor_vae_score(
    codes: Codes,
    factors: Factors,
    rng: np.random.Generator,
    *,
    n_train: int = N_TRAIN,
    n_test: int = N_TEST,
    set_images: int = SET_IMAGES,
    collapsed_variance: float = COLLAPSED_VARIANCE,
) -> Steps[Score]:
    """Accuracy of naming the factor that a set of images shares from the dimension whose variance, relative to that
    of all images, is smallest.

    Kim & Mnih (2018), *Disentangling by factorising*, section 4; counts as in Locatello et al. (2019), appendix C.
    A set shares one value of one factor, both drawn uniformly, and is drawn with replacement from the given images,
    not from a generator; a factor cut at quantiles is shared only roughly.

    Parameters
    ----------
    codes
        Means of q(z|x), (N, D).
    factors
        From `discretised_factors`, (N, F).
    rng
        Draws factors, values and images.
    n_train, n_test
        Votes that the majority is counted from, and that it is tested on.
    set_images
        Images of a vote, at least 2.
    collapsed_variance
        Dimensions whose variance over all images is below it are left out; if that is all, the score is 0.

    Yields
    ------
    float
        Share of the votes that are taken; the score is returned. Its standard error is the binomial one of the test
        votes. Guessing scores about 1/F.

    Raises
    ------
    DataError
        If a factor is constant or no two images share a value.
    """
    check_pair(codes, factors)
    values = codes.astype(np.float64)
    variance = values.var(axis=0, ddof=1)  # (D,)
    active = variance >= collapsed_variance
    n_factors, n_active = factors.shape[1], int(active.sum())
    protocol: dict[str, int | float | str] = {
        "n_train": n_train,
        "n_test": n_test,
        "set_images": set_images,
        "collapsed_variance": collapsed_variance,
        "active_dimensions": n_active,
        "drawn_from": f"{len(codes)} images",
    }
    if not n_active:
        return Score("factor_vae", 0.0, len(codes), standard_error=0.0, protocol=protocol)
    groups = SharedValues.of_all(factors)
    shrunk = values[:, active] / np.sqrt(variance[active])
    train = yield from part(_votes(shrunk, groups, n_train, set_images, rng), 0.0, 0.7)
    test = yield from part(_votes(shrunk, groups, n_test, set_images, rng), 0.7, 1.0)
    counts = np.zeros((n_active, n_factors), dtype=np.int64)
    np.add.at(counts, train, 1)
    accuracy = float((counts.argmax(axis=1)[test[0]] == test[1]).mean())
    error = math.sqrt(accuracy * (1.0 - accuracy) / n_test)
    return Score("factor_vae", accuracy, len(codes), standard_error=error, protocol=protocol)


def _votes(
    scaled: NDArray[np.float64],
    groups: list[SharedValues],
    n_votes: int,
    set_images: int,
    rng: np.random.Generator,
) -> Steps[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """The dimension that varies least and the factor that was shared, (n_votes,) each."""
    factor = np.sort(rng.integers(0, len(groups), n_votes))
    at_once = max(1, _CHUNK_VALUES // (set_images * scaled.shape[1]))
    dims = []
    for k, n in enumerate(np.bincount(factor, minlength=len(groups))):
        for start in range(0, int(n), at_once):
            rows = groups[k].draw_sets(min(at_once, int(n) - start), set_images, rng)
            dims.append(scaled[rows].var(axis=1, ddof=1).argmin(axis=1))
            yield sum(map(len, dims)) / n_votes
    return np.concatenate(dims).astype(np.int64), factor

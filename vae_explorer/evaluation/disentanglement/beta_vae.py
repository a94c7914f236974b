"""The score of β-VAE (Higgins et al. 2017): a linear classifier on differences of pairs."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from vae_explorer.evaluation.disentanglement.groups import SharedValues
from vae_explorer.evaluation.disentanglement.score import Codes, Factors, Score, check_pair
from vae_explorer.evaluation.softmax_regression import SoftmaxRegression
from vae_explorer.evaluation.steps import Steps, part

__all__ = ["beta_vae_score"]

N_TRAIN, N_TEST = 10_000, 5_000  # points; Locatello et al. (2019), appendix C
PAIRS = 64  # averaged for a point
_CHUNK_VALUES = 4_000_000  # bounds memory


def beta_vae_score(
    codes: Codes,
    factors: Factors,
    rng: np.random.Generator,
    *,
    n_train: int = N_TRAIN,
    n_test: int = N_TEST,
    pairs: int = PAIRS,
) -> Steps[Score]:
    """Accuracy of naming the factor that pairs of images share from the mean absolute difference of their codes.

    Higgins et al. (2017), *β-VAE*, section 3; counts as in Locatello et al. (2019), appendix C. The classifier
    is multinomial logistic regression (`SoftmaxRegression`) on differences that are standardised by the training points,
    which leaves its optimum almost where it was and makes it quick to find. The factor is drawn uniformly,
    pairs from the given images, not from a generator.

    Parameters
    ----------
    codes
        Means of q(z|x), (N, D).
    factors
        From `discretised_factors`, (N, F).
    rng
        Draws factors and pairs.
    n_train, n_test
        Points that the classifier is fitted to and tested on.
    pairs
        Pairs averaged for a point.

    Yields
    ------
    float
        Share of the points, then of the iterations; the score is returned. Its standard error is the binomial one of
        the test points. Guessing scores about 1/F; a single factor 1.

    Raises
    ------
    DataError
        If a factor is constant or no two images share a value.
    """
    check_pair(codes, factors)
    groups = SharedValues.of_all(factors)
    values = codes.astype(np.float64)
    x, y = yield from part(_points(values, groups, n_train, pairs, rng), 0.0, 0.5)
    z, truth = yield from part(_points(values, groups, n_test, pairs, rng), 0.5, 0.8)
    mean, spread = x.mean(axis=0), x.std(axis=0)
    spread[spread == 0.0] = 1.0
    if len(groups) == 1:
        accuracy = 1.0
    else:
        classifier = yield from part(SoftmaxRegression.of((x - mean) / spread, y), 0.8, 1.0)
        accuracy = float((classifier.predict((z - mean) / spread) == truth).mean())
    return Score(
        name="beta_vae",
        value=accuracy,
        n_images=len(codes),
        standard_error=math.sqrt(accuracy * (1.0 - accuracy) / n_test),
        protocol={
            "n_train": n_train,
            "n_test": n_test,
            "pairs": pairs,
            "model": "logistic regression, C = 1, standardised",
            "drawn_from": f"{len(codes)} images",
        },
    )


def _points(
    codes: NDArray[np.float64], groups: list[SharedValues], n: int, pairs: int, rng: np.random.Generator
) -> Steps[tuple[NDArray[np.float64], NDArray[np.int64]]]:
    """Mean absolute differences (n, D) and the factors that the pairs shared (n,)."""
    factor = np.sort(rng.integers(0, len(groups), n))
    at_once = max(1, _CHUNK_VALUES // (pairs * codes.shape[1]))
    points = []
    for k, count in enumerate(np.bincount(factor, minlength=len(groups))):
        for start in range(0, int(count), at_once):
            first, second = groups[k].draw_pairs((min(at_once, int(count) - start), pairs), rng)
            points.append(np.abs(codes[first] - codes[second]).mean(axis=1))
            yield sum(map(len, points)) / n
    return np.concatenate(points), factor

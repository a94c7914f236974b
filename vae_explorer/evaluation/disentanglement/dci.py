"""Disentanglement, completeness and informativeness (Eastwood & Williams 2018)."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vae_explorer.evaluation.disentanglement.score import (
    Codes,
    Factors,
    Score,
    check_pair,
    chosen_rows,
    drained,
)

__all__ = ["DCI", "completeness", "dci", "dci_in_steps", "disentanglement"]

Array = NDArray[np.float64]

N_TRAIN, N_TEST = 10_000, 5_000  # Locatello et al. (2019), appendix C
N_TREES = 30
MIN_LEAF_IMAGES = 5  # smaller leaves fit noise, which spreads importance over codes that know nothing


@dataclass(frozen=True, eq=False)
class DCI:
    """The three scores of one fit.

    Attributes
    ----------
    disentanglement
        1 where each code matters for one factor only; nan for a single factor.
    completeness
        1 where each factor rests on one code only; nan for a single code.
    informativeness
        Accuracy of predicting the factors on images not fitted, mean over factors.
    importance
        float64, (D, F): share of code d in predicting factor k; a column sums to 1 however well the factor is
        predicted (so read informativeness beside the others), or to 0 where no code varies.
    """

    disentanglement: Score
    completeness: Score
    informativeness: Score
    importance: Array


def disentanglement(importance: Array) -> float:
    """Σ_d ρ_d (1 − H_F(P_d)): P_d shares code d among the F factors, H_F is entropy to base F, and ρ_d is the
    share of code d in all importance.

    Eastwood & Williams (2018), section 2.

    Parameters
    ----------
    importance
        Values ≥ 0, (D, F).

    Returns
    -------
    float
        In [0, 1]; 0 if nothing is important; nan if F = 1, where the base of the logarithm has no meaning.
    """
    if importance.shape[1] < 2:
        return math.nan
    total = importance.sum()
    if total <= 0.0:
        return 0.0
    per_code = importance.sum(axis=1)  # (D,)
    shares = importance / np.where(per_code > 0.0, per_code, 1.0)[:, None]
    entropy = -(shares * np.log(np.where(shares > 0.0, shares, 1.0))).sum(axis=1)
    scores = 1.0 - entropy / math.log(importance.shape[1])
    return float((per_code / total * scores).sum())


def completeness(importance: Array) -> float:
    """`disentanglement` of the transposed matrix: whether each factor rests on one code; nan if D = 1."""
    return disentanglement(importance.T)


def dci(
    codes: Codes,
    factors: Factors,
    rng: np.random.Generator,
    *,
    n_train: int = N_TRAIN,
    n_test: int = N_TEST,
    n_trees: int = N_TREES,
) -> DCI:
    """`dci_in_steps` to its end.

    Raises
    ------
    DataError
        If a factor is constant.
    """
    return drained(dci_in_steps(codes, factors, rng, n_train=n_train, n_test=n_test, n_trees=n_trees))


def dci_in_steps(
    codes: Codes,
    factors: Factors,
    rng: np.random.Generator,
    *,
    n_train: int = N_TRAIN,
    n_test: int = N_TEST,
    n_trees: int = N_TREES,
) -> Generator[float, None, DCI]:
    """DCI with the impurity importances of a random forest for each factor.

    Eastwood & Williams (2018), *A framework for the quantitative evaluation of disentangled representations*; sample
    counts and the weighting of codes as in Locatello et al. (2019), appendix C. Those boost trees by gradients, which
    takes minutes; here is a forest, one of the two models of Eastwood & Williams, in seconds. Each split looks
    at all codes, so a code that knows nothing is not chosen for lack of better ones.

    Parameters
    ----------
    codes
        Means of q(z|x), (N, D).
    factors
        From `discretised_factors`, (N, F).
    rng
        Chooses the images and seeds the forests.
    n_train, n_test
        Images to fit and to test on, disjoint; both shrink alike where N is too small.

    Yields
    ------
    float
        Share of the forests that have grown; the scores are returned.

    Raises
    ------
    DataError
        If a factor is constant.
    """
    from sklearn.ensemble import RandomForestClassifier

    check_pair(codes, factors)
    train, test = chosen_rows(len(codes), n_train, n_test, rng=rng)
    importance = np.zeros((codes.shape[1], factors.shape[1]))
    accuracy = np.zeros(factors.shape[1])
    for k in range(factors.shape[1]):
        forest = RandomForestClassifier(
            n_trees,
            max_features=None,
            min_samples_leaf=MIN_LEAF_IMAGES,
            random_state=int(rng.integers(2**31)),
            n_jobs=1,
        )
        forest.fit(codes[train], factors[train, k])
        importance[:, k] = forest.feature_importances_
        accuracy[k] = (forest.predict(codes[test]) == factors[test, k]).mean()
        yield (k + 1) / factors.shape[1]
    protocol: dict[str, int | float | str] = {
        "n_train": len(train),
        "n_test": len(test),
        "model": f"random forest, {n_trees} trees, leaves of at least {MIN_LEAF_IMAGES} images",
    }
    n = len(train) + len(test)
    variance = (accuracy * (1.0 - accuracy)).mean() / len(
        test
    )  # factors share their images: not averaged out
    return DCI(
        Score("dci_disentanglement", disentanglement(importance), n, protocol=protocol),
        Score("dci_completeness", completeness(importance), n, protocol=protocol),
        Score(
            "dci_informativeness",
            float(accuracy.mean()),
            n,
            per_factor=tuple(map(float, accuracy)),
            standard_error=math.sqrt(variance),
            protocol=protocol,
        ),
        importance,
    )

"""Disentanglement, completeness and informativeness (Eastwood & Williams 2018)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vae_explorer.evaluation.disentanglement.forest import MIN_LEAF_IMAGES, forests
from vae_explorer.evaluation.disentanglement.score import Codes, Factors, Score, check_pair, chosen_rows
from vae_explorer.evaluation.steps import Steps, part

if TYPE_CHECKING:
    from sklearn.ensemble import RandomForestClassifier

__all__ = ["DCI", "completeness", "dci", "disentanglement"]

Array = NDArray[np.float64]

N_TRAIN, N_TEST = 10_000, 5_000  # Locatello et al. (2019), appendix C
N_TREES = 30

N_PARTS = 4  # of the training images, each fitted alone, for the standard errors
MIN_PART_IMAGES = 50  # with fewer, forests of a part say nothing of the whole one


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
) -> Steps[DCI]:
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
        Share of the trees that have grown; the scores are returned. Standard errors of disentanglement and completeness
        are their spread over `N_PARTS` disjoint parts of the training images, each fitted alone, over the root of
        their number: as if the variance of a score were inverse to the images it is fitted to. None where a part has
        fewer than `MIN_PART_IMAGES`.

    Raises
    ------
    DataError
        If a factor is constant.
    """
    check_pair(codes, factors)
    train, test = chosen_rows(len(codes), n_train, n_test, rng=rng)
    values = np.ascontiguousarray(codes, dtype=np.float32)  # what a forest works with
    grown = yield from part(forests(values[train], factors[train], n_trees, rng), 0.0, 0.5)
    importance = _importance(grown)
    named = np.stack([forest.predict(values[test]) for forest in grown], axis=1)  # (n_test, F)
    accuracy = (named == factors[test]).mean(axis=0)
    errors = yield from part(_errors(values[train], factors[train], n_trees, rng.spawn(1)[0]), 0.5, 1.0)
    protocol: dict[str, int | float | str] = {
        "n_train": len(train),
        "n_test": len(test),
        "model": f"random forest, {n_trees} trees, leaves of at least {MIN_LEAF_IMAGES} images",
    }
    of_parts = {**protocol, "error_from": f"{N_PARTS} disjoint parts of the training images"}
    n = len(train) + len(test)
    # Factors share their images, so their errors do not average out.
    variance = float((accuracy * (1.0 - accuracy)).mean()) / len(test)
    return DCI(
        Score(
            "dci_disentanglement",
            disentanglement(importance),
            n,
            standard_error=errors[0],
            protocol=of_parts,
        ),
        Score("dci_completeness", completeness(importance), n, standard_error=errors[1], protocol=of_parts),
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


def _importance(grown: Sequence[RandomForestClassifier]) -> Array:
    """(D, F)."""
    return np.stack([forest.feature_importances_ for forest in grown], axis=1)


def _errors(
    x: NDArray[np.float32], y: Factors, n_trees: int, rng: np.random.Generator
) -> Steps[tuple[float | None, float | None]]:
    """Standard errors of disentanglement and completeness."""
    if len(x) < N_PARTS * MIN_PART_IMAGES:
        return None, None
    found = []
    for place, rows in enumerate(np.array_split(rng.permutation(len(x)), N_PARTS)):
        steps = forests(x[rows], y[rows], n_trees, rng)
        importance = _importance((yield from part(steps, place / N_PARTS, (place + 1) / N_PARTS)))
        found.append((disentanglement(importance), completeness(importance)))
    first, second = map(float, np.std(found, axis=0, ddof=1) / math.sqrt(N_PARTS))
    return (None if math.isnan(first) else first), (None if math.isnan(second) else second)

"""Random forests that predict factors from codes, grown tree by tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vae_explorer.evaluation.disentanglement.score import Factors
from vae_explorer.evaluation.steps import Steps, part

if TYPE_CHECKING:
    from sklearn.ensemble import RandomForestClassifier

__all__ = ["MIN_LEAF_IMAGES", "forests", "grown_forest"]

MIN_LEAF_IMAGES = 5  # smaller leaves fit noise, which spreads importance over codes that know nothing


def grown_forest(
    x: NDArray[np.float32], y: NDArray[np.int64], n_trees: int, seed: int
) -> Steps[RandomForestClassifier]:
    """The forest for one factor, the same as if grown at once: each split looks at all codes.

    Parameters
    ----------
    x
        Codes, (N, D).
    y
        Values of the factor, (N,).
    """
    from sklearn.ensemble import RandomForestClassifier

    forest = RandomForestClassifier(
        max_features=None,
        min_samples_leaf=MIN_LEAF_IMAGES,
        random_state=seed,
        n_jobs=1,
        warm_start=True,
    )
    for n in range(1, n_trees + 1):
        forest.set_params(n_estimators=n).fit(x, y)
        yield n / n_trees
    return forest


def forests(
    x: NDArray[np.float32], factors: Factors, n_trees: int, rng: np.random.Generator
) -> Steps[list[RandomForestClassifier]]:
    """A forest for each of the F factors (N, F), with seeds from `rng`."""
    n_factors = factors.shape[1]
    grown = []
    for k, factor in enumerate(factors.T):
        steps = grown_forest(x, factor, n_trees, int(rng.integers(2**31)))
        grown.append((yield from part(steps, k / n_factors, (k + 1) / n_factors)))
    return grown

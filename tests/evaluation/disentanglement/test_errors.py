"""Standard errors of SAP and DCI against repetition, and forests that grow tree by tree against whole ones."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier

from vae_explorer.evaluation.disentanglement.beta_vae import beta_vae_score
from vae_explorer.evaluation.disentanglement.dci import DCI, dci
from vae_explorer.evaluation.disentanglement.factor_vae import factor_vae_score
from vae_explorer.evaluation.disentanglement.forest import MIN_LEAF_IMAGES, grown_forest
from vae_explorer.evaluation.disentanglement.mig import mig
from vae_explorer.evaluation.disentanglement.modularity import modularity
from vae_explorer.evaluation.disentanglement.sap import sap
from vae_explorer.evaluation.disentanglement.score import Score
from vae_explorer.evaluation.steps import drained


def _set(seed: int, n: int = 1500) -> tuple[np.ndarray, np.ndarray]:
    """Three factors in four codes, two of them mixed, all noisy."""
    rng = np.random.default_rng(seed)
    factors = rng.integers(0, (2, 3, 4), (n, 3))
    codes = np.column_stack((factors[:, 0], factors[:, 1] + 0.5 * factors[:, 2], factors[:, 2], np.zeros(n)))
    return codes + 0.5 * rng.normal(size=codes.shape), factors


def _sap(seed: int) -> Score:
    return drained(sap(*_set(seed), np.random.default_rng(seed), n_train=1000, n_test=500))


def _dci(seed: int) -> DCI:
    return drained(dci(*_set(seed), np.random.default_rng(seed), n_train=1000, n_test=500, n_trees=5))


def test_that_the_error_of_sap_is_about_its_spread_over_fresh_sets() -> None:
    scores = [_sap(seed) for seed in range(25)]
    spread = np.std([score.value for score in scores], ddof=1)
    errors = [score.standard_error for score in scores if score.standard_error is not None]
    assert len(errors) == 25
    assert 0.6 < np.mean(errors) / spread < 1.6
    assert scores[0].protocol["n_resamples"] == "100 of test images"


def test_that_the_errors_of_dci_are_about_their_spread_over_fresh_sets() -> None:
    found = [_dci(seed) for seed in range(12)]
    for name in ("disentanglement", "completeness"):
        scores: list[Score] = [getattr(each, name) for each in found]
        spread = np.std([score.value for score in scores], ddof=1)
        errors = [score.standard_error for score in scores if score.standard_error is not None]
        assert len(errors) == 12
        assert 0.4 < np.mean(errors) / spread < 2.5
        assert "4 disjoint parts" in scores[0].protocol_text


def test_that_errors_change_no_score() -> None:
    codes, factors = _set(0, 600)
    with_error = drained(sap(codes, factors, np.random.default_rng(1)))
    without = drained(sap(codes, factors, np.random.default_rng(1), n_resamples=0))
    assert without.standard_error is None
    assert with_error.value == without.value


def test_that_few_images_and_undefined_scores_have_no_error() -> None:
    codes, factors = _set(0, 240)
    few = drained(dci(codes, factors, np.random.default_rng(0), n_trees=3))
    assert few.disentanglement.standard_error is few.completeness.standard_error is None
    one_factor = drained(dci(*(part[:, :1] for part in _set(0)), np.random.default_rng(0), n_trees=2))
    assert one_factor.disentanglement.standard_error is None


def test_that_a_forest_that_grows_tree_by_tree_is_the_whole_one() -> None:
    codes, factors = _set(3)
    x = codes.astype(np.float32)
    steps = grown_forest(x, factors[:, 2], 7, 5)
    assert sum(1 for _ in grown_forest(x, factors[:, 2], 7, 5)) == 7
    grown = drained(steps)
    whole = RandomForestClassifier(
        7, max_features=None, min_samples_leaf=MIN_LEAF_IMAGES, random_state=5, n_jobs=1
    ).fit(x, factors[:, 2])
    np.testing.assert_array_equal(grown.feature_importances_, whole.feature_importances_)
    np.testing.assert_array_equal(grown.predict_proba(x), whole.predict_proba(x))


@pytest.mark.parametrize("measure", [mig, modularity, factor_vae_score, beta_vae_score, sap, dci])
def test_that_every_score_tells_how_far_it_is_and_may_be_left(measure: object) -> None:
    codes, factors = _set(0, 400)
    steps = measure(codes, factors, np.random.default_rng(0))  # type: ignore[operator]  # six signatures
    shares = [share for share, _ in zip(steps, itertools.repeat(None, 8))]  # noqa: B905  # as many as there are
    assert shares
    assert all(0.0 < share <= 1.0 for share in shares)
    steps.close()
    assert next(steps, None) is None

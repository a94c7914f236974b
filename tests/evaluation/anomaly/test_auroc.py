"""The area under the ROC curve against scikit-learn, its error against repetition."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom
from sklearn.metrics import roc_auc_score

from vae_explorer.errors import DataError
from vae_explorer.evaluation.anomaly.auroc import auroc


def _normals(n_normal: int, n_anomalous: int, distance: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    is_anomaly = np.arange(n_normal + n_anomalous) >= n_normal
    return np.random.default_rng(seed).normal(size=len(is_anomaly)) + distance * is_anomaly, is_anomaly


@pytest.mark.parametrize("decimals", [0, 1, 12])
def test_that_the_area_is_scikit_learns_with_and_without_ties(decimals: int) -> None:
    scores, is_anomaly = _normals(150, 60, 1.0, 0)
    scores = scores.round(decimals)
    found = auroc(scores, is_anomaly)
    assert found.value == pytest.approx(roc_auc_score(is_anomaly, scores), abs=1e-12)
    assert (found.n_normal, found.n_anomalous) == (150, 60)


def test_that_the_standard_error_is_the_spread_over_fresh_images() -> None:
    distance = 1.2
    areas = [auroc(*_normals(100, 80, distance, seed)).value for seed in range(400)]
    assert np.mean(areas) == pytest.approx(0.5 * (1 + math.erf(distance / 2)), abs=0.006)  # Φ(d / √2)
    assert auroc(*_normals(100, 80, distance, 0)).standard_error == pytest.approx(np.std(areas), rel=0.2)


def test_that_the_interval_covers_the_true_area_and_stays_within_one() -> None:
    true = 0.5 * (1 + math.erf(1.0))
    found = [auroc(*_normals(60, 60, 2.0, seed)) for seed in range(300)]
    covered = np.mean([each.interval[0] <= true <= each.interval[1] for each in found])
    assert 0.90 <= covered <= 0.995
    assert max(each.interval[1] for each in found) < 1.0


def test_that_certain_and_inverse_detection_are_one_and_zero() -> None:
    is_anomaly = np.array([False, False, True])
    perfect = auroc(np.array([1.0, 2.0, 3.0]), is_anomaly)
    assert (perfect.value, perfect.standard_error) == (1.0, 0.0)
    assert auroc(np.array([3.0, 2.0, 1.0]), is_anomaly).value == 0.0
    assert auroc(np.ones(3), is_anomaly).value == 0.5


def test_that_a_detector_without_a_mistake_is_not_certain_to_make_none() -> None:
    is_anomaly = np.arange(90) >= 60
    perfect, inverse = auroc(np.arange(90.0), is_anomaly), auroc(-np.arange(90.0), is_anomaly)
    assert perfect.interval[1] == 1.0
    assert binom.cdf(0, 30, 1.0 - perfect.interval[0]) == pytest.approx(0.05)
    assert inverse.interval == pytest.approx((0.0, 1.0 - perfect.interval[0]))
    few = [auroc(*_normals(15, 15, 4.0, seed)) for seed in range(400)]  # true area 0.9977
    true = 0.5 * (1 + math.erf(2.0))
    assert np.mean([each.interval[0] <= true <= each.interval[1] for each in few]) >= 0.95


def test_that_infinite_scores_are_ranked() -> None:
    assert auroc(np.array([0.0, math.inf, math.inf]), np.array([False, False, True])).value == 0.75


def test_that_one_side_without_images_is_refused_in_words() -> None:
    with pytest.raises(DataError, match="got 3 and 0"):
        auroc(np.arange(3.0), np.zeros(3, bool))
    with pytest.raises(ValueError, match="without nan"):
        auroc(np.array([1.0, math.nan]), np.array([True, False]))

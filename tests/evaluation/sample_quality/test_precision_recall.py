"""Precision and recall of point clouds whose overlap is known, and against loops over all pairs."""

from __future__ import annotations

import numpy as np
import pytest

from vae_explorer.errors import DataError
from vae_explorer.evaluation.sample_quality import precision_recall as module
from vae_explorer.evaluation.sample_quality.precision_recall import precision_recall
from vae_explorer.evaluation.steps import drained


def _within(points: np.ndarray, manifold: np.ndarray, k: int) -> float:
    """Eq. 1 and 2 of the paper, point by point."""
    radii = [
        sorted(np.linalg.norm(np.delete(manifold, j, 0) - manifold[j], axis=1))[k - 1]
        for j in range(len(manifold))
    ]
    hits = [any(np.linalg.norm(p - m) <= r for m, r in zip(manifold, radii, strict=True)) for p in points]
    return float(np.mean(hits))


@pytest.mark.parametrize("k", [1, 3])
def test_that_it_is_the_formula_of_the_paper(k: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_CHUNK_VALUES", 300)  # several blocks
    rng = np.random.default_rng(0)
    made, real = rng.normal(size=(40, 2)) + 0.7, rng.normal(size=(60, 2))
    found = drained(precision_recall(made, real, k))
    assert found.precision == _within(made, real, k)
    assert found.recall == _within(real, made, k)
    assert 0.0 < found.recall < 1.0


def test_that_a_set_beside_itself_is_whole_and_sets_far_apart_share_nothing() -> None:
    x = np.random.default_rng(1).normal(size=(100, 5))
    same, apart = drained(precision_recall(x, x)), drained(precision_recall(x + 100.0, x))
    assert (same.precision, same.recall) == (1.0, 1.0)
    assert (apart.precision, apart.recall) == (0.0, 0.0)
    assert apart.precision_error == 0.0


def test_that_dropped_modes_cost_recall_only() -> None:
    rng = np.random.default_rng(2)
    real = np.vstack((rng.normal(size=(200, 2)), rng.normal(size=(200, 2)) + 50.0))
    found = drained(precision_recall(rng.normal(size=(400, 2)), real))
    assert found.precision > 0.9
    assert 0.4 < found.recall <= 0.5


def test_that_invented_modes_cost_precision_only() -> None:
    rng = np.random.default_rng(3)
    made = np.vstack((rng.normal(size=(200, 2)), rng.normal(size=(200, 2)) + 50.0))
    found = drained(precision_recall(made, rng.normal(size=(400, 2))))
    assert 0.4 < found.precision <= 0.5
    assert found.recall > 0.9
    assert found.precision_error == pytest.approx(np.sqrt(found.precision * (1 - found.precision) / 400))


def test_that_a_place_far_from_the_origin_changes_nothing() -> None:
    rng = np.random.default_rng(4)
    made, real = rng.normal(size=(80, 3)), rng.normal(size=(80, 3))
    near, far = drained(precision_recall(made, real)), drained(precision_recall(made + 1e6, real + 1e6))
    assert (near.precision, near.recall) == (far.precision, far.recall)


def test_that_too_few_images_are_refused_in_words() -> None:
    with pytest.raises(DataError, match="more than 3 images"):
        drained(precision_recall(np.zeros((3, 2)), np.zeros((9, 2))))
    with pytest.raises(ValueError, match="features"):
        drained(precision_recall(np.zeros((9, 2)), np.zeros((9, 3))))

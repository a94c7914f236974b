"""The regression that can be left, against scikit-learn's, which cannot."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from vae_explorer.evaluation.softmax_regression import SoftmaxRegression
from vae_explorer.evaluation.steps import drained


def _points(n: int, n_classes: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Overlapping clouds of labels 3, 4, … in six dimensions, of which the last says nothing."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, n_classes, n)
    centres = np.random.default_rng(9).normal(size=(n_classes, 6))
    centres[:, -1] = 0.0
    return 1.2 * centres[y] + rng.normal(size=(n, 6)), y + 3


@pytest.mark.parametrize("n_classes", [2, 3, 7])
def test_that_it_is_scikit_learns_regression(n_classes: int) -> None:
    x, y = _points(900, n_classes)
    found = drained(SoftmaxRegression.of(x, y))
    plain = LogisticRegression(C=1.0, max_iter=10_000, tol=1e-8).fit(x, y)
    coef = plain.coef_ if n_classes > 2 else np.vstack((np.zeros(6), plain.coef_))
    np.testing.assert_allclose(found.weight, coef, atol=5e-3)
    logits = x @ found.weight.T + found.bias
    share = np.exp(logits - logits.max(1, keepdims=True))
    np.testing.assert_allclose(share / share.sum(1, keepdims=True), plain.predict_proba(x), atol=1e-3)
    z, _ = _points(2000, n_classes, 1)
    assert (found.predict(z) == plain.predict(z)).mean() > 0.999


def test_that_it_names_the_same_labels_as_a_plain_fit() -> None:
    x, y = _points(2000, 4)
    z, _ = _points(500, 4, 1)
    named = drained(SoftmaxRegression.of(x, y)).predict(z)
    np.testing.assert_array_equal(named, LogisticRegression(C=1.0, max_iter=2000).fit(x, y).predict(z))


def test_that_separable_classes_end_too() -> None:
    x = np.repeat([[-1.0], [0.0], [1.0]], 40, axis=0) * 50.0
    y = np.repeat([0, 1, 2], 40)
    np.testing.assert_array_equal(drained(SoftmaxRegression.of(x, y)).predict(x), y)


def test_that_it_stops_between_iterations() -> None:
    steps = SoftmaxRegression.of(*_points(300, 3))
    shares = [next(steps) for _ in range(5)]
    assert shares == sorted(shares)
    steps.close()
    with pytest.raises(StopIteration):
        next(steps)

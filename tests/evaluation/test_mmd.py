"""MMD against its definition, a known expectation, and its level under the null hypothesis."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from vae_explorer.evaluation.mmd import inverse_multiquadratic, mmd


def test_that_it_is_the_formula_of_the_paper() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(6, 3)), rng.normal(1.0, 1.0, (4, 3))

    def k(a: np.ndarray, b: np.ndarray) -> float:
        return 6.0 / (6.0 + ((a - b) ** 2).sum())

    within_x = np.mean([k(x[i], x[j]) for i in range(6) for j in range(6) if i != j])
    within_y = np.mean([k(y[i], y[j]) for i in range(4) for j in range(4) if i != j])
    across = np.mean([k(a, b) for a in x for b in y])
    assert mmd(x, y, rng, n_permutations=5).value == pytest.approx(within_x + within_y - 2 * across)


def test_that_a_shift_has_the_discrepancy_of_the_integral() -> None:
    def expected(shift: float) -> float:  # of k(a, b) with a − b ~ N(shift, 2)
        return quad(lambda d: 2 / (2 + d * d) * norm.pdf(d, shift, np.sqrt(2)), -20, 20, points=[0.0])[0]

    rng = np.random.default_rng(1)
    found = [
        mmd(rng.normal(size=(300, 1)), rng.normal(1.0, 1.0, (300, 1)), rng, n_permutations=1)
        for _ in range(60)
    ]
    values = np.array([each.value for each in found])
    truth = 2 * expected(0.0) - 2 * expected(1.0)
    assert abs(values.mean() - truth) < 4 * values.std(ddof=1) / np.sqrt(60)


def test_that_equal_distributions_are_rejected_as_rarely_as_the_level_says() -> None:
    rng = np.random.default_rng(2)
    found = [
        mmd(rng.normal(size=(30, 2)), rng.normal(size=(25, 2)), rng, n_permutations=99) for _ in range(200)
    ]
    rejected = np.mean([each.p_value <= 0.05 for each in found])
    assert rejected < 0.11  # 0.05 with a standard error of 0.015
    assert abs(np.mean([each.value for each in found])) < 0.003  # unbiased


def test_that_different_distributions_are_rejected() -> None:
    rng = np.random.default_rng(3)
    found = mmd(rng.normal(size=(200, 2)), 0.5 * rng.normal(size=(200, 2)), rng, n_permutations=99)
    assert found.p_value == pytest.approx(0.01)
    assert found.value > found.null_quantile


def test_that_the_kernel_is_one_on_the_diagonal() -> None:
    x = np.random.default_rng(0).normal(size=(5, 4))
    np.testing.assert_allclose(np.diag(inverse_multiquadratic(x, x, 8.0)), 1.0)


def test_that_samples_of_different_dimension_are_refused() -> None:
    with pytest.raises(ValueError, match="two samples"):
        mmd(np.zeros((3, 2)), np.zeros((3, 1)), np.random.default_rng(0))

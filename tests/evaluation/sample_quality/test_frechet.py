"""The Fréchet distance against closed forms, a matrix root by scipy, and repetition."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import sqrtm

from vae_explorer.errors import DataError
from vae_explorer.evaluation.sample_quality.frechet import GaussianFit, compare, frechet_distance
from vae_explorer.evaluation.steps import drained

SHIFT = np.array([1.0, 0.0])


def _random_fit(d: int, seed: int) -> GaussianFit:
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(d, d))
    return GaussianFit(rng.normal(size=d), root @ root.T)


def test_that_two_gaussians_on_a_line_differ_by_mean_and_deviation() -> None:
    a = GaussianFit(np.array([1.0]), np.array([[4.0]]))
    b = GaussianFit(np.array([4.0]), np.array([[0.25]]))
    assert frechet_distance(a, b) == pytest.approx(3.0**2 + (2.0 - 0.5) ** 2)


def test_that_commuting_covariances_give_the_sum_over_axes() -> None:
    turn, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(4, 4)))
    s, t = np.array([1.0, 2.0, 0.5, 3.0]), np.array([2.0, 0.1, 0.5, 1.0])
    a = GaussianFit(np.zeros(4), turn @ np.diag(s**2) @ turn.T)
    b = GaussianFit(turn @ [1.0, 0.0, 2.0, 0.0], turn @ np.diag(t**2) @ turn.T)
    assert frechet_distance(a, b) == pytest.approx(5.0 + np.square(s - t).sum())


def test_that_it_is_the_formula_with_scipys_matrix_root() -> None:
    a, b = _random_fit(6, 1), _random_fit(6, 2)
    root = sqrtm(a.covariance @ b.covariance).real
    expected = np.square(a.mean - b.mean).sum() + np.trace(a.covariance + b.covariance - 2 * root)
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-8)
    assert frechet_distance(b, a) == pytest.approx(expected, rel=1e-8)


def test_that_singular_covariances_are_no_trouble() -> None:
    direction = np.outer([1.0, 1.0, 0.0], [1.0, 1.0, 0.0])
    a, b = GaussianFit(np.zeros(3), direction), GaussianFit(np.zeros(3), 4.0 * direction)
    assert frechet_distance(a, b) == pytest.approx(2.0)  # deviations √2 and 2√2 along one line
    assert frechet_distance(a, a) == pytest.approx(0.0, abs=1e-7)
    nothing = GaussianFit(np.zeros(3), np.zeros((3, 3)))
    assert frechet_distance(nothing, a) == pytest.approx(2.0)


def test_that_the_fit_is_numpys() -> None:
    x = np.random.default_rng(3).normal(size=(50, 2)).astype(np.float32)
    fit = GaussianFit.of(x)
    np.testing.assert_allclose(fit.covariance, np.cov(x.astype(float).T))
    assert GaussianFit.of(x[:, :1]).covariance.shape == (1, 1)


def test_that_perfect_samples_come_out_as_the_reference() -> None:
    rng = np.random.default_rng(4)
    found = drained(compare(rng.normal(size=(500, 8)), rng.normal(size=(1000, 8)), rng))
    assert found.n_images == 500
    assert abs(found.value - found.reference) < 4 * found.standard_error
    assert found.interval[0] < found.value < found.interval[1]


def test_that_a_shift_is_found_with_its_error() -> None:
    def found(seed: int) -> float:
        rng = np.random.default_rng(seed)
        return drained(
            compare(rng.normal(size=(400, 2)) + SHIFT, rng.normal(size=(800, 2)), rng, n_resamples=2)
        ).value

    rng = np.random.default_rng(99)
    one = drained(compare(rng.normal(size=(400, 2)) + SHIFT, rng.normal(size=(800, 2)), rng))
    values = [found(seed) for seed in range(60)]
    assert np.mean(values) == pytest.approx(1.0, abs=0.06)
    assert one.reference < 0.1
    assert one.standard_error == pytest.approx(np.std(values), rel=0.4)


def test_that_too_few_or_unlike_features_are_refused() -> None:
    with pytest.raises(DataError, match="at least two images"):
        drained(compare(np.zeros((5, 2)), np.zeros((3, 2)), np.random.default_rng(0)))
    with pytest.raises(ValueError, match="one length"):
        frechet_distance(_random_fit(2, 0), _random_fit(3, 0))

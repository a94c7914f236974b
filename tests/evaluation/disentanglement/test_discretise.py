"""Bins of codes, quantiles of factors, and information from counts, against NumPy and scikit-learn."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import mutual_info_score

from vae_explorer.evaluation.disentanglement.discretise import discretised_codes, discretised_factors
from vae_explorer.evaluation.disentanglement.information import entropies, mutual_information


def test_that_codes_fall_into_the_bins_of_a_histogram() -> None:
    codes = np.random.default_rng(0).normal(size=(500, 3))
    bins = discretised_codes(codes, 20)
    for column, numbers in zip(codes.T, bins.T, strict=True):
        np.testing.assert_array_equal(np.bincount(numbers, minlength=20), np.histogram(column, 20)[0])


def test_that_a_constant_code_falls_into_one_bin() -> None:
    assert not discretised_codes(np.full((10, 2), 3.5)).any()


def test_that_few_values_are_kept_and_many_become_quantiles() -> None:
    rng = np.random.default_rng(1)
    factors = np.column_stack((rng.choice([-2.5, 0.1, 7.0], 1000), rng.exponential(size=1000)))
    numbers = discretised_factors(factors, n_quantiles=10)
    assert set(np.unique(numbers[:, 0])) == {0, 1, 2}
    np.testing.assert_array_equal(np.bincount(numbers[:, 1]), 100)
    assert np.all(np.diff(numbers[np.argsort(factors[:, 1]), 1]) >= 0)


def test_that_a_continuous_factor_with_a_heap_of_equal_values_uses_every_number() -> None:
    column = np.r_[np.zeros(800), np.random.default_rng(2).random(200)]
    numbers = discretised_factors(column[:, None])
    assert np.bincount(numbers[:, 0]).min() > 0
    assert len(np.unique(numbers[column == 0.0])) == 1


def test_that_information_is_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(3)
    codes, factors = rng.integers(0, 7, (400, 3)), rng.integers(0, 4, (400, 2))
    codes[:, 0] = factors[:, 0] + rng.integers(0, 2, 400)
    expected = [[mutual_info_score(codes[:, d], factors[:, k]) for k in range(2)] for d in range(3)]
    np.testing.assert_allclose(mutual_information(codes, factors), expected, atol=1e-12)


def test_that_the_entropy_of_equally_likely_values_is_the_logarithm_of_their_number() -> None:
    values = np.column_stack((np.tile(np.arange(8), 5), np.zeros(40, int)))
    np.testing.assert_allclose(entropies(values), [math.log(8), 0.0], atol=1e-12)


def test_that_unusable_arrays_are_refused() -> None:
    with pytest.raises(ValueError, match="finite factors"):
        discretised_factors(np.array([[1.0], [math.nan]]))
    with pytest.raises(ValueError, match="n_bins"):
        discretised_codes(np.zeros((3, 1)), 1)

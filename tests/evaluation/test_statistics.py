"""Means, errors and intervals against their definitions and their coverage."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from vae_explorer.evaluation.figures import Figure
from vae_explorer.evaluation.statistics import bootstrap_interval, mean_of, share_interval


def test_that_the_standard_error_is_that_of_scipy() -> None:
    values = np.random.default_rng(0).normal(3, 2, 50)
    assert mean_of(values) == pytest.approx((values.mean(), stats.sem(values)))


def test_that_one_value_has_no_error() -> None:
    assert math.isnan(mean_of(np.array([1.0])).standard_error)


def test_that_the_interval_covers_the_mean_as_often_as_its_level_says() -> None:
    rng = np.random.default_rng(1)
    inside = 0
    for _ in range(200):
        low, high = bootstrap_interval(rng.exponential(1.0, 80), rng, n_resamples=200)
        inside += low <= 1.0 <= high
    assert 0.86 < inside / 200 < 0.99


@pytest.mark.parametrize(("n_right", "n"), [(0, 20), (7, 20), (20, 20), (1, 1), (950, 1000)])
def test_that_the_interval_of_a_share_is_wilsons(n_right: int, n: int) -> None:
    expected = stats.binomtest(n_right, n).proportion_ci(method="wilson")
    assert share_interval(n_right / n, n) == pytest.approx((expected.low, expected.high), abs=1e-6)


def test_that_no_values_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        mean_of(np.empty(0))
    with pytest.raises(ValueError, match="at least one"):
        bootstrap_interval(np.empty(0), np.random.default_rng(0))


def _figure(value: float, error: float | None) -> Figure:
    return Figure("a", "A", value, "nats/image", "test", 10, standard_error=error)


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (94.3123, 0.0871, "94.312 ± 0.087 nats/image"),
        (94.3123, 1.26, "94.3 ± 1.3 nats/image"),
        (12345.6, 120.0, "12,346 ± 120 nats/image"),
        (0.51234, None, "0.5123 nats/image"),
        (2.0, 0.0, "2 nats/image"),
        (2.0, math.nan, "2 nats/image"),
    ],
)
def test_that_a_figure_shows_two_digits_of_its_error(value: float, error: float | None, text: str) -> None:
    assert _figure(value, error).text == text


def test_that_bounds_are_the_interval_or_two_errors_to_each_side() -> None:
    plain = _figure(94.3123, 0.0871)
    assert plain.bounds == pytest.approx((94.3123 - 1.96 * 0.0871, 94.3123 + 1.96 * 0.0871))
    assert plain.bounds_text == "94.142 … 94.483"
    given = Figure("a", "A", 1.0, "", "test", 5, standard_error=0.5, interval=(0.25, 1.5))
    assert given.bounds_text == "0.25 … 1.50"
    certain = Figure("a", "A", 0.0, "", "test", 90, standard_error=0.0, interval=(0.0, 0.041))
    assert (certain.text, certain.bounds_text) == ("0", "0.000 … 0.041")
    assert _figure(1.0, None).bounds is None
    assert _figure(1.0, None).bounds_text == ""

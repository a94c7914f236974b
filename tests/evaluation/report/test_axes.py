"""Ticks that a person can read, and places that are right."""

from __future__ import annotations

import pytest

from vae_explorer.evaluation.report.axes import Axis, Plot, linear_ticks, log_ticks, tick_text


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.0, 1.0, [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (93.0, 101.0, [94.0, 96.0, 98.0, 100.0]),
        (-3.0, 3.0, [-2.0, 0.0, 2.0]),
        (0.0, 0.004, [0.0, 0.001, 0.002, 0.003, 0.004]),
    ],
)
def test_that_ticks_are_round_and_inside(low: float, high: float, expected: list[float]) -> None:
    assert linear_ticks(low, high) == pytest.approx(expected)


def test_that_logarithmic_ticks_are_powers() -> None:
    assert log_ticks(0.9, 5500.0) == [1.0, 10.0, 100.0, 1000.0]
    assert log_ticks(1.0, 16.0) == [1.0, 2.0, 4.0, 8.0, 16.0]


def test_that_tick_texts_tell_ticks_apart() -> None:
    assert [tick_text(t, [0.0, 0.05, 0.1]) for t in (0.0, 0.05, 0.1)] == ["0", "0.05", "0.10"]
    assert tick_text(-20.0, [-20.0, 0.0]) == "−20"
    assert tick_text(5000.0, [5000.0, 10000.0]) == "5,000"


def test_that_places_follow_the_data() -> None:
    plot = Plot("p", Axis(1.0, 100.0, "x", is_log=True), Axis(0.0, 10.0, "y"))
    left, middle, right = (plot.at(x, 5.0)[0] for x in (1.0, 10.0, 100.0))
    assert middle == pytest.approx((left + right) / 2)
    assert plot.at(1.0, 10.0)[1] < plot.at(1.0, 0.0)[1]  # upwards is less

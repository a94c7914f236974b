"""Rates, remaining time and how often progress is told."""

from __future__ import annotations

from vae_explorer.data.events import Pace


class _Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_that_rate_and_remaining_time_follow_the_clock() -> None:
    clock = _Clock()
    pace = Pace(200, "pictures", "Reading pictures", clock)
    clock.now = 2.0
    event = pace.report(50)
    assert event is not None
    assert (event.done, event.total, event.per_s, event.remaining_s) == (50, 200, 25.0, 6.0)


def test_that_no_rate_is_told_before_it_means_something() -> None:
    clock = _Clock()
    pace = Pace(200, "pictures", "Reading pictures", clock)
    clock.now = 0.1
    event = pace.report(50)
    assert event is not None
    assert (event.per_s, event.remaining_s) == (0.0, None)


def test_that_fresh_reports_are_held_back_but_the_last_one_never() -> None:
    clock = _Clock()
    pace = Pace(1000, "images", "Drawing", clock)
    told = []
    for done in range(1, 1001):
        clock.now += 0.001
        told.append(pace.report(done))
    events = [event for event in told if event is not None]
    assert len(events) <= 14
    assert events[0].done == 1
    assert events[-1].done == 1000


def test_that_more_than_expected_megabytes_move_the_total() -> None:
    pace = Pace(11.6, "MB", "Downloading", _Clock())
    assert (pace.now(3.7).done, pace.now(3.7).total) == (3, 12)
    assert (pace.now(14.2).done, pace.now(14.2).total) == (14, 14)

"""Thinning of snapshots."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vae_explorer.runs.thinning import steps_to_keep

STEPS = st.lists(st.integers(0, 10**9), unique=True, max_size=200)


@given(STEPS)
def test_that_the_first_and_the_newest_three_always_stay(steps: list[int]) -> None:
    kept = steps_to_keep(steps)
    assert kept <= set(steps)
    assert set(sorted(steps)[:1]) <= kept
    assert set(sorted(steps)[-3:]) <= kept


@given(STEPS)
def test_that_thinning_twice_changes_nothing_and_little_is_kept(steps: list[int]) -> None:
    kept = steps_to_keep(steps)
    assert steps_to_keep(sorted(kept)) == kept
    assert len(kept) <= 31 + 3


def test_that_the_beginning_stays_dense_when_snapshots_come_one_by_one() -> None:
    kept: set[int] = set()
    for step in range(1000):
        kept = steps_to_keep([*kept, step])
    assert kept == {0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 997, 998, 999}

"""Splits: seeded, complete, and never empty where they must not be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vae_explorer.data.image_set import Split
from vae_explorer.data.splitting import (
    MAX_CARVED_VALIDATION,
    choose_subset,
    split_at_random,
    split_beside_test,
)


@given(st.integers(2, 3000), st.floats(0.001, 0.899), st.integers(0, 2**31))
def test_that_a_random_split_has_the_asked_share_and_no_empty_part(
    n: int, fraction: float, seed: int
) -> None:
    split = split_at_random(n, fraction, seed)
    n_validation = int((split == Split.VALIDATION).sum())
    assert 1 <= n_validation < n
    assert int((split == Split.TRAIN).sum()) == n - n_validation
    assert abs(n_validation - n * fraction) <= 1
    np.testing.assert_array_equal(split, split_at_random(n, fraction, seed))


def test_that_another_seed_splits_otherwise() -> None:
    assert not np.array_equal(split_at_random(100, 0.3, 0), split_at_random(100, 0.3, 1))


@pytest.mark.parametrize(
    ("n_train", "fraction", "expected"), [(1000, 0.1, 100), (60_000, 0.1, 5000), (80, 0.5, 40)]
)
def test_that_validation_is_carved_out_of_the_training_part(
    n_train: int, fraction: float, expected: int
) -> None:
    is_test = np.zeros(n_train + 50, dtype=bool)
    is_test[-50:] = True
    split = split_beside_test(is_test, fraction, 7)
    np.testing.assert_array_equal(split == Split.TEST, is_test)
    assert int((split == Split.VALIDATION).sum()) == expected <= MAX_CARVED_VALIDATION


@given(st.integers(2, 500), st.integers(2, 600), st.integers(0, 99))
def test_that_a_subset_has_distinct_ascending_indices(n: int, wanted: int, seed: int) -> None:
    rows = choose_subset(n, wanted, seed)
    assert len(rows) == min(n, wanted)
    assert (np.diff(rows) > 0).all()
    assert rows[0] >= 0
    assert rows[-1] < n


def test_that_a_subset_keeps_the_share_of_the_test_part_and_leaves_training_images() -> None:
    is_test = np.repeat([False, True], [60, 40])
    rows = choose_subset(100, 50, 0, is_test)
    assert (len(rows), int(is_test[rows].sum())) == (50, 20)
    assert not is_test[choose_subset(100, 2, 0, is_test)].any()

"""Which images are for training, for validation and for the test; seeded, so that a run can be repeated."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vae_explorer.data.image_set import Split

__all__ = ["MAX_CARVED_VALIDATION", "choose_subset", "split_at_random", "split_beside_test"]

MAX_CARVED_VALIDATION = 5_000  # images: where an official test part exists, more would only starve training

_SUBSET_STREAM = 0x5B5E7  # keeps the choice of a subset independent of the split with the same seed


def split_at_random(n: int, validation_fraction: float, seed: int) -> NDArray[np.uint8]:
    """TRAIN and VALIDATION for `n` ≥ 2 images, at least one of each; (N,)."""
    split = np.full(n, Split.TRAIN, dtype=np.uint8)
    n_validation = min(max(round(n * validation_fraction), 1), n - 1)
    split[np.random.default_rng(seed).permutation(n)[:n_validation]] = Split.VALIDATION
    return split


def split_beside_test(is_test: NDArray[np.bool_], validation_fraction: float, seed: int) -> NDArray[np.uint8]:
    """The official test part stays TEST; VALIDATION is carved out of the rest; (N,).

    The validation part holds ``min(validation_fraction · n_train, 5,000)`` images.
    """
    split = np.full(len(is_test), Split.TEST, dtype=np.uint8)
    train = np.flatnonzero(~is_test)
    split[train] = Split.TRAIN
    if len(train) >= 2:
        n_validation = min(
            max(round(len(train) * validation_fraction), 1), MAX_CARVED_VALIDATION, len(train) - 1
        )
        split[np.random.default_rng(seed).permutation(train)[:n_validation]] = Split.VALIDATION
    return split


def choose_subset(
    n: int, n_wanted: int | None, seed: int, is_test: NDArray[np.bool_] | None = None
) -> NDArray[np.int64]:
    """Ascending indices of `n_wanted` of `n` images, chosen at random; of all if None or too many.

    With `is_test` (N,) the test part keeps its share, and at least two images for training remain.
    """
    if n_wanted is None or n_wanted >= n:
        return np.arange(n, dtype=np.int64)
    rng = np.random.default_rng([seed, _SUBSET_STREAM])
    if is_test is None:
        return np.sort(rng.choice(n, n_wanted, replace=False)).astype(np.int64)
    train, test = np.flatnonzero(~is_test), np.flatnonzero(is_test)
    n_test = min(round(n_wanted * len(test) / n), max(0, n_wanted - 2))
    n_train = min(n_wanted - n_test, len(train))
    chosen = [rng.choice(train, n_train, replace=False), rng.choice(test, n_test, replace=False)]
    return np.sort(np.concatenate(chosen)).astype(np.int64)

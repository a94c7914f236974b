"""Encodings: look-up, order by KL, and the way to disk and back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vae_explorer.errors import RunError
from vae_explorer.latent.encodings import Encodings


def _encodings(n: int = 7, latent_dim: int = 3) -> Encodings:
    rng = np.random.default_rng(0)

    def values(*shape: int) -> np.ndarray:
        return rng.normal(size=shape).astype(np.float32)

    return Encodings(
        index=np.arange(n, dtype=np.int64) * 2 + 1,
        mu=values(n, latent_dim),
        log_var=values(n, latent_dim),
        recon=values(n),
        kl=values(n),
        kl_per_dim=np.array([0.1, 3.0, 0.1], dtype=np.float32)[:latent_dim],
        step=42,
    )


def test_that_a_row_is_found_by_its_image_and_only_then() -> None:
    encodings = _encodings()
    assert encodings.row_of(5) == 2
    assert encodings.row_of(4) is None
    assert encodings.row_of(99) is None


def test_that_dimensions_are_ordered_by_their_nats_and_ties_by_number() -> None:
    np.testing.assert_array_equal(_encodings().dims_by_kl(), [1, 0, 2])


def test_that_encodings_survive_a_file_without_pickle(tmp_path: Path) -> None:
    before = _encodings()
    np.savez(tmp_path / "latents.npz", **before.to_arrays())
    with np.load(tmp_path / "latents.npz", allow_pickle=False) as stored:
        after = Encodings.from_arrays(dict(stored))
    for name, array in before.to_arrays().items():
        np.testing.assert_array_equal(array, after.to_arrays()[name])
        assert array.dtype == after.to_arrays()[name].dtype
    assert after.step == 42


def _with_what_is_known(n: int = 7) -> Encodings:
    return replace(
        _encodings(n),
        labels=np.arange(n, dtype=np.int64) % 3,
        split=(np.arange(n) % 2).astype(np.uint8),
        class_names=("cat", "dog", "Übermaß"),
    )


def test_that_classes_and_split_survive_a_file_without_pickle(tmp_path: Path) -> None:
    before = _with_what_is_known()
    np.savez(tmp_path / "latents.npz", **before.to_arrays())
    with np.load(tmp_path / "latents.npz", allow_pickle=False) as stored:
        after = Encodings.from_arrays(dict(stored))
    np.testing.assert_array_equal(after.labels, before.labels)
    np.testing.assert_array_equal(after.split, before.split)
    assert after.class_names == before.class_names
    assert (after.labels.dtype, after.split.dtype) == (np.int64, np.uint8)


def test_that_a_file_of_an_older_version_loads_without_classes_and_split() -> None:
    arrays = _encodings().to_arrays()
    assert not {"labels", "split", "class_names"} & set(arrays)
    after = Encodings.from_arrays(arrays)
    assert (after.labels, after.split, after.class_names) == (None, None, ())


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("labels", np.full(7, 3)),
        ("labels", np.full(7, -1)),
        ("labels", np.zeros(6, dtype=np.int64)),
        ("labels", np.full(7, 0.5)),
        ("split", np.full(7, 3, dtype=np.uint8)),
        ("split", np.zeros((7, 1), dtype=np.uint8)),
        ("class_names", np.array("cat")),
        ("class_names", np.array(["cat"])),
    ],
)
def test_that_damaged_classes_and_splits_are_refused_in_words(name: str, bad: np.ndarray) -> None:
    with pytest.raises(RunError, match="damaged"):
        Encodings.from_arrays(_with_what_is_known().to_arrays() | {name: bad})


def test_that_a_missing_array_is_named() -> None:
    arrays = _encodings().to_arrays()
    del arrays["log_var"]
    with pytest.raises(RunError, match="log_var missing"):
        Encodings.from_arrays(arrays)


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("recon", np.zeros(3, dtype=np.float32)),
        ("mu", np.zeros(3, dtype=np.float32)),
        ("index", np.zeros(7, dtype=np.int64)),
        ("kl", np.array(["a"] * 7)),
        ("step", np.float64(1.5)),
    ],
)
def test_that_damaged_arrays_are_refused_in_words(name: str, bad: np.ndarray) -> None:
    with pytest.raises(RunError, match="damaged"):
        Encodings.from_arrays(_encodings().to_arrays() | {name: np.asarray(bad)})

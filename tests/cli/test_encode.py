"""Encoding from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vae_explorer.latent.encodings import Encodings


def test_that_codes_are_readable_without_pickle_and_complete(
    program: Any, trained: Path, tmp_path: Path
) -> None:
    answer = program("encode", trained, "--out", tmp_path / "codes.npz", "--json")
    assert answer.code == 0
    with np.load(tmp_path / "codes.npz", allow_pickle=False) as codes:
        assert codes["mu"].shape == codes["log_var"].shape == (1797, 2)
        np.testing.assert_array_equal(codes["index"], np.arange(1797))
        assert codes["labels"].shape == codes["split"].shape == (1797,)
        assert list(codes["class_names"]) == [str(k) for k in range(10)]
        assert codes["recon"].mean() == pytest.approx(answer.json["recon"])
        assert codes["kl_per_dim"].sum() == pytest.approx(codes["kl"].mean(), rel=1e-4)
    assert (answer.json["images"], answer.json["latent_dim"]) == (1797, 2)


def test_that_one_split_is_the_map_that_training_kept(program: Any, trained: Path, tmp_path: Path) -> None:
    assert program("encode", trained, "--split", "validation", "--out", tmp_path / "codes.npz").code == 0
    with (
        np.load(tmp_path / "codes.npz", allow_pickle=False) as codes,
        np.load(trained / "latents.npz", allow_pickle=False) as kept,
    ):
        for name in Encodings.from_arrays(dict(kept)).to_arrays():
            np.testing.assert_array_equal(codes[name], kept[name])


def test_that_images_from_an_array_file_are_encoded_at_the_models_size(
    program: Any, home: Path, trained: Path, tmp_path: Path
) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (9, 16, 16), dtype=np.uint8)
    np.save(tmp_path / "images.npy", pixels)
    answer = program(
        "encode", trained, "--data", tmp_path / "images.npy", "--out", tmp_path / "c.npz", "--json"
    )
    assert answer.code == 0, answer.err
    assert answer.json["images"] == 9
    assert answer.json["fitted"] == {
        "from": {"width": 16, "height": 16, "channels": 1},
        "to": {"width": 8, "height": 8, "channels": 1},
    }
    told = program("encode", trained, "--data", tmp_path / "images.npy", "--out", tmp_path / "c.npz")
    assert "Images were fitted from 16×16 grey to 8×8 grey.\n" in told.err


def test_that_nothing_is_said_of_images_that_fit(program: Any, trained: Path, tmp_path: Path) -> None:
    for options in ([], ["--data", "digits"]):
        answer = program("encode", trained, *options, "--out", tmp_path / "c.npz", "--json")
        assert answer.json["fitted"] is None
        assert "fitted" not in program("encode", trained, *options, "--out", tmp_path / "c.npz").err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--out", "codes.txt"], "ends with .npz"),
        (["--out", "nowhere/codes.npz"], "there is no folder 'nowhere'"),
        (
            ["--out", "codes.npz", "--split", "half"],
            "--split must be one of all, train, validation, test, got 'half'",
        ),
        (["--out", "codes.npz", "--split", "test"], "has no test images"),
        (["--out", "codes.npz", "--data", "nothing-like-it"], "There is no data set"),
        ([], "Missing option '--out'"),
    ],
)
def test_that_a_wrong_wish_is_one_sentence(
    program: Any,
    trained: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = program("encode", trained, *options)
    assert answer.code == 2
    assert words in answer.err
    assert len(answer.err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []

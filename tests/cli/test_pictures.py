"""Decoding and walking from the command line, checked against the explorer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from vae_explorer.latent.explorer import Explorer
from vae_explorer.runs.folder import RunFolder


def _pixels(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture)


def _decoded(run: Path, *z: tuple[float, float]) -> np.ndarray:
    return Explorer.from_snapshot(RunFolder.open(run).load_snapshot()).decode(np.array(z))[:, 0]


@pytest.mark.parametrize("written", ["0.5,-1.2", "0.5 -1.2", "0.5, −1.2", "0.5;-1.2"])
def test_that_a_latent_is_decoded_pixel_by_pixel(
    program: Any, trained: Path, tmp_path: Path, written: str
) -> None:
    answer = program("decode", trained, "--z", written, "--out", tmp_path / "a.png", "--json")
    assert answer.code == 0, answer.err
    np.testing.assert_array_equal(_pixels(tmp_path / "a.png"), _decoded(trained, (0.5, -1.2))[0])
    assert answer.json["z"] == [[0.5, -1.2]]
    assert (answer.json["width"], answer.json["height"]) == (8, 8)


@pytest.mark.parametrize("option", [["--z", "-0.5,1"], ["--z=-0.5,1"]])
def test_that_a_negative_first_number_needs_no_quotes(
    program: Any, trained: Path, tmp_path: Path, option: list[str]
) -> None:
    assert program("decode", trained, *option, "--out", tmp_path / "a.png").code == 0
    np.testing.assert_array_equal(_pixels(tmp_path / "a.png"), _decoded(trained, (-0.5, 1.0))[0])


def test_that_several_latents_make_a_grid(program: Any, trained: Path, tmp_path: Path) -> None:
    options = ["--z", "0,0", "--z", "1,1", "--z", "-1,2", "--columns", 2, "--scale", 3]
    assert program("decode", trained, *options, "--out", tmp_path / "a.png").code == 0
    sheet, images = _pixels(tmp_path / "a.png"), _decoded(trained, (0, 0), (1, 1), (-1, 2))
    assert sheet.shape == (2 * 24 + 2, 2 * 24 + 2)
    np.testing.assert_array_equal(sheet[:24:3, 26::3], images[1])
    np.testing.assert_array_equal(sheet[26::3, :24:3], images[2])


def test_that_prior_samples_repeat_with_their_seed(program: Any, trained: Path, tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        options = ["--prior", 9, "--seed", seed, "--temperature", 0.7]
        answer = program("decode", trained, *options, "--out", tmp_path / f"{name}.png", "--json")
        assert len(answer.json["z"]) == 9
    a, b, c = (_pixels(tmp_path / f"{name}.png") for name in "abc")
    np.testing.assert_array_equal(a, b)
    assert (a != c).any()


def test_that_a_drawn_image_is_not_the_mean(program: Any, trained: Path, tmp_path: Path) -> None:
    assert program("decode", trained, "--z", "0,0", "--sample", "--out", tmp_path / "a.png").code == 0
    assert set(np.unique(_pixels(tmp_path / "a.png"))) <= {0, 255}


def test_that_a_strip_walks_from_the_first_to_the_last(program: Any, trained: Path, tmp_path: Path) -> None:
    options = ["--z", "-1,0.5", "--z", "1,-0.5", "--frames", 5, "--gap", 1, "--scale", 2]
    answer = program("interpolate", trained, *options, "--out", tmp_path / "strip.png", "--json")
    assert answer.code == 0, answer.err
    np.testing.assert_allclose(answer.json["z"], np.linspace([-1, 0.5], [1, -0.5], 5))
    shown = _pixels(tmp_path / "strip.png")
    assert shown.shape == (16, 5 * 16 + 4)
    np.testing.assert_array_equal(shown[::2, :16:2], _decoded(trained, (-1, 0.5))[0])
    np.testing.assert_array_equal(shown[::2, -16::2], _decoded(trained, (1, -0.5))[0])


@pytest.mark.parametrize("option", [["--slerp"], ["--path", "slerp"]])
def test_that_slerp_keeps_its_distance_from_zero(
    program: Any, trained: Path, tmp_path: Path, option: list[str]
) -> None:
    options = ["--z", "1,0", "--z", "0,1", "--frames", 7, *option]
    answer = program("interpolate", trained, *options, "--out", tmp_path / "a.png", "--json")
    np.testing.assert_allclose(np.linalg.norm(answer.json["z"], axis=1), 1.0)


def test_that_a_loop_returns_without_repeating_the_first_frame(
    program: Any, trained: Path, tmp_path: Path
) -> None:
    options = ["--z", "1,0", "--z", "0,1", "--frames", 4, "--loop"]
    answer = program("interpolate", trained, *options, "--out", tmp_path / "a.gif", "--json")
    np.testing.assert_allclose(answer.json["z"], [[1, 0], [0.5, 0.5], [0, 1], [0.5, 0.5]])
    with Image.open(tmp_path / "a.gif") as film:
        assert film.n_frames == 4
        assert film.size == (512, 512)


def test_that_a_film_is_written(program: Any, trained: Path, tmp_path: Path) -> None:
    assert program("interpolate", trained, "--z", "1,0", "--z", "0,1", "--out", tmp_path / "a.mp4").code == 0
    assert b"ftyp" in (tmp_path / "a.mp4").read_bytes()[:16]


@pytest.mark.parametrize(
    ("command", "options", "words"),
    [
        ("decode", [], "--z 0.5,-1.2 (may be repeated) or with --prior N"),
        ("decode", ["--z", "1"], "you wrote 1"),
        ("decode", ["--z", ""], "--z is empty: give the 2 numbers of a latent"),
        ("decode", ["--z", "1,2,3"], "you wrote 3"),
        ("decode", ["--z", "1,two"], "“two” is not a number"),
        ("decode", ["--z", "1,nan"], "not a finite number"),
        ("decode", ["--z", "1,2", "--prior", "3"], "or with --prior"),
        ("decode", ["--prior", "0"], "--prior must be from 1"),
        ("decode", ["--z", "1,2", "--scale", "0"], "between 1 and 64, got 0"),
        ("decode", ["--z", "1,2", "--columns", "0"], "--columns must be at least 1"),
        ("decode", ["--z", "1,2", "--temperature", "-1", "--seed", "0"], "--temperature must be at least 0"),
        ("decode", ["--z", "1,2", "--seed", "-1"], "--seed must be from 0"),
        ("decode", ["--z", "1,2", "--step", "5"], "no snapshot of step 5"),
        ("interpolate", ["--z", "1,2"], "give --z twice or more, got 1"),
        ("interpolate", ["--z", "1,2", "--z", "1"], "you wrote 1"),
        (
            "interpolate",
            ["--z", "1,2", "--z", "2,1", "--z", "0,0", "--frames", "2"],
            "--frames must be at least the number of --z, 3, got 2.",
        ),
        (
            "interpolate",
            ["--z", "1,2", "--z", "2,1", "--frames", "1"],
            "--frames must be from 2 to 1000, got 1",
        ),
        (
            "interpolate",
            ["--z", "1,2", "--z", "2,1", "--path", "curved"],
            "--path must be one of straight, slerp",
        ),
        ("interpolate", ["--z", "1,2", "--z", "2,1", "--gap", "-1"], "--gap must be at least 0"),
    ],
)
def test_that_a_wrong_wish_is_one_sentence_and_writes_nothing(
    program: Any, trained: Path, tmp_path: Path, command: str, options: list[str], words: str
) -> None:
    answer = program(command, trained, *options, "--out", tmp_path / "a.png")
    assert answer.code == 2
    assert words in answer.err
    assert len(answer.err.splitlines()) == 1
    assert answer.out == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("command", "name", "words"),
    [
        ("decode", "a.gif", "ends with .png"),
        ("decode", "a", "ends with .png"),
        ("interpolate", "a.avi", "ends with .png, .gif or .mp4"),
        ("interpolate", "nowhere/a.mp4", "there is no folder"),
        ("decode", "nowhere/a.png", "there is no folder"),
    ],
)
def test_that_a_file_that_cannot_be_written_is_said_in_words(
    program: Any, trained: Path, tmp_path: Path, command: str, name: str, words: str
) -> None:
    answer = program(command, trained, "--z", "1,2", "--z", "2,1", "--out", tmp_path / name)
    assert answer.code == 2
    assert words in answer.err

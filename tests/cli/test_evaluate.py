"""Evaluating a run from the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from vae_explorer.runs.folder import RunFolder


def test_that_evaluation_repeats_the_figures_that_training_printed(program: Any, trained: Path) -> None:
    answer = program("evaluate", trained, "--json")
    assert answer.code == 0
    assert answer.err == ""
    summary = RunFolder.open(trained).info.summary
    assert summary is not None
    assert summary.validation is not None
    assert answer.json["train"]["recon"] == summary.train.recon
    assert answer.json["validation"]["elbo"] == summary.validation.elbo
    assert answer.json["test"] is None
    assert (answer.json["run"], answer.json["epochs"]) == (str(trained), 3)


def test_that_another_seed_draws_other_noise(program: Any, trained: Path) -> None:
    first, second = (program("evaluate", trained, "--json", "--seed", seed).json for seed in (1, 2))
    assert first["train"]["recon"] != second["train"]["recon"]
    assert first["train"]["recon"] == pytest.approx(second["train"]["recon"], rel=0.02)
    assert first["train"]["kl"] == second["train"]["kl"]


def test_that_an_earlier_step_is_measured(program: Any, trained: Path) -> None:
    untrained = program("evaluate", trained, "--step", 0, "--json")
    assert untrained.json["epochs"] == 0
    assert (
        untrained.json["train"]["recon"] > program("evaluate", trained, "--json").json["train"]["recon"] + 5
    )
    missing = program("evaluate", trained, "--step", 1)
    assert missing.code == 2
    assert "choose --step from 0, " in missing.err


def test_that_a_person_gets_a_table(program: Any, trained: Path) -> None:
    answer = program("evaluate", trained)
    assert "nats an image" in answer.out
    assert "−ELBO" in answer.out


def test_that_other_pictures_are_brought_to_the_models_size_and_colour(
    program: Any, home: Path, trained: Path, tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    for k in range(10):
        Image.fromarray(rng.integers(0, 256, (20, 30, 3), dtype=np.uint8)).save(tmp_path / f"{k}.png")
    answer = program("evaluate", trained, "--data", tmp_path, "--json")
    assert answer.code == 0, answer.err
    assert answer.json["train"]["recon"] > 0
    told = program("evaluate", trained, "--data", tmp_path)
    assert "differs from the images that this run was trained on" in told.err
    assert "Images were fitted from 30×20 colour to 8×8 grey.\n" in told.err
    assert answer.json["fitted"]["from"] == {"width": 30, "height": 20, "channels": 3}


def test_that_a_run_is_measured_after_its_pictures_have_gone(
    program: Any, home: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for k in range(12):
        Image.fromarray(rng.integers(0, 256, (16, 16), dtype=np.uint8)).save(folder / f"{k}.png")
    program(
        "train", "--data", folder, "--size", "16", "--net", "mlp", "--epochs", 1, "--out", tmp_path / "run"
    )
    before = program("evaluate", tmp_path / "run", "--json")
    shutil.rmtree(folder)
    after = program("evaluate", tmp_path / "run", "--json")
    assert after.code == 0, after.err
    assert after.json == before.json


def test_that_a_damaged_run_is_refused_in_one_sentence(
    program: Any, trained: Path, tmp_path: Path, expected_log: list[str]
) -> None:
    expected_log.append("damaged")
    copy = Path(shutil.copytree(trained, tmp_path / "copy"))
    for file in (copy / "snapshots").iterdir():
        file.write_bytes(file.read_bytes()[:-100])
    answer = program("evaluate", copy)
    assert answer.code == 2
    assert answer.out == ""
    assert "damaged" in answer.err
    assert len(answer.err.splitlines()) == 1


def test_that_an_older_snapshot_steps_in_and_is_noted(
    program: Any, trained: Path, tmp_path: Path, expected_log: list[str]
) -> None:
    expected_log.append("damaged")
    copy = Path(shutil.copytree(trained, tmp_path / "copy"))
    newest = RunFolder.open(copy).snapshots()[-1].path
    newest.write_bytes(newest.read_bytes()[:-100])
    answer = program("decode", copy, "--z", "0,0", "--out", tmp_path / "a.png")
    assert answer.code == 0
    assert "Note:" in answer.err
    assert newest.name in answer.err


@pytest.mark.parametrize("content", ["{", "{}", '{"format": "something else"}'])
def test_that_a_foreign_folder_is_refused_in_one_sentence(program: Any, tmp_path: Path, content: str) -> None:
    (tmp_path / "run.json").write_text(content)
    answer = program("evaluate", tmp_path)
    assert answer.code == 2
    assert str(tmp_path) in answer.err
    assert len(answer.err.splitlines()) == 1


def test_that_a_file_is_no_run(program: Any, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("hello")
    answer = program("evaluate", tmp_path / "letter.txt")
    assert answer.code == 2
    assert "letter.txt is a file; choose a run folder" in answer.err


def test_that_an_unknown_run_is_answered_with_what_there_is(program: Any, home: Path) -> None:
    answer = program("evaluate", "no-such-run")
    assert answer.code == 2
    assert "There is no run 'no-such-run'" in answer.err


def test_that_a_run_on_a_folder_keeps_its_size_where_the_pictures_suggest_another(
    program: Any, home: Path, tmp_path: Path
) -> None:
    folder, run = tmp_path / "pictures", tmp_path / "run"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for k in range(12):
        Image.fromarray(rng.integers(0, 256, (16, 16), dtype=np.uint8)).save(folder / f"{k}.png")
    program("train", "--data", folder, "--size", "24", "--net", "mlp", "--epochs", 1, "--out", run)
    content = json.loads((run / "run.json").read_text())
    content["config"]["data"] |= {"height": None, "width": None}
    (run / "run.json").write_text(json.dumps(content))
    answer = program("evaluate", run, "--json")
    assert answer.code == 0, answer.err
    assert answer.json["train"] is not None
    assert program("train", "--resume", run, "--epochs", 2).code == 0

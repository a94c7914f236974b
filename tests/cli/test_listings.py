"""What there is to open: shipped models and the person's own runs, by name too."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from vae_explorer.cli.inputs import find_run
from vae_explorer.errors import RunError


@pytest.fixture
def models(tmp_path: Path, trained: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of shipped models that holds one, "digits-2d"."""
    folder = tmp_path / "models"
    shutil.copytree(trained, folder / "digits-2d")
    monkeypatch.setattr("vae_explorer.locations._shipped", lambda name: tmp_path / name)
    return folder


def test_that_shipped_models_are_listed(program: Any, models: Path) -> None:
    answer = program("models", "--json")
    assert answer.code == 0
    assert [card["name"] for card in answer.json["models"]] == ["digits-2d"]
    assert answer.json["models"][0]["latent_dim"] == 2
    table = program("models")
    assert "digits-2d" in table.out
    assert "Digits" in table.out


def test_that_a_shipped_name_stands_for_a_run(program: Any, models: Path, tmp_path: Path) -> None:
    assert program("decode", "digits-2d", "--z", "0,0", "--out", tmp_path / "a.png").code == 0
    assert program("evaluate", "digits-2d", "--json").json["run"] == str(models / "digits-2d")


def test_that_a_folder_wins_over_a_shipped_name(
    models: Path, trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_run("digits-2d") == models / "digits-2d"
    (tmp_path / "digits-2d").mkdir()
    assert find_run("digits-2d") == Path("digits-2d")


def test_that_an_unknown_name_lists_the_shipped_models(models: Path, home: Path) -> None:
    with pytest.raises(RunError, match=r"There is no run 'x': .*\(digits-2d\)"):
        find_run("x")


def test_that_own_runs_are_found_by_name(program: Any, home: Path, trained: Path) -> None:
    shutil.copytree(trained, home / "runs" / "mine")
    assert find_run("mine") == home / "runs" / "mine"
    answer = program("runs", "--json")
    assert [card["name"] for card in answer.json["runs"]] == ["mine"]
    assert answer.json["runs"][0]["elbo"] < 0
    assert "mine" in program("runs").out


def test_that_an_empty_list_says_how_to_fill_it(program: Any, home: Path) -> None:
    answer = program("runs")
    assert answer.code == 0
    assert "vae-explorer train" in answer.err
    assert program("runs", "--json").json == {"runs": []}


def test_that_a_limit_below_one_is_refused(program: Any, home: Path) -> None:
    assert program("runs", "--limit", 0).code == 2

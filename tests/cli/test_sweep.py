"""A sweep over β from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from vae_explorer.runs.folder import RunFolder


@pytest.fixture(scope="module")
def swept(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sweep of two β; not to be changed."""
    from vae_explorer.cli import main

    out = tmp_path_factory.mktemp("sweep") / "s"
    assert main(["sweep", str(trained), "--out", str(out), "--betas", "0,4", "--epochs", "2"]) == 0
    return out


def test_that_a_sweep_leaves_runs_curve_and_page(swept: Path) -> None:
    names = sorted(file.name for file in swept.iterdir())
    assert names == ["beta-0", "beta-4", "rate-distortion.csv", "rate-distortion.html", "sweep.json"]
    stored = json.loads((swept / "sweep.json").read_text())
    points = stored["points"]
    assert (stored["betas"], stored["epochs"]) == ([0.0, 4.0], 2)
    assert stored["current"]["run"] == stored["base"]
    assert [point["beta"] for point in points] == [0.0, 4.0]
    free, bound = points
    assert free["rate"] > bound["rate"]
    assert free["distortion"] < bound["distortion"]
    assert "not a likelihood" in free["label"]
    assert (free["split"], free["n_images"], free["epochs"]) == ("validation", 180, 2)
    assert len((swept / "rate-distortion.csv").read_text().splitlines()) == 3


def test_that_finished_runs_are_kept_and_others_join(program: Any, trained: Path, swept: Path) -> None:
    before = (swept / "beta-0" / "run.json").read_bytes()
    answer = program("sweep", trained, "--out", swept, "--betas", "0, 4", "--epochs", 2, "--json")
    assert answer.code == 0, answer.err
    assert [line["found"] for line in answer.lines if line.get("event") == "run"] == [True, True]
    assert [point["beta"] for point in answer.json["points"]] == [0.0, 4.0]
    assert (swept / "beta-0" / "run.json").read_bytes() == before
    page = (swept / "rate-distortion.html").read_text(encoding="utf-8")
    assert "β = 4" in page
    assert RunFolder.open(trained).name in page  # the run that was swept, on its curve


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--betas", "1,x"), "'1,x' is not a list of numbers"),
        (("--betas", "-1"), "Each β must be from 0 to 1000, got -1."),
        (("--betas", ","), "at least one β"),
        (("--epochs", 0), "--epochs must be at least 1, got 0."),
        (("--split", "all"), "--split must be one of"),
        (("--betas", "0", "--epochs", 5), "holds a run with other settings or images"),
    ],
)
def test_that_mistakes_are_one_sentence(
    program: Any, trained: Path, swept: Path, options: tuple[object, ...], sentence: str
) -> None:
    answer = program("sweep", trained, "--out", swept, *options)
    assert answer.code == 2
    assert sentence in answer.err
    assert len(answer.err.splitlines()) == 1

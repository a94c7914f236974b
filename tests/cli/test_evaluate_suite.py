"""The suite of measures from the command line."""

from __future__ import annotations

import csv
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vae_explorer.evaluation import suite
from vae_explorer.evaluation.suite import SuiteEvent, SuiteProgressed

QUICK = ("--samples", 8, "--images", 20, "--only", "bound,likelihood")


def test_that_options_of_the_suite_ask_for_it(program: Any, trained: Path) -> None:
    answer = program("evaluate", trained, *QUICK, "--json")
    assert answer.code == 0, answer.err
    assert answer.err == ""
    assert [group["group"] for group in answer.json["groups"]] == ["bound", "likelihood"]
    figures = {each["name"]: each for group in answer.json["groups"] for each in group["figures"]}
    assert (figures["nll"]["n_images"], figures["nll"]["n_samples"]) == (20, 8)
    assert figures["nll"]["split"] == "validation"
    assert answer.json["conditions"]["seed"] == 0


def test_that_a_conditional_run_is_measured_with_its_labels(
    program: Any, home: Path, tiny: list[str], tmp_path: Path
) -> None:
    run = tmp_path / "run"
    assert program("train", *tiny, "--conditional", "--epochs", 1, "--out", run).code == 0
    groups = "likelihood,latents,aggregate,sharpness,probes,anomaly"
    answer = program("evaluate", run, "--only", groups, "--samples", 4, "--images", 20, "--json")
    assert answer.code == 0, answer.err
    assert [group["group"] for group in answer.json["groups"]] == groups.split(",")
    assert not any(group["skipped"] for group in answer.json["groups"])
    assert answer.json["conditions"]["classes"] == "Encoder and decoder are told each image's label."


def test_that_the_quick_answer_needs_no_suite(program: Any, trained: Path) -> None:
    assert "groups" not in program("evaluate", trained, "--json").json


def test_that_a_person_reads_errors_and_what_is_no_likelihood(program: Any, trained: Path) -> None:
    answer = program("evaluate", trained, *QUICK, "--split", "train")
    assert answer.code == 0, answer.err
    assert "±" in answer.out
    assert "¹ cross-entropy on grey pixels, not a likelihood" in answer.out
    assert "Digits, train: 20 of 1,617 images" in answer.out


def test_that_files_are_written(program: Any, trained: Path, tmp_path: Path) -> None:
    lines, page = tmp_path / "figures.csv", tmp_path / "report.html"
    answer = program("evaluate", trained, *QUICK, "--csv", lines, "--html", page, "--json")
    assert answer.code == 0, answer.err
    rows = list(csv.DictReader(lines.read_text(encoding="utf-8").splitlines()))
    figures = [each for group in answer.json["groups"] for each in group["figures"]]
    assert [float(row["value"]) for row in rows] == [each["value"] for each in figures]
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["figures.csv", "report.html"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--only", "taste"), "There is no group of measures 'taste': choose from bound, "),
        (("--split", "all"), "--split must be one of train, validation, test, got 'all'."),
        (("--split", "test"), "has no test images: choose from train, validation."),
        (("--samples", 0), "at least 1 sample an image, got 0."),
        (("--html", "report.pdf"), "give --html a name that ends with .html."),
        (("--csv", "no/such/folder/a.csv"), "its folder does not exist."),
    ],
)
def test_that_mistakes_are_one_sentence(
    program: Any, trained: Path, options: tuple[object, ...], sentence: str
) -> None:
    answer = program("evaluate", trained, *options)
    assert answer.code == 2
    assert sentence in answer.err
    assert len(answer.err.splitlines()) == 1


def test_that_ctrl_c_keeps_what_was_found(
    program: Any, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = suite.iterate_suite

    def interrupted(*arguments: Any) -> Iterator[SuiteEvent]:
        for event in whole(*arguments):
            if isinstance(event, SuiteProgressed) and event.group == "likelihood":
                os.kill(os.getpid(), signal.SIGINT)
            yield event

    monkeypatch.setattr(suite, "iterate_suite", interrupted)
    answer = program("evaluate", trained, *QUICK, "--json")
    assert answer.code == 130
    assert answer.json["stopped"] is True
    assert [group["group"] for group in answer.json["groups"]] == ["bound"]

"""Anomaly detection from the command line: areas, going on, and mistakes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from vae_explorer.cli.anomaly_training import trained_by
from vae_explorer.cli.console import Progress
from vae_explorer.data.load import load_now
from vae_explorer.data.spec import DataSpec
from vae_explorer.errors import ConfigError
from vae_explorer.runs.config import RunConfig
from vae_explorer.vae.config import ModelConfig

QUICK = ["--data", "digits", "--limit", 900, "--device", "cpu", "--hidden", 64, "--latent-dim", 4]


def test_that_one_class_detection_beats_guessing_and_prints_a_table(program: Any, home: Path) -> None:
    answer = program("anomaly", *QUICK, "--classes", "0,1", "--epochs", 20, "--batch-size", 32)
    assert answer.code == 0
    assert "sq. error" in answer.out
    assert max(map(len, answer.out.splitlines())) <= 80
    mean = float(answer.out.split("mean")[1].split()[0])
    assert 0.85 < mean <= 1.0
    assert "validation images of Digits" in answer.err


def test_that_machines_get_each_class_and_the_means(program: Any, home: Path) -> None:
    answer = program(
        "anomaly", *QUICK, "--protocol", "leave-one-out", "--classes", "3", "--epochs", 1, "--json"
    )
    assert answer.err == ""
    each, last = answer.lines
    assert (each["label"], each["class_name"]) == (3, "3")
    area = each["areas"]["neg-elbo"]
    assert area["interval"][0] <= area["value"] <= area["interval"][1]
    assert last["means"]["neg-elbo"]["mean"] == area["value"]
    assert last["means"]["neg-elbo"]["standard_error"] is None  # of one class
    assert last["mean"] == each["areas"]["squared-error"]["value"]
    assert each["n_train"] > 500


def test_that_every_class_can_be_the_one_left_out(program: Any, home: Path) -> None:
    options = ["--protocol", "leave-one-out", "--epochs", 10, "--batch-size", 32, "--lr", 2e-3]
    answer = program("anomaly", *QUICK, *options, "--json")
    assert answer.code == 0, answer.err
    *each, last = answer.lines
    assert [record["label"] for record in each] == list(range(10))
    areas = [record["areas"]["squared-error"] for record in each]
    (n_test,) = {area["n_normal"] + area["n_anomalous"] for area in areas}
    assert sum(area["n_anomalous"] for area in areas) == n_test  # every image is once the stranger
    for record, area in zip(each, areas, strict=True):
        assert record["n_train"] > 700
        assert area["interval"][0] <= area["value"] <= area["interval"][1]
    assert last["n_classes"] == 10
    assert last["mean"] > 0.7
    assert last["means"]["squared-error"]["test_error"] < last["means"]["squared-error"]["standard_error"]


def test_that_a_model_that_is_told_the_class_cannot_look_for_it() -> None:
    config = RunConfig(model=ModelConfig(conditional=True, n_classes=10))
    with pytest.raises(ConfigError, match="its model cannot be told"):
        trained_by(config, load_now(DataSpec.parse("digits")), Progress(None), 1)


def test_that_a_second_call_goes_on_where_the_first_ended(program: Any, home: Path, tmp_path: Path) -> None:
    out = tmp_path / "anomaly.json"
    options = [*QUICK, "--epochs", 1, "--out", out, "--json"]
    first = program("anomaly", *options, "--classes", "2")
    both = program("anomaly", *options, "--classes", "2,5")
    assert [line["label"] for line in both.lines[:-1]] == [5]
    assert both.json["n_classes"] == 2
    again = program("anomaly", *options, "--classes", "2")
    assert len(again.lines) == 1
    assert again.json["mean"] == first.json["mean"]
    other = program("anomaly", *options, "--classes", "2", "--lr", 0.1)
    assert other.code == 2
    assert "other images or settings" in other.err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--protocol", "both"], "--protocol must be one of one-class, leave-one-out, got 'both'"),
        (["--score", "beauty"], "--score must be one of squared-error"),
        (["--classes", "10"], "has classes 0 to 9, got 10"),
        (["--latent-dim", "0"], "--latent-dim must be at least 1"),
        (["--data", "nowhere"], "nowhere"),
    ],
)
def test_that_a_mistake_is_one_sentence(program: Any, home: Path, options: list[str], words: str) -> None:
    answer = program("anomaly", *QUICK, *options)
    assert answer.code == 2
    assert words in answer.err
    assert answer.err.count("\n") == 1


def test_that_a_file_that_cannot_be_written_is_refused_before_training(
    program: Any, home: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("x")
    answer = program("anomaly", *QUICK, "--epochs", 100_000, "--out", tmp_path / "file" / "a.json")
    assert answer.code == 2
    assert "cannot be" in answer.err


def test_that_a_damaged_file_is_refused_in_words(program: Any, home: Path, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{")
    answer = program("anomaly", *QUICK, "--out", tmp_path / "a.json")
    assert answer.code == 2
    assert "damaged" in answer.err

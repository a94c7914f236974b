"""What the command line calls its figures, and the options of likelihoods and binarisation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from vae_explorer.runs.folder import RunFolder


def test_that_a_cross_entropy_is_labelled_in_every_table(program: Any, trained: Path) -> None:
    answer = program("evaluate", trained)
    assert "recon†" in answer.out
    assert "−ELBO†" in answer.out
    assert "not a likelihood" in answer.out
    found = program("evaluate", trained, "--json").json
    assert found["measure"] == "cross-entropy"
    assert found["binarisation"] == "none"
    assert "bits_per_dim" not in found["train"]


def test_that_a_training_says_what_its_figures_are(program: Any, tiny: list[str], tmp_path: Path) -> None:
    answer = program("train", *tiny, "--epochs", 1, "--out", tmp_path / "grey")
    assert "cross-entropy on grey pixels, not a likelihood" in answer.err
    assert "−ELBO† " in answer.err
    assert "not a likelihood" in answer.out


def test_that_drawn_pixels_make_a_likelihood_and_are_recorded(
    program: Any, tiny: list[str], tmp_path: Path
) -> None:
    options = ("--binarisation", "dynamic", "--binarisation-seed", 4)
    answer = program("train", *tiny, *options, "--epochs", 1, "--out", tmp_path / "run", "--json")
    assert answer.json["measure"] == "probability"
    assert answer.json["binarisation"] == "dynamic"
    assert "seed 4" in answer.json["note"]
    model = RunFolder.open(tmp_path / "run").info.config.model
    assert (model.binarisation, model.binarisation_seed) == ("dynamic", 4)
    evaluated = program("evaluate", tmp_path / "run", "--json").json
    assert evaluated["validation"] == pytest.approx(answer.json["validation"], rel=1e-6)
    assert "†" not in program("evaluate", tmp_path / "run").out


def test_that_a_mixture_is_told_in_bits_per_dimension(program: Any, tiny: list[str], tmp_path: Path) -> None:
    options = ("--likelihood", "logistic-mixture", "--logistics", 3)
    answer = program("train", *tiny, *options, "--epochs", 1, "--out", tmp_path / "run")
    assert "bits/dim" in answer.out
    found = program("evaluate", tmp_path / "run", "--json").json
    assert 1.0 < found["train"]["bits_per_dim"] < 9.0
    assert found["measure"] == "probability"


def test_that_the_gated_network_is_two_layers_of_300_unless_asked_otherwise(
    program: Any, tmp_path: Path
) -> None:
    begin = ("train", "--data", "digits", "--net", "gated", "--epochs", 1, "--device", "cpu")
    assert program(*begin, "--out", tmp_path / "usual").code == 0
    assert RunFolder.open(tmp_path / "usual").info.config.model.hidden == (300, 300)
    assert program(*begin, "--hidden", "20", "--out", tmp_path / "own").code == 0
    assert RunFolder.open(tmp_path / "own").info.config.model.hidden == (20,)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            ("--likelihood", "gaussian", "--binarisation", "static"),
            "--binarisation static needs --likelihood bernoulli",
        ),
        (("--binarisation-seed", 3), "--binarisation-seed needs --binarisation static or dynamic"),
        (("--binarisation", "often"), "--binarisation must be one of none, static, dynamic, got 'often'."),
        (("--logistics", 3), "--logistics needs --likelihood logistic-mixture"),
        (("--likelihood", "logistic-mixture", "--logistics", 0), "--logistics must be at least 1, got 0."),
        (
            ("--likelihood", "gaussian-optimal", "--sigma", 1),
            "--sigma needs --likelihood gaussian, gaussian-learned or",
        ),
        (("--net", "transformer"), "--net must be one of mlp, gated, conv, residual, burgess, plugin:NAME"),
        (("--net", "plugin:nowhere"), "plugin:nowhere is not installed here"),
    ],
)
def test_that_options_without_an_effect_are_refused_in_words(
    program: Any, tmp_path: Path, options: tuple[object, ...], sentence: str
) -> None:
    answer = program("train", "--data", "digits", *options, "--out", tmp_path / "run")
    assert answer.code == 2
    assert sentence in answer.err
    assert answer.err.count("\n") == 1
    assert not (tmp_path / "run").exists()


def test_that_networks_are_listed(program: Any) -> None:
    names = [each["name"] for each in program("networks", "--json").json["networks"]]
    assert names[:5] == ["residual", "conv", "burgess", "mlp", "gated"]
    answer = program("networks")
    assert answer.code == 0
    assert "gated" in answer.out

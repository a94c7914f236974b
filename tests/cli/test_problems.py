"""Errors in words: the option, the range, what was got."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from vae_explorer.cli.notes import NotesForLater
from vae_explorer.cli.problems import checked, sentence_of
from vae_explorer.errors import ConfigError, RunError
from vae_explorer.runs.config import RunConfig
from vae_explorer.vae.config import ModelConfig


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--epochs", "0"], "--epochs must be at least 1, got 0."),
        (["--epochs", "many"], "--epochs: 'many' is not a whole number."),
        (["--epochs", "1.5"], "--epochs: '1.5' is not a whole number."),
        (["--lr", "0"], "--lr must be above 0, got 0."),
        (["--lr", "nan"], "--lr: 'nan' is not a number."),
        (
            ["--net", "transformer"],
            "--net must be one of mlp, gated, conv, residual, burgess, plugin:NAME, got 'transformer'.",
        ),
        (
            ["--likelihood", "x"],
            "gaussian-optimal, laplace, logistic-mixture, got 'x'.",
        ),
        (["--objective", "gan"], "denoising, got 'gan'."),
        (["--latent-dim", "513"], "--latent-dim must be at most 512, got 513."),
        (["--hidden", "400,x"], "--hidden: '400,x' is not a list of whole numbers like 512,256."),
        (["--hidden", "0"], "--hidden must be at least 1, got 0."),
        (["--size", "7x64"], "--size must be at least 8, got 7."),
        (["--size", "64x300"], "--size must be at most 256, got 300."),
        (["--size", "big"], "--size: 'big' is not a size in pixels like 64x48."),
        (["--fit", "squash"], "--fit must be one of pad, crop, stretch, got 'squash'."),
        (["--background", "red"], "--background must be a colour like #ffffff, got 'red'."),
        (["--limit", "1"], "--limit must be at least 2, got 1."),
        (["--validation-fraction", "1"], "--validation-fraction must be below 0.9, got 1."),
        (["--data-seed", "-1"], "--data-seed must be at least 0, got -1."),
        (["--seed", "-1"], "--seed must be at least 0, got -1."),
        (["--sigma", "0"], "--sigma must be above 0, got 0."),
        (["--hidden", "40"], "--hidden needs --net mlp or gated, and the network is residual."),
        (["--net", "conv", "--hidden", "40"], "--hidden needs --net mlp or gated, and the network is conv."),
        (["--net", "mlp", "--width", "8"], "--width needs --net conv or residual, and the network is mlp."),
        (["--sigma", "0.1"], "--sigma needs --likelihood gaussian, gaussian-learned or laplace"),
        (["--beta", "-0.5"], "--beta must be at least 0, got -0.5."),
        (["--warmup", "-1"], "--warmup must be at least 0, got -1."),
        (["--device", "tpu"], "--device must be auto, cpu, mps, cuda or cuda:1, got 'tpu'."),
        (["--batch-size"], "Option '--batch-size' requires an argument."),
        (["--epoch", "3"], "There is no option --epoch"),
        (["extra"], "There is one argument too many: extra."),
        (["--autoencoder", "--objective", "vae"], "--autoencoder and --objective vae contradict each other"),
        (["--data", "mnits"], "did you mean mnist?"),
    ],
)
def test_that_a_wrong_option_is_one_sentence_that_names_it(
    program: Any, options: list[str], sentence: str
) -> None:
    answer = program("train", *options)
    assert answer.code == 2
    assert answer.out == ""
    assert len(answer.err.splitlines()) == 1
    assert sentence in answer.err


def test_that_a_run_goes_on_in_its_own_folder_only(program: Any, trained: Path) -> None:
    answer = program("train", "--resume", trained, "--out", "elsewhere")
    assert answer.code == 2
    assert "leave --out away" in answer.err


def test_that_errors_of_the_program_pass_with_their_own_words() -> None:
    assert sentence_of(RunError("It is\n  damaged.")) == "It is damaged."


def test_that_unexpected_errors_have_no_sentence() -> None:
    assert sentence_of(ValueError("x")) is None


def test_that_lack_of_memory_is_said_with_what_to_try() -> None:
    for error in (MemoryError(), RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory")):
        assert "--batch-size" in str(sentence_of(error))


def test_that_checked_values_become_a_config_and_wrong_ones_words() -> None:
    assert checked(ModelConfig, {"latent_dim": 3}).latent_dim == 3
    with pytest.raises(ConfigError, match="--width must be at least 4, got 2"):
        checked(ModelConfig, {"width": 2})
    with pytest.raises(ConfigError, match="--other must be at least 0"):
        checked(RunConfig, {"seed": -3}, seed="--other")


def test_that_warnings_wait_until_the_command_has_succeeded(caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("vae_explorer.anything")
    notes = NotesForLater()
    with notes:
        log.info("quiet")
        log.propagate = False
        parent = logging.getLogger("vae_explorer")
        parent.handle(logging.LogRecord("quiet", logging.WARNING, "", 1, "one\nthing", None, None))
        log.propagate = True
    assert notes.messages == ["one thing"]

"""``presets`` and ``train --preset``: a recipe by name, which other options override."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from vae_explorer.cli.training_config import Asked, new_config
from vae_explorer.errors import ConfigError
from vae_explorer.runs.config import RunConfig
from vae_explorer.runs.folder import RunFolder
from vae_explorer.runs.presets import PRESETS, find_preset
from vae_explorer.vae.config import ModelConfig, ObjectiveConfig


def asked(**parts: dict[str, Any]) -> Asked:
    fields: dict[str, Any] = {"picture": {}, "model": {}, "objective": {}, "training": {}} | parts
    return Asked(data="mnist", data_root=None, **fields)


def test_that_presets_are_listed_with_their_figures(program: Any) -> None:
    listed = program("presets", "--json").json["presets"]
    assert [each["name"] for each in listed] == [preset.name for preset in PRESETS]
    for each, preset in zip(listed, PRESETS, strict=True):
        assert ModelConfig.model_validate(each["model"]) == preset.model
        assert ObjectiveConfig.model_validate(each["objective"]) == preset.objective
        assert each["figure"] == preset.figure
    table = program("presets").out
    assert all(preset.name in table for preset in PRESETS)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_that_a_preset_fills_everything_but_the_images(preset: Any) -> None:
    config = new_config(asked(), preset)
    assert config.data.source == "mnist"
    assert config == preset.applied_to(RunConfig(data=config.data))


def test_that_other_options_override_a_preset() -> None:
    basic = find_preset("basic")
    config = new_config(asked(model={"latent_dim": 5}, training={"epochs": 3, "seed": 9}), basic)
    assert config.model == basic.model.model_copy(update={"latent_dim": 5})
    assert (config.epochs, config.seed, config.batch_size) == (3, 9, basic.batch_size)


def test_that_another_objective_or_likelihood_leaves_behind_what_meant_something_else() -> None:
    basic = find_preset("basic")
    assert new_config(asked(objective={"name": "tcvae"}), basic).objective.beta == 6.0
    assert new_config(asked(model={"likelihood": "laplace"}), basic).model.binarisation == "none"
    with pytest.raises(ConfigError, match="--binarisation dynamic needs --likelihood bernoulli"):
        new_config(asked(model={"likelihood": "laplace", "binarisation": "dynamic"}), basic)


def test_that_a_run_is_trained_from_a_preset(program: Any, tmp_path: Path) -> None:
    options = ["--data", "digits", "--preset", "2d-basic", "--epochs", 1, "--hidden", "8", "--device", "cpu"]
    assert program("train", *options, "--out", tmp_path / "run", "--json").code == 0
    config = RunFolder.open(tmp_path / "run").info.config
    assert (config.model.hidden, config.batch_size) == ((8,), 64)
    assert config.objective.warmup_epochs == 10.0


def test_that_an_unknown_preset_and_one_for_an_old_run_are_refused(program: Any, trained: Path) -> None:
    answer = program("train", "--preset", "x")
    assert answer.code == 2
    assert "There is no preset 'x'" in answer.err
    answer = program("train", "--resume", trained, "--preset", "basic")
    assert answer.code == 2
    assert "--preset begins a new run" in answer.err

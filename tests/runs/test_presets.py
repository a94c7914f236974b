"""Presets: what they say, what they change and what they leave alone."""

from __future__ import annotations

import re

import pytest

from vae_explorer.data.spec import DataSpec
from vae_explorer.errors import ConfigError
from vae_explorer.runs.config import RunConfig
from vae_explorer.runs.presets import PRESETS, Preset, find_preset, preset_of
from vae_explorer.vae.config import check_fit

OWN = RunConfig(data=DataSpec(source="mnist"), seed=7, device="cpu", precision="float32", n_threads=1)


def test_that_names_and_titles_are_unique() -> None:
    assert (
        len({preset.name for preset in PRESETS}) == len({preset.title for preset in PRESETS}) == len(PRESETS)
    )


def test_that_the_recipes_people_ask_for_are_there() -> None:
    titles = {preset.title for preset in PRESETS}
    assert {"2-D, sharpest", "40-D, likelihood"} <= titles
    basic, plain = find_preset("basic").model, find_preset("2d-basic").model
    assert (basic.network, basic.hidden, basic.latent_dim) == ("mlp", (400,), 20)
    assert (plain.network, plain.hidden, plain.latent_dim) == ("mlp", (256, 128), 2)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
class TestEachPreset:
    def test_that_it_says_what_was_measured_and_on_what(self, preset: Preset) -> None:
        assert preset.about.endswith(".")
        assert re.search(r"−log p\(x\)|−ELBO", preset.figure)
        assert re.search(r"\d+\.\d", preset.figure)
        assert "MNIST" in preset.figure

    def test_that_its_figure_is_of_a_likelihood(self, preset: Preset) -> None:
        assert preset.model.binarisation == "dynamic"
        check_fit(preset.model, preset.objective)

    def test_that_it_leaves_images_seed_and_machine_alone(self, preset: Preset) -> None:
        applied = preset.applied_to(OWN)
        for name in ("data", "seed", "device", "precision", "n_threads"):
            assert getattr(applied, name) == getattr(OWN, name), name
        assert RunConfig.model_validate(applied.model_dump()) == applied

    def test_that_it_is_recognised_until_a_setting_differs(self, preset: Preset) -> None:
        applied = preset.applied_to(OWN)
        assert preset_of(applied) is preset
        assert preset_of(applied.model_copy(update={"epochs": preset.epochs + 1})) is None
        wider = preset.model.model_copy(update={"latent_dim": 3})
        assert preset_of(applied.model_copy(update={"model": wider})) is None


def test_that_the_defaults_follow_no_preset() -> None:
    assert preset_of(RunConfig()) is None


def test_that_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"There is no preset 'x': choose from 2d-sharpest, "):
        find_preset("x")

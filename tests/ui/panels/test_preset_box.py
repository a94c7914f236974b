"""The preset chooser of the setup: fills the fields, and says when they follow nobody's recipe."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from vae_explorer.data.spec import DataSpec
from vae_explorer.runs.config import RunConfig
from vae_explorer.runs.presets import PRESETS, Preset, find_preset
from vae_explorer.ui.panels.setup_panel import SetupPanel
from vae_explorer.ui.session import Session, TrainingState


@pytest.fixture
def panel(qtbot: QtBot, session: Session) -> SetupPanel:
    panel = SetupPanel(session)
    qtbot.addWidget(panel)
    panel.resize(272, 700)
    panel.show()
    return panel


def choose(panel: SetupPanel, name: str) -> None:
    box = panel.model.preset
    box.set_value(name)
    box.activated.emit(box.currentIndex())


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_that_a_preset_fills_the_settings_and_changes_nothing_else(panel: SetupPanel, preset: Preset) -> None:
    before = RunConfig(data=DataSpec(source="mnist"), seed=5, precision="float32")
    panel.set_config(before)
    assert panel.model.preset.value == ""
    choose(panel, preset.name)
    assert panel.config() == preset.applied_to(before)
    assert panel.model.preset.value == preset.name
    assert preset.figure in panel.model.preset.toolTip()


def test_that_any_other_setting_makes_it_custom_and_going_back_makes_it_the_preset(panel: SetupPanel) -> None:
    choose(panel, "basic")
    panel.training.epochs.setText("21")
    assert panel.model.preset.currentText() == "Custom"
    panel.training.epochs.setText("20")
    assert panel.model.preset.value == "basic"
    panel.model.latent_dim.setText("oops")
    assert panel.model.preset.currentText() == "Custom"
    panel.model.latent_dim.setText("20")
    panel.training.seed.setText("17")  # which is nobody's recipe
    assert panel.model.preset.value == "basic"


def test_that_choosing_custom_changes_nothing(panel: SetupPanel) -> None:
    choose(panel, "2d-basic")
    before = panel.config()
    choose(panel, "")
    assert panel.config() == before
    assert panel.model.preset.value == "2d-basic"


def test_that_the_preset_of_a_run_is_shown(panel: SetupPanel) -> None:
    panel.set_config(find_preset("40d-likelihood").applied_to(RunConfig()))
    assert panel.model.preset.value == "40d-likelihood"


def test_that_each_preset_says_what_it_is_for_in_the_list(panel: SetupPanel) -> None:
    box = panel.model.preset
    for place, preset in enumerate(PRESETS, start=1):
        assert preset.about in box.itemData(place, Qt.ItemDataRole.ToolTipRole)


def test_that_no_preset_can_be_chosen_while_a_training_runs(panel: SetupPanel) -> None:
    choose(panel, "basic")
    panel.set_training_state(TrainingState.RUNNING)
    assert not panel.model.preset.isEnabled()
    assert "Fixed while training" in panel.model.preset.toolTip()
    panel.set_training_state(TrainingState.IDLE)
    assert panel.model.preset.isEnabled()
    assert find_preset("basic").figure in panel.model.preset.toolTip()

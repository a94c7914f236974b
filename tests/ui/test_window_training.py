"""What steers a training in the window: the Train menu, Setup, and a sweep that stands in the way."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from vae_explorer.data.spec import DataSpec
from vae_explorer.runs.config import RunConfig
from vae_explorer.ui import window_training
from vae_explorer.ui.main_window import MainWindow
from vae_explorer.ui.session import TrainingState
from vae_explorer.vae.config import ModelConfig

WAIT_MS = 30_000
LONG = RunConfig(
    data=DataSpec(source="digits"),
    model=ModelConfig(network="mlp", hidden=(32,), latent_dim=2),
    epochs=50_000,
)


def allowed(window: MainWindow) -> set[str]:
    return {name for name in ("train", "continue", "pause", "stop") if window.menus.actions[name].isEnabled()}


def test_that_a_training_waits_for_the_sweep_to_stop_if_the_person_agrees(
    sweeping_window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = sweeping_window
    desk, session = window.panels.sweep.panel.desk, window.session
    monkeypatch.setattr(window_training, "may_stop_sweep", lambda *_: False)
    window.panels.setup.train_requested.emit(LONG)
    assert desk.is_running
    assert session.training_state is TrainingState.IDLE
    monkeypatch.setattr(window_training, "may_stop_sweep", lambda *_: True)
    window.panels.setup.train_requested.emit(LONG)
    qtbot.waitUntil(lambda: session.training_state is TrainingState.RUNNING, timeout=WAIT_MS)
    assert not desk.is_running
    assert not window.panels.sweep.panel.choices.can_start


def test_that_the_train_menu_trains_what_is_set_holds_it_and_stops_it(
    window: MainWindow, qtbot: QtBot
) -> None:
    session, actions = window.session, window.menus.actions
    assert allowed(window) == {"train"}
    window.panels.setup.set_config(LONG)
    window.show_start_page()
    actions["train"].trigger()
    assert window.panels.centre.currentWidget() is window.panels.map
    qtbot.waitUntil(lambda: session.training_state is TrainingState.RUNNING, timeout=WAIT_MS)
    assert allowed(window) == {"pause", "stop"}
    actions["pause"].trigger()
    assert session.training_state is TrainingState.PAUSED
    assert allowed(window) == {"pause", "stop"}
    actions["pause"].trigger()
    assert session.training_state is TrainingState.RUNNING
    qtbot.waitUntil(lambda: session.explorer is not None, timeout=WAIT_MS)
    with qtbot.waitSignal(window.workspace.training_ended, timeout=WAIT_MS):
        actions["stop"].trigger()
    assert allowed(window) == {"train", "continue"}
    run = window.workspace.run
    actions["continue"].trigger()
    qtbot.waitUntil(lambda: session.training_state is TrainingState.RUNNING, timeout=WAIT_MS)
    assert window.workspace.run is run


def test_that_settings_that_are_not_valid_train_nothing(window: MainWindow) -> None:
    window.panels.setup.training.epochs.setText("many")
    window.training.train()
    assert window.session.training_state is TrainingState.IDLE

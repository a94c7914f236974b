"""β and learning rate of a training under way: told once they rest, and only while somebody listens."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from vae_explorer.runs.config import RunConfig
from vae_explorer.runs.history import SettingMark
from vae_explorer.ui.panels.live_settings import LiveSettings
from vae_explorer.ui.panels.setup_model import ModelSettings
from vae_explorer.ui.panels.setup_training import TrainingSettings
from vae_explorer.ui.session import TrainingState

MARK = SettingMark(step=15, epoch=1.5, name="beta", value=4.0)


@pytest.fixture
def model(qtbot: QtBot) -> ModelSettings:
    model = ModelSettings()
    qtbot.addWidget(model)
    return model


@pytest.fixture
def training(qtbot: QtBot) -> TrainingSettings:
    training = TrainingSettings()
    qtbot.addWidget(training)
    return training


@pytest.fixture
def live(model: ModelSettings, training: TrainingSettings) -> LiveSettings:
    return LiveSettings(model, training)


def heard_by(live: LiveSettings) -> list[tuple[str, float]]:
    heard: list[tuple[str, float]] = []
    live.beta_changed.connect(lambda value: heard.append(("beta", value)))
    live.learning_rate_changed.connect(lambda value: heard.append(("learning_rate", value)))
    return heard


def test_that_only_the_last_value_of_a_drag_is_told(
    live: LiveSettings, model: ModelSettings, training: TrainingSettings, qtbot: QtBot
) -> None:
    heard = heard_by(live)
    live.set_state(TrainingState.RUNNING)
    for beta in (2.0, 3.0, 5.0):
        model.beta.set_value(beta)
    training.learning_rate.set_value(1e-4)
    assert not heard
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [("beta", 5.0), ("learning_rate", 1e-4)]


@pytest.mark.parametrize("state", [TrainingState.IDLE, TrainingState.LOADING, TrainingState.STOPPING])
def test_that_nothing_is_told_where_nothing_trains(
    live: LiveSettings, model: ModelSettings, qtbot: QtBot, state: TrainingState
) -> None:
    live.set_state(state)
    with qtbot.assertNotEmitted(live.beta_changed, wait=300):
        model.beta.set_value(7.0)


def test_that_a_change_that_comes_too_late_is_dropped(
    live: LiveSettings, model: ModelSettings, qtbot: QtBot
) -> None:
    live.set_state(TrainingState.RUNNING)
    with qtbot.assertNotEmitted(live.beta_changed, wait=300):
        model.beta.set_value(7.0)
        live.set_state(TrainingState.IDLE)


def test_that_the_fields_show_what_the_run_was_last_trained_with(
    live: LiveSettings, model: ModelSettings, training: TrainingSettings
) -> None:
    live.set_run(RunConfig(learning_rate=3e-4))
    live.set_marks((MARK,))
    live.show_in_force()
    assert (model.beta.value, training.learning_rate.value) == (4.0, 3e-4)


def test_that_a_run_that_goes_on_is_told_what_differs_from_what_is_in_force(
    live: LiveSettings, model: ModelSettings, training: TrainingSettings
) -> None:
    heard = heard_by(live)
    live.set_run(RunConfig())
    live.set_marks((MARK,))
    live.show_in_force()
    live.tell_changes_of_a_pause(20)
    assert not heard
    model.beta.set_value(8.0)
    live.tell_changes_of_a_pause(0)  # a new run has its settings already
    assert not heard
    live.tell_changes_of_a_pause(20)
    assert heard == [("beta", 8.0)]

"""How a training begins: with the pictures at hand, after waiting for them, and with what may change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from vae_explorer.data.spec import DataSpec
from vae_explorer.runs.config import RunConfig
from vae_explorer.ui.data_desk import DataDesk
from vae_explorer.ui.preferences import Preferences
from vae_explorer.ui.session import Session, TrainingState
from vae_explorer.ui.training_desk import TrainingDesk
from vae_explorer.ui.training_start import TrainingStart, continued
from vae_explorer.vae.config import ModelConfig, ObjectiveConfig

WAIT_MS = 30_000
SMALL = RunConfig(
    data=DataSpec(source="digits"),
    model=ModelConfig(network="mlp", hidden=(16,), latent_dim=2),
    epochs=1,
)


@pytest.fixture
def desk(session: Session, home: Path) -> Iterator[TrainingDesk]:
    desk = TrainingDesk(session)
    yield desk
    desk.shut_down()


@pytest.fixture
def data(session: Session, home: Path) -> Iterator[DataDesk]:
    data = DataDesk(session, Preferences())
    yield data
    data.shut_down()


@pytest.fixture
def start(session: Session, data: DataDesk, desk: TrainingDesk) -> TrainingStart:
    return TrainingStart(session, data, desk)


def test_that_pictures_are_read_first_and_kept_for_the_next_training(
    start: TrainingStart, data: DataDesk, desk: TrainingDesk, session: Session, qtbot: QtBot
) -> None:
    told: list[object] = []
    session.training_state_changed.connect(told.append)
    start.beginning.connect(lambda: told.append("beginning"))
    for _ in range(2):
        with qtbot.waitSignal(desk.ended, timeout=WAIT_MS):
            start.start_new(SMALL)
    once = ["beginning", TrainingState.RUNNING, TrainingState.IDLE]
    assert told == [TrainingState.LOADING, *once, *once]
    assert data.images_of(SMALL.data) is desk.images


def test_that_pictures_wanted_for_something_else_begin_no_training(
    start: TrainingStart, data: DataDesk, desk: TrainingDesk, qtbot: QtBot, tmp_path: Path
) -> None:
    with qtbot.waitSignal(data.download_wanted, timeout=WAIT_MS):
        start.start_new(SMALL.model_copy(update={"data": DataSpec(source="kmnist", data_root=tmp_path)}))
    with qtbot.waitSignal(data.chosen, timeout=WAIT_MS):
        start.read_wanted(SMALL.data)
    assert not desk.is_running
    assert data.images_of(SMALL.data) is not None


def test_that_a_training_is_forgotten_when_the_person_chooses_other_pictures(
    start: TrainingStart, data: DataDesk, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    absent = DataSpec(source="kmnist", data_root=tmp_path)
    with qtbot.waitSignal(data.download_wanted, timeout=WAIT_MS):
        start.start_new(SMALL.model_copy(update={"data": absent}))
    with qtbot.waitSignal(data.download_wanted, timeout=WAIT_MS):  # declined; later the same set, to look at
        data.load(absent)
    told: list[TrainingState] = []
    session.training_state_changed.connect(told.append)
    with qtbot.waitSignal(data.download_wanted, timeout=WAIT_MS):  # accepted
        start.read_wanted(absent)
    assert not told  # no training waits for them


def test_that_only_what_may_change_changes_when_a_run_goes_on() -> None:
    run = SMALL.model_copy(update={"objective": ObjectiveConfig(beta=1.0, warmup_epochs=3.0)})
    wanted = RunConfig(
        epochs=9,
        device="cpu",
        learning_rate=1e-4,
        batch_size=7,
        objective=ObjectiveConfig(beta=4.0),
    )
    after = continued(run, wanted)
    assert (after.epochs, after.device, after.learning_rate, after.objective.beta) == (9, "cpu", 1e-4, 4.0)
    assert after.objective.warmup_epochs == 3.0
    assert (after.model, after.data, after.batch_size) == (run.model, run.data, run.batch_size)
    assert continued(run, None) == run

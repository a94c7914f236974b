"""How far a run has come: from its history between trainings, from events while it trains."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from vae_explorer.runs.config import RunConfig
from vae_explorer.runs.history import EpochRecord, History, Losses
from vae_explorer.training.events import Diverged, Progressed, Started
from vae_explorer.ui.panels.loss_section import LossSection
from vae_explorer.ui.panels.training_controls import TrainingControls
from vae_explorer.ui.panels.training_progress import TrainingProgress
from vae_explorer.ui.session import TrainingState


@pytest.fixture
def controls(qtbot: QtBot) -> TrainingControls:
    return TrainingControls()


@pytest.fixture
def loss(qtbot: QtBot) -> LossSection:
    return LossSection()


@pytest.fixture
def progress(qtbot: QtBot, controls: TrainingControls, loss: LossSection) -> Iterator[TrainingProgress]:
    rail = QWidget()
    column = QVBoxLayout(rail)
    column.addWidget(controls)
    column.addWidget(loss)
    qtbot.addWidget(rail)
    rail.show()
    yield TrainingProgress(controls, loss, rail)
    rail.hide()


def history(n: int) -> History:
    losses = Losses(recon=100.0, kl=5.0)
    return History(
        epochs=tuple(
            EpochRecord(
                epoch=e,
                step=10 * e,
                train=losses,
                validation=None,
                beta=1.0,
                learning_rate=1e-3,
                seconds=1.0,
            )
            for e in range(1, n + 1)
        )
    )


def progressed(step: int, epoch: int, fraction: float) -> Progressed:
    return Progressed(epoch, step, fraction, Losses(recon=140.0, kl=2.5), 1.0, 1e-3, 2_000.0, 30.0)


def started(epochs: int, step: int = 0) -> Started:
    return Started(RunConfig(epochs=epochs), "cpu", "CPU · 1 thread", 1000, 90, 10, step // 10, step)


@pytest.mark.parametrize(
    ("done", "words", "bar"), [(1, "Epoch 1/4 · stopped", 250), (4, "Epoch 4/4 · done", 1000)]
)
def test_that_between_trainings_the_history_tells(
    progress: TrainingProgress, controls: TrainingControls, done: int, words: str, bar: int
) -> None:
    progress.show_history(history(done))
    progress.set_epochs(4)
    assert progress.epochs_done == done
    assert controls.words == words
    assert controls.bar.value() == bar


def test_that_a_run_without_a_finished_epoch_shows_no_bar(
    progress: TrainingProgress, controls: TrainingControls
) -> None:
    progress.show_history(history(2))
    progress.set_epochs(4)
    progress.show_history(History())
    assert progress.epochs_done == 0
    assert controls.bar.isHidden()


def test_that_a_run_that_goes_on_begins_where_it_stopped(
    progress: TrainingProgress, controls: TrainingControls
) -> None:
    progress.set_state(TrainingState.RUNNING)
    progress.follow(started(epochs=4, step=20))
    assert controls.bar.value() == 500
    assert controls.words == "Epoch 2/4"


def test_that_a_report_lies_on_the_chart_at_its_epoch(
    progress: TrainingProgress, controls: TrainingControls, loss: LossSection
) -> None:
    progress.set_state(TrainingState.RUNNING)
    progress.follow(started(epochs=4))
    progress.follow(progressed(step=15, epoch=1, fraction=0.375))
    assert controls.words == "Epoch 2/4 · 2,000 img/s · 0:30 left"
    loss.chart._draw()
    curve = loss.chart.curve("elbo", "train")
    assert curve is not None
    assert (curve.x.tolist(), curve.y.tolist()) == ([1.5], [142.5])
    assert "142.5" in loss.aside.text()


def test_that_a_paused_training_keeps_its_word_when_a_late_report_comes(
    progress: TrainingProgress, controls: TrainingControls
) -> None:
    progress.set_state(TrainingState.RUNNING)
    progress.follow(started(epochs=4))
    controls.set_state(TrainingState.PAUSED)
    progress.set_state(TrainingState.PAUSED)
    progress.follow(progressed(step=15, epoch=1, fraction=0.375))
    assert controls.words == "Epoch 2/4 · paused"


def test_that_a_loss_that_is_not_finite_is_said(
    progress: TrainingProgress, controls: TrainingControls
) -> None:
    progress.set_state(TrainingState.RUNNING)
    progress.follow(started(epochs=4))
    progress.follow(Diverged(15, "The loss is not finite.", None))  # type: ignore[arg-type]  # not looked at
    assert "stopped: the loss is not finite" in controls.words


def test_that_a_training_that_a_person_stops_is_called_stopped(
    progress: TrainingProgress, controls: TrainingControls
) -> None:
    progress.set_state(TrainingState.RUNNING)
    progress.follow(started(4))
    progress.follow(progressed(15, 1, 0.375))
    assert "left" in controls.words
    progress.set_state(TrainingState.STOPPING)
    progress.set_state(TrainingState.IDLE)
    assert controls.words == "Epoch 2/4 · stopped"


def test_that_one_that_ended_by_itself_keeps_its_words(
    progress: TrainingProgress, controls: TrainingControls
) -> None:
    progress.set_state(TrainingState.RUNNING)
    progress.follow(started(4))
    progress.follow(Diverged(15, "The loss is not finite.", None))  # type: ignore[arg-type]  # not looked at
    progress.set_state(TrainingState.IDLE)
    assert controls.words.endswith("the loss is not finite")

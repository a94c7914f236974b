"""``TrainingProgress``: tells on the controls and in the loss section how far the run on screen has come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from vae_explorer.runs.history import History
from vae_explorer.ui.panels.loss_section import LossSection
from vae_explorer.ui.panels.training_controls import TrainingControls
from vae_explorer.ui.session import TrainingState

if TYPE_CHECKING:
    from vae_explorer.training.events import TrainingEvent

__all__ = ["TrainingProgress"]


class TrainingProgress(QObject):
    """Follows a training event by event; between trainings it shows what the history holds."""

    def __init__(self, controls: TrainingControls, loss: LossSection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controls = controls
        self._loss = loss
        self._state = TrainingState.IDLE
        self._epochs: int | None = None  # that the run on screen was to have
        self._epochs_done = 0
        self._steps_per_epoch = 1
        self._is_under_way = False  # a training has told that it began, and not yet how it ended

    @property
    def epochs_done(self) -> int:
        """Finished epochs of the run on screen."""
        return self._epochs_done

    def set_state(self, state: TrainingState) -> None:
        was_active, self._state = self._state.is_active, state
        if was_active and state is TrainingState.IDLE and self._is_under_way:
            self._is_under_way = False
            self._controls.show_words("stopped")  # by a person, or by an error that is told elsewhere

    def set_epochs(self, epochs: int) -> None:
        """How many epochs the run on screen was to have."""
        self._epochs = epochs
        self._show_epochs_done()

    def show_history(self, history: History) -> None:
        """Show the finished epochs of the run on screen, and where a setting was changed."""
        if self._state is TrainingState.IDLE or not history.epochs:
            self._loss.chart.clear_live()
        self._epochs_done = history.epochs[-1].epoch if history.epochs else 0
        self._loss.show_history(history, history.marks)
        self._show_epochs_done()

    def follow(self, event: TrainingEvent) -> None:
        """Show what a training tells: progress, live losses, its end."""
        from vae_explorer.training import events

        controls, loss = self._controls, self._loss
        match event:
            case events.Started():
                self._is_under_way = True
                self._steps_per_epoch = max(1, event.steps_per_epoch)
                self._epochs = max(1, event.config.epochs)
                loss.chart.clear_live()
                controls.show_words("")
                fraction = event.step / (self._steps_per_epoch * self._epochs)
                controls.show_progress(fraction, event.epoch, self._epochs)
            case events.Progressed():
                total = self._epochs or event.epoch
                controls.show_progress(event.fraction, event.epoch + (event.fraction < 1.0), total)
                if self._state is TrainingState.RUNNING:
                    controls.show_speed(event.images_per_s, event.remaining_s)
                losses = event.losses
                x = event.step / self._steps_per_epoch
                loss.chart.append_live(x, losses.recon, losses.kl, losses.extra)
                loss.show_losses(losses)
            case events.Diverged():
                self._is_under_way = False
                controls.show_words("stopped: the loss is not finite")
            case events.Finished():
                self._is_under_way = False
                controls.show_words("done", "done")
                loss.show_losses(event.validation or event.train)

    def _show_epochs_done(self) -> None:
        if self._state is not TrainingState.IDLE:
            return
        if self._epochs_done and self._epochs is not None:
            total = max(self._epochs, self._epochs_done)
            self._controls.show_progress(self._epochs_done / total, self._epochs_done, total)
            done = self._epochs_done >= total
            self._controls.show_words("done" if done else "stopped", "done" if done else "")
        else:
            self._controls.clear_progress()

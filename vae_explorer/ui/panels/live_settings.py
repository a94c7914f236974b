"""``LiveSettings``: β and learning rate of the run on screen, which may change while it trains."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from vae_explorer.runs.config import RunConfig
from vae_explorer.runs.history import SettingMark
from vae_explorer.ui.panels.run_settings import setting_in_force
from vae_explorer.ui.panels.setup_model import ModelSettings
from vae_explorer.ui.panels.setup_training import TrainingSettings
from vae_explorer.ui.session import TrainingState

__all__ = ["LiveSettings"]

_SETTLE_MS = 250  # a dragged slider makes one change, and one mark, not fifty


class LiveSettings(QObject):
    """Tells a training under way what a person does to its fields, once they have come to rest.

    Signals
    -------
    beta_changed, learning_rate_changed
        New values while training runs or is paused.
    """

    beta_changed = Signal(float)
    learning_rate_changed = Signal(float)

    def __init__(
        self, model: ModelSettings, training: TrainingSettings, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._beta = model.beta
        self._learning_rate = training.learning_rate
        self._state = TrainingState.IDLE
        self._run = RunConfig()  # as the run on screen began
        self._marks: tuple[SettingMark, ...] = ()  # what was changed while it trained
        self._waiting: dict[str, float] = {}  # until they have come to rest
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self._on_settle_timeout)
        model.beta_changed.connect(self._on_model_beta_changed)
        training.learning_rate_changed.connect(self._on_training_learning_rate_changed)

    def set_run(self, config: RunConfig) -> None:
        """The settings that the run on screen began with."""
        self._run = config

    def set_marks(self, marks: tuple[SettingMark, ...]) -> None:
        """What was changed while the run on screen trained."""
        self._marks = marks

    def set_state(self, state: TrainingState) -> None:
        """Whether there is a training that can be told."""
        self._state = state
        if state is TrainingState.IDLE:
            self._settle.stop()
            self._waiting.clear()

    def show_in_force(self) -> None:
        """Fill the fields with what the run on screen was last trained with; nobody is told."""
        self._beta.set_value(self._in_force("beta"))
        self._learning_rate.set_value(self._in_force("learning_rate"))
        self._waiting.clear()

    def tell_changes_of_a_pause(self, step: int) -> None:
        """A run that goes on at `step` takes what the fields hold, if they changed since it stopped."""
        if step == 0:
            return
        if self._beta.value != self._in_force("beta"):
            self.beta_changed.emit(self._beta.value)
        if self._learning_rate.value != self._in_force("learning_rate"):
            self.learning_rate_changed.emit(self._learning_rate.value)

    def _in_force(self, name: Literal["beta", "learning_rate"]) -> float:
        return setting_in_force(name, self._run, self._marks)

    def _tell_soon(self, name: str, value: float) -> None:
        if self._state in (TrainingState.RUNNING, TrainingState.PAUSED):
            self._waiting[name] = value
            self._settle.start()

    @Slot(float)
    def _on_model_beta_changed(self, beta: float) -> None:
        self._tell_soon("beta", beta)

    @Slot(float)
    def _on_training_learning_rate_changed(self, learning_rate: float) -> None:
        self._tell_soon("learning_rate", learning_rate)

    @Slot()
    def _on_settle_timeout(self) -> None:
        changes, self._waiting = self._waiting, {}
        if "beta" in changes:
            self.beta_changed.emit(changes["beta"])
        if "learning_rate" in changes:
            self.learning_rate_changed.emit(changes["learning_rate"])

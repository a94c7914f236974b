"""Joins what steers a training (Setup, the Train menu) to the workspace that carries it out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from vae_explorer.runs.config import RunConfig
from vae_explorer.ui.questions import may_stop_sweep
from vae_explorer.ui.session import TrainingState

if TYPE_CHECKING:
    from vae_explorer.ui.main_window import MainWindow

__all__ = ["WindowTraining"]


class WindowTraining(QObject):
    """Verbs of the Train menu in `window`; Setup and the menu are allowed what makes sense."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._setup = window.panels.setup
        session, work, setup = window.session, window.workspace, self._setup

        setup.train_requested.connect(self._on_setup_train_requested)
        setup.continue_requested.connect(self.continue_run)
        setup.pause_requested.connect(work.desk.pause)
        setup.resume_requested.connect(work.desk.resume)
        setup.stop_requested.connect(work.stop_training)
        setup.beta_changed.connect(work.desk.set_beta)
        setup.learning_rate_changed.connect(work.desk.set_learning_rate)

        session.training_state_changed.connect(self._on_session_training_state_changed)
        session.training_event.connect(setup.on_training_event)
        session.history_changed.connect(setup.set_history)
        work.resumable_changed.connect(self._on_workspace_resumable_changed)

    @Slot()
    def train(self) -> None:
        """Train a new model with the settings in Setup, if they are valid and nothing trains."""
        config = self._setup.config()
        if config is not None and self._window.session.training_state is TrainingState.IDLE:
            self._train(config)

    @Slot()
    def continue_run(self) -> None:
        """Train the run on screen on from where it stopped."""

        def go_on() -> None:
            self._window.show_map()
            self._window.workspace.continue_training(self._setup.config())

        self._without_sweep("training", go_on)

    @Slot()
    def toggle_pause(self) -> None:
        if self._window.session.training_state is TrainingState.PAUSED:
            self._window.workspace.desk.resume()
        else:
            self._window.workspace.desk.pause()

    def show_state(self, state: TrainingState) -> None:
        """Allow in Setup and in the Train menu what makes sense now."""
        self._setup.set_training_state(state)
        actions = self._window.menus.actions
        actions["train"].setEnabled(state is TrainingState.IDLE)
        actions["continue"].setEnabled(self._window.workspace.is_resumable)
        actions["pause"].setEnabled(state in (TrainingState.RUNNING, TrainingState.PAUSED))
        actions["stop"].setEnabled(state.is_active)

    # --- slots ---------------------------------------------------------------------------------

    @Slot(object)
    def _on_setup_train_requested(self, config: RunConfig) -> None:
        self._train(config)

    @Slot(object)
    def _on_session_training_state_changed(self, state: TrainingState) -> None:
        self.show_state(state)

    @Slot(bool)
    def _on_workspace_resumable_changed(self, is_resumable: bool) -> None:
        self._setup.set_resumable(is_resumable)
        self._window.menus.actions["continue"].setEnabled(is_resumable)

    # --- private -------------------------------------------------------------------------------

    def _train(self, config: RunConfig) -> None:
        def begin() -> None:
            self._window.show_map()
            self._window.workspace.start_training(config)

        self._without_sweep("training", begin)

    def _without_sweep(self, before: str, action: Callable[[], None]) -> None:
        """Do `action`; a sweep under way ends first, if the person agrees."""
        desk = self._window.panels.sweep_desk
        if desk is None:
            action()
        elif not desk.is_running or may_stop_sweep(self._window, before):
            desk.stop_then(action)

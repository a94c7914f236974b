"""``TrainingDesk``: starts, holds, steers and ends the one training of the window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from vae_explorer.data.image_set import ImageSet
from vae_explorer.runs.config import RunConfig
from vae_explorer.runs.folder import RunFolder
from vae_explorer.runs.history import History
from vae_explorer.runs.naming import new_run_path
from vae_explorer.ui.session import Session, TrainingState
from vae_explorer.ui.threads.generator_runner import GeneratorRunner

if TYPE_CHECKING:
    from vae_explorer.training.control import TrainControl
    from vae_explorer.training.events import TrainingEvent

__all__ = ["TrainingDesk"]


class TrainingDesk(QObject):
    """Owns the training thread; keeps the session's training state.

    Signals
    -------
    run_created
        `RunFolder` of a new training, before its first event.
    history_read
        `History` that a continued run begins with.
    event_received
        `TrainingEvent`.
    ended
        The thread is done: finished, stopped or failed (then `Session.problem` said why).
    """

    run_created = Signal(object)
    history_read = Signal(object)
    event_received = Signal(object)
    ended = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._runner = GeneratorRunner("training", self)
        self._runner.event_received.connect(self._on_runner_event_received)
        self._runner.failed.connect(session.problem)
        self._runner.ended.connect(self._on_runner_ended)
        self._control: TrainControl | None = None
        self._images: ImageSet | None = None

    @property
    def is_running(self) -> bool:
        return self._runner.is_running

    @property
    def images(self) -> ImageSet | None:
        """What is being trained on, or was last."""
        return self._images

    def start_new(self, config: RunConfig, images: ImageSet) -> None:
        """Train `config` in a new run folder."""

        def make() -> Iterator[object]:
            from vae_explorer.vae.model import try_plugin

            try_plugin(config.model, config.objective, images.image_shape)
            run = RunFolder.create(new_run_path(config), config, images)
            yield run
            yield from self._events(config, images, run)

        self._begin(make, images)

    def continue_run(self, config: RunConfig, images: ImageSet, run: RunFolder) -> None:
        """Train `run` on from where it stopped."""

        def make() -> Iterator[object]:
            yield run.history()  # a stop may have come between an epoch's record and its event
            yield from self._events(config, images, run)

        self._begin(make, images)

    def pause(self) -> None:
        if self._session.training_state is TrainingState.RUNNING:
            self._runner.pause()
            self._session.set_training_state(TrainingState.PAUSED)

    def resume(self) -> None:
        if self._session.training_state is TrainingState.PAUSED:
            self._runner.resume()
            self._session.set_training_state(TrainingState.RUNNING)

    def stop(self) -> None:
        """Stop at the next step; weights and state are saved."""
        if self.is_running:
            self._session.set_training_state(TrainingState.STOPPING)
            self._runner.request_stop()

    def set_beta(self, beta: float) -> None:
        """Change the weight of KL of the training under way."""
        if self._control is not None:
            self._control.set_beta(beta)

    def set_learning_rate(self, learning_rate: float) -> None:
        """Change the learning rate of the training under way."""
        if self._control is not None:
            self._control.set_learning_rate(learning_rate)

    def shut_down(self) -> None:
        """Stop, save, and wait for the thread."""
        self._runner.shut_down()

    def _begin(self, make: Callable[[], Iterator[object]], images: ImageSet) -> None:
        self._images = images
        self._session.set_training_state(TrainingState.RUNNING)
        self._runner.start(make)

    def _events(self, config: RunConfig, images: ImageSet, run: RunFolder) -> Iterator[TrainingEvent]:
        """Runs on the training thread."""
        from vae_explorer.training.control import TrainControl
        from vae_explorer.training.devices import configure_threads
        from vae_explorer.training.train import train

        configure_threads(leave_one_free=True)
        control = TrainControl()
        self._control = control
        yield from train(config, images, run, control)

    @Slot(object)
    def _on_runner_event_received(self, event: object) -> None:
        match event:
            case RunFolder():
                self.run_created.emit(event)
            case History():
                self.history_read.emit(event)
            case _:
                self.event_received.emit(event)

    @Slot()
    def _on_runner_ended(self) -> None:
        self._control = None
        self._session.set_training_state(TrainingState.IDLE)
        self.ended.emit()

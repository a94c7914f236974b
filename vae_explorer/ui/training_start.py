"""``TrainingStart``: begins trainings, once the pictures that they need are there."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from vae_explorer.data.load import LoadFinished
from vae_explorer.data.spec import DataSpec
from vae_explorer.runs.config import RunConfig
from vae_explorer.runs.folder import RunFolder
from vae_explorer.ui.data_desk import DataDesk
from vae_explorer.ui.run_opening import give_up_opening
from vae_explorer.ui.session import Session
from vae_explorer.ui.training_desk import TrainingDesk

__all__ = ["TrainingStart", "continued"]


def continued(run: RunConfig, wanted: RunConfig | None) -> RunConfig:
    """`run` with what of `wanted` may change when it is trained on: epochs, device, β and learning rate."""
    if wanted is None:
        return run
    changes = {name: getattr(wanted, name) for name in ("epochs", "device", "learning_rate")}
    objective = run.objective.model_copy(update={"beta": wanted.objective.beta})
    return run.model_copy(update={**changes, "objective": objective})


class TrainingStart(QObject):
    """Brings the settings of a training and its pictures to the training desk.

    Signals
    -------
    beginning
        The desk is about to start: what is on screen gives way.
    """

    beginning = Signal()

    def __init__(self, session: Session, data: DataDesk, desk: TrainingDesk) -> None:
        super().__init__(desk)
        self._session = session
        self._data = data
        self._desk = desk
        self._waiting: RunConfig | None = None  # a training whose pictures are being read
        data.choosing.connect(self._on_data_choosing)

    def start_new(self, config: RunConfig, *, download: bool = False) -> None:
        """Train a new run; reads its pictures first if they are not there yet."""
        give_up_opening(self._session)
        spec = self._data.located(config.data)
        config = config.model_copy(update={"data": spec})
        images = self._data.images_of(spec)
        if images is not None:
            self.beginning.emit()
            self._desk.start_new(config, images)
            return
        self._waiting = config

        def then_train(loaded: LoadFinished) -> None:
            self._waiting = None
            self._data.hold(loaded, spec)
            self.beginning.emit()
            self._desk.start_new(config, loaded.images)

        self._data.fetch(spec, then_train, download=download)

    def read_wanted(self, spec: DataSpec, *, download: bool = False) -> None:
        """Read `spec`, which was not at hand; a training that waits for it then begins."""
        config, self._waiting = self._waiting, None
        if config is None or config.data.source != spec.source:
            self._data.load(spec, download=download)
        elif not self._desk.is_running:
            self.start_new(config.model_copy(update={"data": spec}), download=download)

    @Slot()
    def _on_data_choosing(self) -> None:
        self._waiting = None  # the person has turned to other pictures

    def continue_run(self, run: RunFolder, config: RunConfig | None = None) -> None:
        """Train `run`, which is on screen, on from where it stopped, with what of `config` may change."""
        give_up_opening(self._session)
        wanted = continued(run.info.config, config)
        images = self._session.images
        if images is not None:
            self.beginning.emit()
            self._desk.continue_run(wanted, images, run)
            return

        def then_train(loaded: LoadFinished) -> None:
            self._session.set_images(loaded.images)
            self.beginning.emit()
            self._desk.continue_run(wanted, loaded.images, run)

        self._data.fetch(self._data.located(wanted.data), then_train)

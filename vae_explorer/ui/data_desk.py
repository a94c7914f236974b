"""``DataDesk``: reads the pictures of the next training, and keeps them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from vae_explorer.data.image_set import ImageSet
from vae_explorer.data.load import LoadFinished, MissingDataSet, missing_set
from vae_explorer.data.spec import TORCHVISION_SOURCES, DataSpec
from vae_explorer.ui.data_loader import DataLoader
from vae_explorer.ui.preferences import Preferences
from vae_explorer.ui.session import Session, TrainingState

__all__ = ["DataDesk"]


class DataDesk(QObject):
    """Owns the pictures of the next training and the thread that reads them.

    The session is `LOADING` while a training waits for its pictures; a newer wish ends the wait.

    Signals
    -------
    ready
        ``(ImageSet, DataSpec)``: the data of the next training is there.
    chosen
        `ImageSet` that the person chose and that waits for a training.
    progressed
        `LoadProgressed`, or None when nothing is being read any more.
    choosing
        The person asked for pictures: a training that waited for others is not wanted any more.
    download_wanted
        ``(DataSpec, MissingDataSet)``: ask the person, then `Workspace.load_wanted(spec, download=True)`.
    failed
        One sentence for the data card.
    files_skipped
        ``tuple[SkippedFile, ...]`` of a folder just read.
    """

    ready = Signal(object, object)
    chosen = Signal(object)
    progressed = Signal(object)
    download_wanted = Signal(object, object)
    choosing = Signal()
    failed = Signal(str)
    files_skipped = Signal(object)

    def __init__(self, session: Session, preferences: Preferences, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._preferences = preferences
        self._loader = DataLoader(self)
        self._loader.progressed.connect(self.progressed)
        self._loader.missing.connect(self._on_loader_missing)
        self._loader.failed.connect(self._on_loader_failed)
        self._images: ImageSet | None = None
        self._spec: DataSpec | None = None
        self._has_choice = False

    @property
    def is_loading(self) -> bool:
        return self._loader.is_loading

    def images_of(self, spec: DataSpec) -> ImageSet | None:
        """The pictures of `spec`, if they are at hand."""
        return self._images if self._spec == spec else None

    def located(self, spec: DataSpec) -> DataSpec:
        """`spec`, of a known set with the person's folder of data sets unless it is known to lie elsewhere."""
        root = self._preferences.data_root
        if root is None or spec.source not in TORCHVISION_SOURCES:
            return spec
        if spec.data_root is None or missing_set(spec) is not None:
            return spec.model_copy(update={"data_root": root})
        return spec

    # --- reading -------------------------------------------------------------------------------

    def load(self, spec: DataSpec, *, download: bool = False) -> None:
        """Read what the person chose; a training that waits for other pictures does not begin."""
        self._has_choice = True
        self.choosing.emit()
        self._end_wait()
        wanted = self.located(spec)
        self._loader.load(wanted, lambda loaded: self.hold(loaded, wanted, is_choice=True), download=download)

    def fetch(
        self, spec: DataSpec, deliver: Callable[[LoadFinished], None], *, download: bool = False
    ) -> None:
        """Read `spec` for a training that begins in `deliver`."""
        self._has_choice = True
        self._session.set_training_state(TrainingState.LOADING)
        self._loader.load(spec, deliver, download=download)

    def cancel(self) -> None:
        """Leave what is being read; a training that waits for it does not begin."""
        if self.is_loading:
            self._loader.cancel()
        self._end_wait()

    def shut_down(self) -> None:
        self._loader.shut_down()

    # --- keeping -------------------------------------------------------------------------------

    def hold(self, loaded: LoadFinished, spec: DataSpec, *, is_choice: bool = False) -> None:
        """Keep what was read for the next training."""
        self._images, self._spec = loaded.images, spec
        self.ready.emit(loaded.images, spec)
        if is_choice:
            self.chosen.emit(loaded.images)
        if loaded.skipped:
            self.files_skipped.emit(loaded.skipped)

    def forget_choice(self) -> None:
        """Another run is on screen: its pictures may take the place of what the person chose before."""
        self._has_choice = False

    def offer(self, images: ImageSet, spec: DataSpec) -> None:
        """The pictures of the run on screen; kept unless the person has chosen others since."""
        if not self._has_choice:
            self._images, self._spec = images, spec
            self.ready.emit(images, spec)

    # --- private -------------------------------------------------------------------------------

    def _end_wait(self) -> None:
        if self._session.training_state is TrainingState.LOADING:
            self._session.set_training_state(TrainingState.IDLE)

    @Slot(object, object)
    def _on_loader_missing(self, spec: DataSpec, missing: MissingDataSet) -> None:
        self._end_wait()
        self.download_wanted.emit(spec, missing)

    @Slot(object, str)
    def _on_loader_failed(self, _spec: DataSpec, message: str) -> None:
        self._end_wait()
        self.failed.emit(message)

"""``RunPictures``: finds the pictures that the run on screen was trained on."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from vae_explorer.data.image_set import ImageSet
from vae_explorer.data.load import MissingDataSet, load_by_fingerprint, missing_set
from vae_explorer.data.spec import DataSpec
from vae_explorer.runs.folder import RunFolder
from vae_explorer.ui.data_loader import DataLoader
from vae_explorer.ui.session import Session

__all__ = ["RunPictures"]


class RunPictures(QObject):
    """Reads on a thread of its own, never in the way of what a person chooses meanwhile; asks no question.

    Signals
    -------
    found
        ``(RunFolder, DataSpec, ImageSet)``
    missing
        ``(RunFolder, str, MissingDataSet | None)``: what went wrong, if anything did, and the set to offer.
    progressed
        `LoadProgressed`, or None when nothing is being read any more.
    """

    found = Signal(object, object, object)
    missing = Signal(object, str, object)
    progressed = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._run: RunFolder | None = None  # whose pictures were asked for last
        self._loader = DataLoader(self)
        self._loader.missing.connect(self._on_loader_missing)
        self._loader.failed.connect(self._on_loader_failed)
        self._loader.progressed.connect(self.progressed)

    def load(self, run: RunFolder, spec: DataSpec, *, download: bool = False) -> None:
        """Read the pictures of `run` from where `spec` says; replaces what is under way."""
        self._run = run
        self._loader.load(spec, lambda loaded: self.found.emit(run, spec, loaded.images), download=download)

    def cancel(self) -> None:
        """Leave what is being read."""
        self._loader.cancel()

    def shut_down(self) -> None:
        self._loader.shut_down()

    @Slot(object, object)
    def _on_loader_missing(self, _spec: DataSpec, missing: MissingDataSet) -> None:
        """No question: the map and the decoder work without; Setup says where the pictures can be had."""
        self.missing.emit(self._run, "", missing)

    @Slot(object, str)
    def _on_loader_failed(self, spec: DataSpec, message: str) -> None:
        run = self._run
        if run is None:
            return
        fingerprint = run.info.data.fingerprint

        def find(_is_stale: object) -> ImageSet | None:
            return load_by_fingerprint(fingerprint)

        def take(images: ImageSet | None) -> None:
            if images is not None:  # the folder has gone, its decoded pictures are still in the cache
                self.found.emit(run, spec, images)
            else:
                self.missing.emit(run, message, missing_set(spec))

        self._session.slow.request("find pictures", find, take, priority=-8)

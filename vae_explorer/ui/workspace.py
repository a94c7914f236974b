"""``Workspace``: opens runs, loads data, trains; puts what comes of it into the session."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from vae_explorer.data.image_set import ImageSet
from vae_explorer.data.load import LoadFinished, MissingDataSet, load_by_fingerprint, missing_set
from vae_explorer.data.spec import TORCHVISION_SOURCES, DataSpec
from vae_explorer.latent.encodings import Encodings
from vae_explorer.runs.config import RunConfig
from vae_explorer.runs.folder import RunFolder
from vae_explorer.runs.history import History, SettingMark
from vae_explorer.ui.data_loader import DataLoader
from vae_explorer.ui.live_history import LiveHistory
from vae_explorer.ui.map_refresher import MapRefresher, map_indices
from vae_explorer.ui.preferences import MapScope, Preferences
from vae_explorer.ui.run_codes import are_pictures_of, keep_codes, list_as_recent, stored_codes
from vae_explorer.ui.session import Session, TrainingState
from vae_explorer.ui.training_desk import TrainingDesk
from vae_explorer.vae.recon_label import recon_label

if TYPE_CHECKING:
    from vae_explorer.latent.explorer import Explorer
    from vae_explorer.training.events import TrainingEvent

__all__ = ["Workspace"]

ENOUGH_POINTS = 5_000  # stored codes of a run: with so many the map tells the same as with all

_log = logging.getLogger(__name__)


class Workspace(QObject):
    """What the person does with files, data and training, carried out on threads.

    Signals
    -------
    data_ready
        ``(ImageSet, DataSpec)``: the data of the next training is there.
    choice_ready
        `ImageSet` that the person chose and that waits for a training.
    download_wanted
        ``(DataSpec, MissingDataSet)``: ask the person, then `load_data(spec, download=True)`.
    data_failed
        One sentence for the data card.
    pictures_missing
        ``(str, MissingDataSet | None)``: the model on screen can be explored, but its pictures are not at hand.
        What went wrong, if anything did, and the set to offer: `load_run_images(download=True)` fetches it.
    files_skipped
        ``tuple[SkippedFile, ...]`` of a folder just read.
    run_opened
        `RunFolder` on screen.
    resumable_changed
        Whether the run on screen can be trained on.
    """

    data_ready = Signal(object, object)
    choice_ready = Signal(object)
    download_wanted = Signal(object, object)
    data_failed = Signal(str)
    pictures_missing = Signal(str, object)
    files_skipped = Signal(object)
    run_opened = Signal(object)
    resumable_changed = Signal(bool)
    training_ended = Signal()

    def __init__(self, session: Session, preferences: Preferences, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._preferences = preferences
        self.loader = DataLoader(self)
        self.loader.missing.connect(self._on_loader_missing)
        self.loader.failed.connect(self._on_loader_failed)
        self._run_loader = DataLoader(self)  # of the run on screen: never in the way of a person's choice
        self._run_loader.missing.connect(self._on_run_loader_missing)
        self._run_loader.failed.connect(self._on_run_loader_failed)
        self._run_loader.progressed.connect(self._on_run_loader_progressed)
        self._chosen = False  # the person chose data since the run on screen was opened
        self.desk = TrainingDesk(session, self)
        self.desk.run_created.connect(self._on_desk_run_created)
        self.desk.history_read.connect(session.set_history)
        self.desk.event_received.connect(self._on_desk_event_received)
        self.desk.ended.connect(self._on_desk_ended)
        self._refresher = MapRefresher(self)
        self._refresher.refreshed.connect(self._on_refresher_refreshed)
        self._refresher.failed.connect(session.problem)
        self._waiting: RunConfig | None = None  # a training whose data are being loaded
        self._run: RunFolder | None = None
        self._images: ImageSet | None = None  # of the next training
        self._spec: DataSpec | None = None
        self._after_end: Callable[[], None] | None = None
        self._history = LiveHistory(session, self)

    # --- what is there -------------------------------------------------------------------------

    @property
    def run(self) -> RunFolder | None:
        return self._run

    @property
    def is_training(self) -> bool:
        return self.desk.is_running

    @property
    def is_resumable(self) -> bool:
        return self._run is not None and self._run.has_resume_state() and not self.is_training

    @property
    def scope(self) -> MapScope:
        return self._preferences.map_scope

    # --- data ----------------------------------------------------------------------------------

    def load_data(self, spec: DataSpec, *, download: bool = False) -> None:
        """Load the pictures of the next training; the model on screen stays."""
        self._chosen = True
        self._forget_waiting_training()
        self.loader.load(self._with_data_root(spec), self._take_data, download=download)

    def load_run_images(self, *, download: bool = False) -> None:
        """Load the pictures of the run on screen, from the data root of now, and put them into the session."""
        run = self._run
        if run is not None and not self.is_training:
            spec = self._with_data_root(run.info.config.data)
            self._run_loader.load(
                spec, lambda loaded: self._take_run_images(run, spec, loaded), download=download
            )

    def cancel_loading(self) -> None:
        """Leave what is being read: the person's choice, or else the pictures of the run on screen."""
        if self.loader.is_loading:
            self.loader.cancel()
        else:
            self._run_loader.cancel()
        if self._session.training_state is TrainingState.LOADING:
            self._session.set_training_state(TrainingState.IDLE)

    # --- runs ----------------------------------------------------------------------------------

    def open_run(self, path: Path) -> None:
        """Put the run or shipped model in folder `path` on screen; a bad folder is a `problem` in words."""
        if self.is_training:
            self._after_end = lambda: self.open_run(path)
            self.stop_training()
            return
        if self._session.training_state is TrainingState.LOADING:
            self.cancel_loading()

        def work(_is_stale: object) -> tuple[RunFolder, History, Encodings | None]:
            run = RunFolder.open(path)
            list_as_recent(run)
            return run, run.history(), stored_codes(run)

        self._session.slow.request("open run", work, self._take_run, priority=-10)

    # --- training ------------------------------------------------------------------------------

    def start_training(self, config: RunConfig, *, download: bool = False) -> None:
        """Train a new run; loads its data first if they are not there yet."""
        if self.is_training:
            return
        self._session.slow.cancel("open run")  # it must not take the screen from the training
        config = config.model_copy(update={"data": self._with_data_root(config.data)})
        if self._images is not None and self._spec == config.data:
            self._begin()
            self.desk.start_new(config, self._images)
            return
        self._session.set_training_state(TrainingState.LOADING)
        self._waiting = config

        def then_train(loaded: LoadFinished) -> None:
            self._waiting = None
            self._take_data(loaded, config.data)
            self._begin()
            self.desk.start_new(config, loaded.images)

        self.loader.load(config.data, then_train, download=download)

    def load_wanted(self, spec: DataSpec, *, download: bool = False) -> None:
        """Load `spec` once the person answered `download_wanted`; a training that waits for it then begins."""
        config, self._waiting = self._waiting, None
        if config is not None and config.data.source == spec.source:
            self.start_training(config.model_copy(update={"data": spec}), download=download)
        else:
            self.load_data(spec, download=download)

    def continue_training(self, config: RunConfig | None = None) -> None:
        """Train the run on screen on from where it stopped, with what of `config` may change."""
        run = self._run
        if run is None or self.is_training:
            return
        if not self.is_resumable:
            name = run.info.title or run.name
            self._session.problem.emit(
                f"{name} holds no training state to continue from; train a new model instead."
            )
            return
        self._session.slow.cancel("open run")
        wanted = run.info.config
        if config is not None:
            objective = wanted.objective.model_copy(update={"beta": config.objective.beta})
            changes = {name: getattr(config, name) for name in ("epochs", "device", "learning_rate")}
            wanted = wanted.model_copy(update={**changes, "objective": objective})
        images = self._session.images
        if images is not None:
            self._begin()
            self.desk.continue_run(wanted, images, run)
            return
        self._session.set_training_state(TrainingState.LOADING)

        def then_train(loaded: LoadFinished) -> None:
            self._session.set_images(loaded.images)
            self._begin()
            self.desk.continue_run(wanted, loaded.images, run)

        self.loader.load(self._with_data_root(wanted.data), then_train)

    def stop_training(self) -> None:
        """Stop at the next step; weights and state are saved, the model stays on screen."""
        if self.is_training:
            self.desk.stop()
        elif self._session.training_state is TrainingState.LOADING:
            self.cancel_loading()

    def set_scope(self, scope: MapScope) -> None:
        """Show the validation images or all on the map."""
        if scope != self._preferences.map_scope:
            self._preferences.map_scope = scope
            self._encode_all()

    def shut_down(self) -> None:
        """Stop training (its state is saved) and end every thread."""
        self.desk.shut_down()
        self.loader.shut_down()
        self._run_loader.shut_down()
        self._refresher.shut_down()
        self._session.shut_down()

    # --- answers -------------------------------------------------------------------------------

    def _take_data(self, loaded: LoadFinished, spec: DataSpec | None = None) -> None:
        self._images = loaded.images
        self._spec = spec or self._loading_spec()
        self.data_ready.emit(loaded.images, self._spec)
        if spec is None:
            self.choice_ready.emit(loaded.images)
        if loaded.skipped:
            self.files_skipped.emit(loaded.skipped)

    def _loading_spec(self) -> DataSpec:
        spec = self.loader.spec
        assert spec is not None, "the loader delivers while it holds the wish"
        return spec

    def _take_run(self, opened: tuple[RunFolder, History, Encodings | None]) -> None:
        run, history, encodings = opened
        session = self._session
        self._refresher.clear()  # of the run before, which may have the same name
        self._run = run
        self._chosen = False
        config = run.info.config

        def load_model(_is_stale: object) -> Explorer:
            from vae_explorer.latent.explorer import Explorer

            return Explorer.from_snapshot(run.load_snapshot())

        # Asked for before the panels hear of the run: what they ask for would make the model wait.
        session.slow.request("open model", load_model, self._take_explorer, priority=-9)
        session.set_images(None)
        session.set_recon_label(run.info.label)
        session.replace_model(run.name, config.model.latent_dim)
        session.set_history(history)
        session.set_encodings(encodings)
        self.run_opened.emit(run)
        self.resumable_changed.emit(self.is_resumable)
        self.load_run_images()

    def _take_explorer(self, explorer: Explorer) -> None:
        stored = self._session.encodings
        if stored is not None and stored.step != explorer.step:  # the newest weights are damaged
            self._session.set_encodings(None)
        self._session.set_explorer(explorer)
        self._complete_map()

    def _take_run_images(self, run: RunFolder, spec: DataSpec, loaded: LoadFinished) -> None:
        if self._run is not run:
            return
        if not self._chosen:
            self._images, self._spec = loaded.images, spec
            self.data_ready.emit(loaded.images, spec)
        if not are_pictures_of(run, loaded.images):
            self._session.notice.emit(
                f"The pictures at hand differ from those {run.name} was trained on; the map shows its stored codes."
            )
            return
        # Runs of older versions have not recorded whether their pixels are black and white only.
        self._session.set_recon_label(recon_label(run.info.config.model, loaded.images.has_binary_pixels))
        self._session.set_images(loaded.images)
        self._complete_map()

    @property
    def _trains_rounded(self) -> bool:
        machine = self._run.info.machine if self._run is not None else None
        return machine is not None and machine.precision == "bfloat16"

    def _begin(self) -> None:
        self._refresher.clear()
        self.resumable_changed.emit(False)

    # --- slots ---------------------------------------------------------------------------------

    @Slot(object)
    def _on_desk_run_created(self, run: RunFolder) -> None:
        session = self._session
        self._run_loader.cancel()
        self._run = run
        session.set_images(None)
        session.set_recon_label(run.info.label)
        session.replace_model(run.name, run.info.config.model.latent_dim)
        session.set_images(self.desk.images)
        session.set_history(History())
        session.slow.request("remember run", lambda _: list_as_recent(run), _ignore, priority=20)
        self.run_opened.emit(run)

    @Slot(object)
    def _on_desk_event_received(self, event: TrainingEvent) -> None:
        from vae_explorer.training import events

        session, images = self._session, self.desk.images
        match event:
            case events.SnapshotTaken() | events.Diverged() if images is not None:
                self._refresher.refresh(
                    event.snapshot,
                    images,
                    self.scope,
                    measures_all=session.recon_wanted,
                    rounded=self._trains_rounded,
                )
            case events.EpochFinished():
                self._history.add(event.record)
            case events.SettingChanged():
                self._history.mark(
                    SettingMark(step=event.step, epoch=event.epoch, name=event.name, value=event.value)
                )
            case _:
                pass
        session.training_event.emit(event)
        if isinstance(event, events.Diverged):
            session.problem.emit(event.message)

    @Slot()
    def _on_desk_ended(self) -> None:
        self._history.bring_up_to_date()
        self.resumable_changed.emit(self.is_resumable)
        self.training_ended.emit()
        if self._after_end is not None:
            action, self._after_end = self._after_end, None
            action()
        else:
            self._load_newest()

    @Slot(object, object)
    def _on_refresher_refreshed(self, explorer: Explorer, encodings: Encodings) -> None:
        if self._run is None or explorer.run_name != self._run.name:
            return
        self._session.set_explorer(explorer)
        self._session.set_encodings(encodings)
        run = self._run
        if not self.is_training:
            arrays = encodings.to_arrays()
            self._session.slow.request(
                "save latents", lambda _: keep_codes(run, arrays), _ignore, priority=20
            )

    @Slot(object, object)
    def _on_loader_missing(self, spec: DataSpec, missing: MissingDataSet) -> None:
        if self._session.training_state is TrainingState.LOADING:
            self._session.set_training_state(TrainingState.IDLE)
        self.download_wanted.emit(spec, missing)

    @Slot(object, object)
    def _on_run_loader_missing(self, _spec: DataSpec, missing: MissingDataSet) -> None:
        """No question: the map and the decoder work without; Setup says where the pictures can be had."""
        self.pictures_missing.emit("", missing)

    @Slot(object, str)
    def _on_run_loader_failed(self, spec: DataSpec, message: str) -> None:
        run = self._run
        if run is None:
            return
        fingerprint = run.info.data.fingerprint

        def find(_is_stale: object) -> ImageSet | None:
            return load_by_fingerprint(fingerprint)

        def take(images: ImageSet | None) -> None:
            if images is not None:  # the folder has gone, its decoded pictures are still in the cache
                self._take_run_images(run, spec, LoadFinished(images, (), from_cache=True))
            elif self._run is run:
                self.pictures_missing.emit(message, missing_set(spec))

        self._session.slow.request("find pictures", find, take, priority=-8)

    @Slot(object)
    def _on_run_loader_progressed(self, progress: object) -> None:
        if not self.loader.is_loading:
            self.loader.progressed.emit(progress)

    @Slot(object, str)
    def _on_loader_failed(self, _spec: DataSpec, message: str) -> None:
        if self._session.training_state is TrainingState.LOADING:
            self._session.set_training_state(TrainingState.IDLE)
        self.data_failed.emit(message)

    # --- private -------------------------------------------------------------------------------

    def _load_newest(self) -> None:
        """After training: the last saved weights and every image of the map's scope."""
        run, images = self._run, self._session.images
        if run is None or images is None or not run.snapshots():
            return
        index = map_indices(images, self.scope)

        def load(_is_stale: object) -> Explorer:
            from vae_explorer.latent.explorer import Explorer

            return Explorer.from_snapshot(run.load_snapshot())

        def encode(explorer: Explorer) -> None:
            if self._run is run and not self.is_training:
                self._refresher.encode(explorer, images, index)

        self._session.slow.request("open model", load, encode, priority=-9)

    def _complete_map(self) -> None:
        """Encode what the map shows, unless the run brought enough of it."""
        encodings, images = self._session.encodings, self._session.images
        if images is not None and (
            encodings is None or len(encodings) < min(len(map_indices(images, self.scope)), ENOUGH_POINTS)
        ):
            self._encode_all()

    def _encode_all(self) -> None:
        explorer, images = self._session.explorer, self._session.images
        if explorer is not None and images is not None and not self.is_training:
            self._refresher.encode(explorer, images, map_indices(images, self.scope))

    def _forget_waiting_training(self) -> None:
        """A training that waits for its pictures does not begin: others are being loaded in their place."""
        if self._session.training_state is TrainingState.LOADING:
            self._session.set_training_state(TrainingState.IDLE)

    def _with_data_root(self, spec: DataSpec) -> DataSpec:
        root = self._preferences.data_root
        if root is None or spec.source not in TORCHVISION_SOURCES:
            return spec
        if spec.data_root is None or missing_set(spec) is not None:
            return spec.model_copy(update={"data_root": root})
        return spec


def _ignore(_result: object) -> None:
    return

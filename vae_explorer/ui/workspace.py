"""``Workspace``: the run on screen, opened or being trained; puts what comes of it into the session."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from vae_explorer.data.image_set import ImageSet
from vae_explorer.data.load import MissingDataSet
from vae_explorer.data.spec import DataSpec
from vae_explorer.latent.encodings import Encodings
from vae_explorer.runs.config import RunConfig
from vae_explorer.runs.folder import RunFolder
from vae_explorer.runs.history import History, SettingMark
from vae_explorer.ui.data_desk import DataDesk
from vae_explorer.ui.live_history import LiveHistory
from vae_explorer.ui.map_refresher import MapRefresher, map_indices
from vae_explorer.ui.preferences import MapScope, Preferences
from vae_explorer.ui.run_codes import are_pictures_of, keep_codes, list_as_recent
from vae_explorer.ui.run_opening import OpenedRun, load_model_behind, open_run_behind
from vae_explorer.ui.run_pictures import RunPictures
from vae_explorer.ui.session import Session, TrainingState
from vae_explorer.ui.training_desk import TrainingDesk
from vae_explorer.ui.training_start import TrainingStart
from vae_explorer.vae.recon_label import recon_label

if TYPE_CHECKING:
    from vae_explorer.latent.explorer import Explorer
    from vae_explorer.training.events import TrainingEvent

__all__ = ["Workspace"]

ENOUGH_POINTS = 5_000  # stored codes of a run: with so many the map tells the same as with all


class Workspace(QObject):
    """What the person does with runs, carried out on threads; `data` has the pictures of the next, `desk` trains.

    Signals
    -------
    pictures_missing
        ``(str, MissingDataSet | None)``: the model on screen can be explored, but its pictures are not at hand.
        What went wrong, if anything did, and the set to offer: `load_run_images(download=True)` fetches it.
    run_opened
        `RunFolder` on screen.
    resumable_changed
        Whether the run on screen can be trained on.
    """

    pictures_missing = Signal(str, object)
    run_opened = Signal(object)
    resumable_changed = Signal(bool)
    training_ended = Signal()

    def __init__(self, session: Session, preferences: Preferences, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._preferences = preferences
        self.data = DataDesk(session, preferences, self)
        self._pictures = RunPictures(session, self)
        self._pictures.found.connect(self._on_pictures_found)
        self._pictures.missing.connect(self._on_pictures_missing)
        self._pictures.progressed.connect(self._on_pictures_progressed)
        self.desk = TrainingDesk(session, self)
        self.desk.run_created.connect(self._on_desk_run_created)
        self.desk.history_read.connect(session.set_history)
        self.desk.event_received.connect(self._on_desk_event_received)
        self.desk.ended.connect(self._on_desk_ended)
        self._start = TrainingStart(session, self.data, self.desk)
        self._start.beginning.connect(self._on_start_beginning)
        self._refresher = MapRefresher(self)
        self._refresher.refreshed.connect(self._on_refresher_refreshed)
        self._refresher.failed.connect(session.problem)
        session.training_state_changed.connect(self._on_training_state_changed)
        self._run: RunFolder | None = None
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

    def load_run_images(self, *, download: bool = False) -> None:
        """Load the pictures of the run on screen, from the data root of now, and put them into the session."""
        run = self._run
        if run is not None and not self.is_training:
            self._pictures.load(run, self.data.located(run.info.config.data), download=download)

    def cancel_loading(self) -> None:
        """Leave what is being read: the person's choice, or else the pictures of the run on screen."""
        if not self.data.is_loading:
            self._pictures.cancel()
        self.data.cancel()

    def load_wanted(self, spec: DataSpec, *, download: bool = False) -> None:
        """Load `spec` once the person answered `download_wanted`; a training that waits for it then begins."""
        self._start.read_wanted(spec, download=download)

    # --- runs ----------------------------------------------------------------------------------

    def open_run(self, path: Path) -> None:
        """Put the run or shipped model in folder `path` on screen; a bad folder is a `problem` in words."""
        if self.is_training:
            self._after_end = lambda: self.open_run(path)
            self.stop_training()
            return
        if self._session.training_state is TrainingState.LOADING:
            self.cancel_loading()
        open_run_behind(self._session, path, self._take_run)

    # --- training ------------------------------------------------------------------------------

    def start_training(self, config: RunConfig, *, download: bool = False) -> None:
        """Train a new run; loads its data first if they are not there yet."""
        if not self.is_training:
            self._start.start_new(config, download=download)

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
        self._start.continue_run(run, config)

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
        self.data.shut_down()
        self._pictures.shut_down()
        self._refresher.shut_down()
        self._session.shut_down()

    # --- answers -------------------------------------------------------------------------------

    def _take_run(self, opened: OpenedRun) -> None:
        session, run = self._session, opened.folder
        self._refresher.clear()  # of the run before, which may have the same name
        self._run = run
        self.data.forget_choice()
        # Once the run is on screen: importing torch meanwhile would make its first picture wait.
        QTimer.singleShot(0, self, lambda: self._load_model(run))
        self._show_run(run)
        session.set_history(opened.history)
        session.set_encodings(opened.encodings)
        self.run_opened.emit(run)
        self.resumable_changed.emit(self.is_resumable)
        self.load_run_images()

    def _load_model(self, run: RunFolder) -> None:
        if self._run is run and not self.is_training:
            load_model_behind(self._session, run, self._take_explorer)

    def _take_explorer(self, explorer: Explorer) -> None:
        stored = self._session.encodings
        if stored is not None and stored.step != explorer.step:  # the newest weights are damaged
            self._session.set_encodings(None)
        self._session.set_explorer(explorer)
        self._complete_map()

    @property
    def _trains_rounded(self) -> bool:
        machine = self._run.info.machine if self._run is not None else None
        return machine is not None and machine.precision == "bfloat16"

    # --- slots ---------------------------------------------------------------------------------

    @Slot(object)
    def _on_training_state_changed(self, state: TrainingState) -> None:
        """Pictures that a training waits for come before those of the run on screen: both would fill the memory."""
        if state is TrainingState.LOADING:
            self._pictures.cancel()
        elif state is TrainingState.IDLE and self._session.images is None:
            self.load_run_images()

    @Slot()
    def _on_start_beginning(self) -> None:
        self._pictures.cancel()
        self._refresher.clear()
        self.resumable_changed.emit(False)

    @Slot(object)
    def _on_desk_run_created(self, run: RunFolder) -> None:
        session = self._session
        self._run = run
        self._show_run(run)
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

    @Slot(object, object, object)
    def _on_pictures_found(self, run: RunFolder, spec: DataSpec, images: ImageSet) -> None:
        if self._run is not run:
            return
        self.data.offer(images, spec)
        if not are_pictures_of(run, images):
            self._session.notice.emit(
                f"The pictures at hand differ from those {run.name} was trained on; the map shows its stored codes."
            )
            return
        # Runs of older versions have not recorded whether their pixels are black and white only.
        self._session.set_recon_label(recon_label(run.info.config.model, images.has_binary_pixels))
        self._session.set_images(images)
        self._complete_map()

    @Slot(object, str, object)
    def _on_pictures_missing(self, run: RunFolder, sentence: str, missing: MissingDataSet | None) -> None:
        if self._run is run:
            self.pictures_missing.emit(sentence, missing)

    @Slot(object)
    def _on_pictures_progressed(self, progress: object) -> None:
        if not self.data.is_loading:
            self.data.progressed.emit(progress)

    # --- private -------------------------------------------------------------------------------

    def _show_run(self, run: RunFolder) -> None:
        self._session.set_images(None)
        self._session.set_recon_label(run.info.label)
        self._session.replace_model(run.name, run.info.config.model.latent_dim)

    def _load_newest(self) -> None:
        """After training: the last saved weights and every image of the map's scope."""
        run, images = self._run, self._session.images
        if run is None or images is None or not run.snapshots():
            return
        index = map_indices(images, self.scope)

        def encode(explorer: Explorer) -> None:
            if self._run is run and not self.is_training:
                self._refresher.encode(explorer, images, index)

        load_model_behind(self._session, run, encode)

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


def _ignore(_result: object) -> None:
    return

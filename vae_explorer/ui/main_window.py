"""The main window: panels in their places, drops, questions, close. No maths."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QMainWindow,
    QWhatsThis,
)

from vae_explorer.data.image_set import ImageSet
from vae_explorer.data.load import MissingDataSet
from vae_explorer.data.spec import ARRAY_SUFFIXES, DataSpec
from vae_explorer.locations import models_folder
from vae_explorer.runs.config import RunConfig
from vae_explorer.runs.folder import RunFolder
from vae_explorer.runs.shipped import shipped_models
from vae_explorer.ui.command_palette import CommandPalette
from vae_explorer.ui.kept_store import KeptStore
from vae_explorer.ui.menus import Menus
from vae_explorer.ui.panels.about_dialog import AboutDialog
from vae_explorer.ui.panels.folder_dialog import FolderDialog
from vae_explorer.ui.panels.shortcuts_dialog import ShortcutsDialog
from vae_explorer.ui.plotting_loader import PlottingLoader
from vae_explorer.ui.preferences import Preferences, change_preferences
from vae_explorer.ui.questions import DownloadAnswer, ask_download, may_stop_sweep, may_stop_training
from vae_explorer.ui.session import Session, TrainingState
from vae_explorer.ui.start_up import load_torch_behind
from vae_explorer.ui.theme import theme_manager
from vae_explorer.ui.window_panels import WindowPanels
from vae_explorer.ui.window_reports import WindowReports
from vae_explorer.ui.workspace import Workspace

__all__ = ["FIRST_MODEL", "MainWindow"]

DEFAULT_SIZE = (1440, 900)  # px; smaller screens get a maximised window
FRAME_PX = 48  # of a window's title bar and borders
SETTLE_MS = 1_000  # after the start: window managers give the window its size in steps
SHELF_SHARE = 0.4  # of the window's height, while there are figures and charts to read
FIRST_MODEL = "blooms-2d"  # on the map at the first launch


class MainWindow(QMainWindow):
    """Joins the panels to the session and the workspace.

    Signals
    -------
    ready
        All that is needed to train has been imported: the process has its lasting size.
    """

    ready = Signal()

    def __init__(self, preferences: Preferences) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self.setWindowTitle("vae-explorer")
        self.setAcceptDrops(True)
        self.resize(*DEFAULT_SIZE)
        self._preferences = preferences
        self._asks_before_closing = True
        self._settling: QTimer | None = None
        self.session = Session(self)
        self.workspace = Workspace(self.session, preferences, self)
        self._kept_store = KeptStore(self.session)
        self.panels = WindowPanels(self, self.session)
        self._plotting_loader = PlottingLoader(self.session, self.panels.layout, self)
        self.panels.start_page.set_data_root(preferences.data_root)
        self.menus = Menus(self, preferences)
        self._reports = WindowReports(self)
        self._connect()
        theme_manager().apply_sheet()  # not before there is all that it styles, nor after sizes are taken from it
        for dock in self.panels.layout.docks:
            self.menus.panels.addAction(dock.toggleViewAction())
        self.panels.layout.arrange()
        if not self.panels.layout.restore():
            self._settling = QTimer(self, singleShot=True, interval=SETTLE_MS)
            self._settling.start()
        self._show_training_state(self.session.training_state)

    def begin(self, run: Path | None = None, folder: Path | None = None) -> None:
        """What the person came for: a run, a folder of pictures, or the last or first model."""
        last = self._preferences.last_run
        if last is not None and not last.is_absolute():
            last = models_folder() / last  # a shipped model, wherever the program is installed now
        if run is None and last is not None and last.is_dir():
            run = last
        if run is None:
            run = next((card.path for card in shipped_models() if card.path.name == FIRST_MODEL), None)
        if run is not None:
            self.open_run(run)
        else:
            self.show_start_page()
        load_torch_behind(
            self.session, self._take_devices, self.ready.emit
        )  # after the run: its map shows before torch loads
        if folder is not None:
            self._open_dropped(folder)

    def show_fitted(self) -> None:
        """Show at the stored or default size; maximised where the screen has no room for that."""
        room = self.screen().availableSize()
        if room.width() < DEFAULT_SIZE[0] or room.height() < DEFAULT_SIZE[1] + FRAME_PX:
            self.showMaximized()
        else:
            self.show()

    def close_unasked(self) -> None:
        """Close as if a person had agreed to stop the training: the system wants the process to end."""
        self._asks_before_closing = False
        self.close()

    # --- verbs of the menus --------------------------------------------------------------------

    @Slot()
    def show_start_page(self) -> None:
        self.panels.start_page.set_has_map(self.session.latent_dim > 0)
        self.panels.start_page.refresh()
        self.panels.centre.setCurrentWidget(self.panels.start_page)
        self.panels.start_page.setFocus()

    @Slot()
    def show_map(self) -> None:
        self.panels.centre.setCurrentWidget(self.panels.map)

    @Slot(object)
    def open_run(self, path: Path) -> None:
        """Show the run in folder `path`; while training, asks first."""
        if self.workspace.is_training and not may_stop_training(self, "opening another model"):
            return
        self.show_map()
        self.workspace.open_run(path)

    def open_folder(self, path: Path) -> None:
        """Ask how the pictures in `path` are to be fitted, then load them."""
        dialog = FolderDialog(path, self)
        if dialog.exec() == FolderDialog.DialogCode.Accepted:
            self.choose_data(dialog.spec())

    @Slot(object)
    def choose_data(self, spec: DataSpec) -> None:
        """Make `spec` the data of the next training."""
        self.panels.layout.dock("setupDock").show()
        self.workspace.load_data(spec)

    @Slot()
    def ask_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self, "Folder of pictures", self._last_folder())
        if path:
            self._remember_folder(Path(path).parent)
            self.open_folder(Path(path))

    @Slot()
    def ask_array(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, "Array of images", self._last_folder(), "NumPy (*.npy *.npz)"
        )
        if path:
            self._remember_folder(Path(path).parent)
            self.choose_data(DataSpec(source="array", path=Path(path)))

    @Slot()
    def ask_data_root(self) -> None:
        start = str(self._preferences.data_root or Path.home())
        path = QFileDialog.getExistingDirectory(self, "Folder of data sets (holds MNIST/raw, …)", start)
        if path:
            self._preferences.data_root = Path(path)
            change_preferences(data_root=Path(path))
            self.session.notice.emit(f"Known data sets are looked for in {path}.")
            self.panels.start_page.set_data_root(Path(path))
            if self.session.images is None:
                self.workspace.load_run_images()

    @Slot()
    def ask_run(self) -> None:
        path = QFileDialog.getExistingDirectory(self, "Run folder (holds run.json)", self._last_folder())
        if path:
            self._remember_folder(Path(path).parent)
            self.open_run(Path(path))

    @Slot()
    def train(self) -> None:
        config = self.panels.setup.config()
        if config is not None and self.session.training_state is TrainingState.IDLE:
            self._train(config)

    @Slot()
    def continue_training(self) -> None:
        self._without_sweep("training", self._continue)

    @Slot()
    def toggle_pause(self) -> None:
        if self.session.training_state is TrainingState.PAUSED:
            self.workspace.desk.resume()
        else:
            self.workspace.desk.pause()

    @Slot()
    def save_decoded(self) -> None:
        self.panels.decoded.save_image()

    @Slot()
    def copy_decoded(self) -> None:
        self.panels.decoded.copy_image()

    @Slot()
    def clear_selection(self) -> None:
        self.session.set_selection(None)
        self.session.set_lasso(np.empty(0, dtype=np.int64))

    @Slot()
    def pin_cursor(self) -> None:
        self.session.add_pin()

    @Slot()
    def jump_to_random(self) -> None:
        if self.session.latent_dim:
            explorer, rng = self.session.explorer, np.random.default_rng()
            if explorer is None:
                self.session.jump_cursor(rng.standard_normal(self.session.latent_dim))
            else:
                self.session.jump_cursor(explorer.sample_prior(1, int(rng.integers(2**31)))[0])

    @Slot()
    def jump_to_origin(self) -> None:
        if self.session.latent_dim:
            self.session.jump_cursor(np.zeros(self.session.latent_dim))

    @Slot()
    def reset_layout(self) -> None:
        self.panels.layout.reset()

    @Slot()
    def toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    @Slot()
    def show_commands(self) -> None:
        palette = CommandPalette(self.menus.actions.all, self)
        corner = self.rect().center()
        palette.move(self.mapToGlobal(corner) - palette.rect().center())
        palette.show()

    @Slot()
    def enter_whats_this(self) -> None:
        QWhatsThis.enterWhatsThisMode()

    @Slot()
    def show_shortcuts(self) -> None:
        ShortcutsDialog(self.menus.actions.all, self).exec()

    @Slot()
    def show_about(self) -> None:
        AboutDialog(self).exec()

    # --- slots ---------------------------------------------------------------------------------

    @Slot(object)
    def _train(self, config: RunConfig) -> None:
        def begin() -> None:
            self.show_map()
            self.workspace.start_training(config)

        self._without_sweep("training", begin)

    def _continue(self) -> None:
        self.show_map()
        self.workspace.continue_training(self.panels.setup.config())

    def _without_sweep(self, before: str, action: Callable[[], None]) -> None:
        """Do `action`; a sweep under way ends first, if the person agrees."""
        desk = self.panels.sweep.desk
        if not desk.is_running or may_stop_sweep(self, before):
            desk.stop_then(action)

    @Slot(object, object)
    def _on_workspace_data_ready(self, images: ImageSet, spec: DataSpec) -> None:
        self.panels.setup.set_data(images, spec)

    @Slot()
    def _on_setup_download_requested(self) -> None:
        self.workspace.load_run_images(download=True)

    @Slot(str, object)
    def _on_workspace_pictures_missing(self, sentence: str, missing: MissingDataSet | None) -> None:
        self.panels.setup.pictures_missing(sentence, missing)
        self.session.notice.emit("The model can be explored; its pictures are not at hand.")

    @Slot(object, object)
    def _on_workspace_download_wanted(self, spec: DataSpec, missing: MissingDataSet) -> None:
        answer = ask_download(self, missing)
        if answer is DownloadAnswer.DOWNLOAD:
            self.workspace.load_wanted(spec, download=True)
        elif answer is DownloadAnswer.CHOOSE_FOLDER:
            self.ask_data_root()
            if self._preferences.data_root is not None:
                self.workspace.load_wanted(spec.model_copy(update={"data_root": self._preferences.data_root}))

    @Slot(object)
    def _on_workspace_run_opened(self, run: RunFolder) -> None:
        self.panels.setup.set_config(run.info.config)
        ships = run.path.parent == models_folder()
        self._preferences.last_run = Path(run.name) if ships else run.path
        change_preferences(last_run=self._preferences.last_run)

    @Slot(object)
    def _on_session_training_state_changed(self, state: TrainingState) -> None:
        self._show_training_state(state)

    @Slot(object)
    def _on_session_selection_changed(self, image: int | None) -> None:
        """Reconstructions need the pictures; where there are none, what is known stands behind them."""
        empty = self.panels.reconstruction
        if image is not None and self.session.images is None and empty.is_empty and empty.isVisible():
            self.panels.layout.dock("selectionDock").raise_()

    @Slot(str)
    def _on_menus_theme_chosen(self, choice: str) -> None:
        self._preferences.theme = choice  # type: ignore[assignment]  # checked by pydantic on assignment
        theme_manager().set_choice(self._preferences.theme)
        change_preferences(theme=choice)

    @Slot(str)
    def _on_menus_scope_chosen(self, scope: str) -> None:
        self.workspace.set_scope(scope)  # type: ignore[arg-type]  # the menu offers only valid scopes
        change_preferences(map_scope=scope)

    # --- private -------------------------------------------------------------------------------

    def _connect(self) -> None:
        session, work, setup = self.session, self.workspace, self.panels.setup
        session.training_state_changed.connect(self._on_session_training_state_changed)
        session.training_event.connect(setup.on_training_event)
        session.history_changed.connect(setup.set_history)
        session.selection_changed.connect(self._on_session_selection_changed)

        setup.train_requested.connect(self._train)
        setup.continue_requested.connect(self.continue_training)
        setup.pause_requested.connect(work.desk.pause)
        setup.resume_requested.connect(work.desk.resume)
        setup.stop_requested.connect(work.stop_training)
        setup.beta_changed.connect(work.desk.set_beta)
        setup.learning_rate_changed.connect(work.desk.set_learning_rate)
        setup.data_requested.connect(self.choose_data)
        setup.folder_requested.connect(self.ask_folder)
        setup.array_requested.connect(self.ask_array)
        setup.loading_cancel_requested.connect(work.cancel_loading)
        setup.download_requested.connect(self._on_setup_download_requested)
        setup.data_root_requested.connect(self.ask_data_root)

        work.loader.progressed.connect(setup.set_loading)
        work.data_ready.connect(self._on_workspace_data_ready)
        work.data_failed.connect(setup.data_error)
        work.pictures_missing.connect(self._on_workspace_pictures_missing)
        work.download_wanted.connect(self._on_workspace_download_wanted)
        work.run_opened.connect(self._on_workspace_run_opened)
        work.run_opened.connect(self._kept_store.open)
        work.run_opened.connect(self.panels.evaluation.set_run)
        work.run_opened.connect(self.panels.sweep.set_run)
        self.panels.evaluation.room_wanted.connect(self._on_evaluation_room_wanted)
        self.panels.sweep.room_wanted.connect(self._on_sweep_room_wanted)
        self.panels.sweep.run_chosen.connect(self.open_run)
        work.resumable_changed.connect(setup.set_resumable)
        work.resumable_changed.connect(self.menus.actions["continue"].setEnabled)

        self.panels.map.start_page_requested.connect(self.show_start_page)
        self.panels.start_page.map_requested.connect(self.show_map)
        self.panels.start_page.data_chosen.connect(self._on_start_page_data_chosen)
        self.panels.start_page.folder_chosen.connect(self.ask_folder)
        self.panels.start_page.array_chosen.connect(self.ask_array)
        self.panels.start_page.run_chosen.connect(self.open_run)
        self.panels.interpolation.path_changed.connect(self.panels.map.set_path)
        self.menus.run_chosen.connect(self.open_run)
        self.menus.theme_chosen.connect(self._on_menus_theme_chosen)
        self.menus.scope_chosen.connect(self._on_menus_scope_chosen)

    @Slot()
    def _on_evaluation_room_wanted(self) -> None:
        self.panels.layout.make_room("evaluationDock", SHELF_SHARE)

    @Slot()
    def _on_sweep_room_wanted(self) -> None:
        self.panels.layout.make_room("sweepDock", SHELF_SHARE)

    @Slot(object)
    def _on_start_page_data_chosen(self, spec: DataSpec) -> None:
        self.show_map()
        self.choose_data(spec)

    def _take_devices(self, devices: list[tuple[str, str]]) -> None:
        self.panels.setup.set_devices(devices)
        self.session.slow.request(
            "networks", _find_networks, self.panels.setup.model.set_plugins, priority=25
        )
        self._reports.status.show_device(devices[0][1])

    def _show_training_state(self, state: TrainingState) -> None:
        self.panels.setup.set_training_state(state)
        actions = self.menus.actions
        actions["train"].setEnabled(state is TrainingState.IDLE)
        actions["continue"].setEnabled(self.workspace.is_resumable)
        actions["pause"].setEnabled(state in (TrainingState.RUNNING, TrainingState.PAUSED))
        actions["stop"].setEnabled(state.is_active)

    def _last_folder(self) -> str:
        return str(self._preferences.folder or Path.home())

    def _remember_folder(self, folder: Path) -> None:
        self._preferences.folder = folder
        change_preferences(folder=folder)

    # --- Qt overrides --------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._settling is not None and self._settling.isActive():
            QTimer.singleShot(0, self, self.panels.layout.fit)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped_path(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = _dropped_path(event)
        if path is None:
            return
        event.acceptProposedAction()
        # After the drop: a dialog inside it would freeze the program that the drop came from.
        QTimer.singleShot(0, self, lambda: self._open_dropped(path))

    def closeEvent(self, event: QCloseEvent) -> None:
        asks = self.workspace.is_training and self._asks_before_closing
        if asks and not may_stop_training(self, "closing"):
            event.ignore()
            return
        sweeps = self.panels.sweep.desk.is_running and self._asks_before_closing
        if sweeps and not may_stop_sweep(self, "closing"):
            event.ignore()
            return
        self.panels.layout.save()
        self.workspace.shut_down()
        super().closeEvent(event)

    def _open_dropped(self, path: Path) -> None:
        if path.is_dir() and (path / "run.json").is_file():
            self.open_run(path)
        elif path.is_dir():
            self.open_folder(path)
        elif path.suffix.lower() in ARRAY_SUFFIXES:
            self.choose_data(DataSpec(source="array", path=path))
        elif path.name == "run.json":
            self.open_run(path.parent)
        else:
            self.panels.banner.show_problem(
                f"{path.name} cannot be opened here; drop a folder of pictures, an .npy or .npz file, or a run folder."
            )


def _dropped_path(event: QDropEvent) -> Path | None:
    urls = event.mimeData().urls()
    return Path(urls[0].toLocalFile()) if urls and urls[0].isLocalFile() else None


def _find_networks(_is_stale: object) -> list[str]:
    """Names of the networks that other packages bring along."""
    from vae_explorer.vae.config import PLUGIN_PREFIX
    from vae_explorer.vae.plugins import installed_plugins

    return [f"{PLUGIN_PREFIX}{origin.name}" for origin in installed_plugins()]

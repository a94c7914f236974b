"""The main window: its panels, what comes on screen in it, and its close. No maths."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QMainWindow, QWhatsThis

from vae_explorer.data.spec import ARRAY_SUFFIXES
from vae_explorer.locations import models_folder
from vae_explorer.runs.folder import RunFolder
from vae_explorer.runs.shipped import shipped_models
from vae_explorer.ui.command_palette import CommandPalette
from vae_explorer.ui.explore_commands import ExploreCommands
from vae_explorer.ui.file_dialogs import FileDialogs
from vae_explorer.ui.kept_store import KeptStore
from vae_explorer.ui.menus import Menus
from vae_explorer.ui.panels.about_dialog import AboutDialog
from vae_explorer.ui.panels.shortcuts_dialog import ShortcutsDialog
from vae_explorer.ui.plotting_loader import PlottingLoader
from vae_explorer.ui.preferences import Preferences, change_preferences
from vae_explorer.ui.questions import may_stop_sweep, may_stop_training
from vae_explorer.ui.session import Session
from vae_explorer.ui.start_up import find_networks_behind, load_torch_behind
from vae_explorer.ui.theme import theme_manager
from vae_explorer.ui.window_data import WindowData
from vae_explorer.ui.window_panels import WindowPanels
from vae_explorer.ui.window_reports import WindowReports
from vae_explorer.ui.window_training import WindowTraining
from vae_explorer.ui.workspace import Workspace

if TYPE_CHECKING:
    from vae_explorer.ui.panels.evaluation_panel import EvaluationPanel
    from vae_explorer.ui.panels.start_page import StartPage
    from vae_explorer.ui.panels.sweep_panel import SweepPanel

__all__ = ["FIRST_MODEL", "MainWindow"]

DEFAULT_SIZE = (1440, 900)  # px; smaller screens get a maximised window
FRAME_PX = 48  # of a window's title bar and borders
SETTLE_MS = 1_000  # after the start: window managers give the window its size in steps
TORCH_AFTER_MS = (
    100  # until torch is imported, which holds up everything else: the map of the first model shows before
)
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
        self.dialogs = FileDialogs(self, preferences)
        self.exploring = ExploreCommands(self.session)
        self.data = WindowData(self, preferences)
        self.training = WindowTraining(self)
        self.menus = Menus(self, preferences)
        self._reports = WindowReports(self)
        self._connect()
        theme_manager().apply_sheet()  # not before there is all that it styles, nor after sizes are taken from it
        for dock in self.panels.layout.docks:
            self.menus.add_panel(dock)
        self.panels.layout.arrange()
        if not self.panels.layout.restore():
            self._settling = QTimer(self, singleShot=True, interval=SETTLE_MS)
            self._settling.start()
        self.training.show_state(self.session.training_state)

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
        QTimer.singleShot(TORCH_AFTER_MS, self, self._load_torch)
        if folder is not None:
            self._open_dropped(folder)

    @Slot()
    def _load_torch(self) -> None:
        load_torch_behind(self.session, self._take_devices, self.ready.emit)

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
        page = self.panels.start_page.panel
        page.set_has_map(self.session.latent_dim > 0)
        page.refresh()
        self.panels.show_start_page()
        page.setFocus()

    @Slot()
    def show_map(self) -> None:
        self.panels.show_map()

    @Slot(object)
    def open_run(self, path: Path) -> None:
        """Show the run in folder `path`; while training, asks first."""
        if self.workspace.is_training and not may_stop_training(self, "opening another model"):
            return
        self.show_map()
        self.workspace.open_run(path)

    @Slot()
    def reset_layout(self) -> None:
        self.panels.layout.reset()

    @Slot()
    def toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    @Slot()
    def show_commands(self) -> None:
        palette = CommandPalette(self.menus.commands, self)
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
    def _on_workspace_run_opened(self, run: RunFolder) -> None:
        self.panels.setup.set_config(run.info.config)
        ships = run.path.parent == models_folder()
        last_run = self._preferences.last_run = Path(run.name) if ships else run.path
        self.session.slow.request(
            "last run",
            lambda _: change_preferences(last_run=last_run),  # waits for the disk
            lambda _: None,
            priority=20,
            must_run=True,
        )

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
        work, panels = self.workspace, self.panels
        self.session.selection_changed.connect(self._on_session_selection_changed)
        work.run_opened.connect(self._on_workspace_run_opened)
        work.run_opened.connect(self._kept_store.open)
        for chosen in (self.dialogs.run_chosen, self.menus.run_chosen):
            chosen.connect(self.open_run)
        panels.map.start_page_requested.connect(self.show_start_page)
        panels.interpolation.path_changed.connect(panels.map.set_path)
        panels.start_page.when_made(self._connect_start_page)
        panels.evaluation.when_made(self._connect_evaluation)
        panels.sweep.when_made(self._connect_sweep)
        self.menus.theme_chosen.connect(self._on_menus_theme_chosen)
        self.menus.scope_chosen.connect(self._on_menus_scope_chosen)

    def _connect_start_page(self, page: StartPage) -> None:
        page.run_chosen.connect(self.open_run)
        page.map_requested.connect(self.show_map)

    def _connect_evaluation(self, panel: EvaluationPanel) -> None:
        panel.room_wanted.connect(self._on_evaluation_room_wanted)
        self._tell_runs(panel.set_run)

    def _connect_sweep(self, panel: SweepPanel) -> None:
        panel.run_chosen.connect(self.open_run)
        panel.room_wanted.connect(self._on_sweep_room_wanted)
        self._tell_runs(panel.set_run)

    def _tell_runs(self, set_run: Callable[[RunFolder], None]) -> None:
        """The run on screen, if there is one, and each that comes."""
        self.workspace.run_opened.connect(set_run)
        if self.workspace.run is not None:
            set_run(self.workspace.run)

    @Slot()
    def _on_evaluation_room_wanted(self) -> None:
        self.panels.layout.make_room("evaluationDock", SHELF_SHARE)

    @Slot()
    def _on_sweep_room_wanted(self) -> None:
        self.panels.layout.make_room("sweepDock", SHELF_SHARE)

    def _take_devices(self, devices: list[tuple[str, str]]) -> None:
        self.panels.setup.set_devices(devices)
        find_networks_behind(self.session, self.panels.setup.model.set_plugins)
        self._reports.status.show_device(devices[0][1])

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
        desk = self.panels.sweep_desk
        sweeps = desk is not None and desk.is_running and self._asks_before_closing
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
            self.data.open_folder(path)
        elif path.suffix.lower() in ARRAY_SUFFIXES:
            self.data.open_array(path)
        elif path.name == "run.json":
            self.open_run(path.parent)
        else:
            self.panels.banner.show_problem(
                f"{path.name} cannot be opened here; drop a folder of pictures, an .npy or .npz file, or a run folder."
            )


def _dropped_path(event: QDropEvent) -> Path | None:
    urls = event.mimeData().urls()
    return Path(urls[0].toLocalFile()) if urls and urls[0].isLocalFile() else None

"""Joins what chooses pictures (Setup, start page, dialogs) to the workspace that reads them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from vae_explorer.data.image_set import ImageSet
from vae_explorer.data.load import MissingDataSet
from vae_explorer.data.spec import DataSpec
from vae_explorer.ui.preferences import Preferences
from vae_explorer.ui.questions import DownloadAnswer, ask_download

if TYPE_CHECKING:
    from vae_explorer.ui.main_window import MainWindow
    from vae_explorer.ui.panels.start_page import StartPage

__all__ = ["WindowData"]


class WindowData(QObject):
    """Brings a choice of pictures in `window` to its workspace, and to Setup what has become of it."""

    def __init__(self, window: MainWindow, preferences: Preferences) -> None:
        super().__init__(window)
        self._window = window
        self._preferences = preferences
        self._setup = window.panels.setup
        self._workspace = window.workspace
        setup, work, dialogs = self._setup, self._workspace, window.dialogs

        setup.data_requested.connect(self.choose)
        setup.folder_requested.connect(dialogs.ask_folder)
        setup.array_requested.connect(dialogs.ask_array)
        setup.data_root_requested.connect(dialogs.ask_data_root)
        setup.download_requested.connect(self._on_setup_download_requested)
        setup.loading_cancel_requested.connect(work.cancel_loading)
        window.panels.start_page.when_made(self._connect_start_page)
        dialogs.folder_chosen.connect(self.open_folder)
        dialogs.array_chosen.connect(self.open_array)
        dialogs.data_root_chosen.connect(self._on_dialogs_data_root_chosen)

        work.data.progressed.connect(setup.set_loading)
        work.data.ready.connect(self._on_data_ready)
        work.data.failed.connect(setup.data_error)
        work.pictures_missing.connect(self._on_workspace_pictures_missing)
        work.data.download_wanted.connect(self._on_data_download_wanted)

    @Slot(object)
    def choose(self, spec: DataSpec) -> None:
        """Make `spec` the data of the next training."""
        self._window.panels.layout.dock("setupDock").show()
        self._workspace.data.load(spec)

    @Slot(object)
    def open_folder(self, path: Path) -> None:
        """Ask how the pictures in `path` are to be fitted, then load them."""
        from vae_explorer.ui.panels.folder_dialog import FolderDialog  # Pillow

        dialog = FolderDialog(path, self._window)
        if dialog.exec() == FolderDialog.DialogCode.Accepted:
            self.choose(dialog.spec())

    @Slot(object)
    def open_array(self, path: Path) -> None:
        """Load the images in the NumPy file `path`."""
        self.choose(DataSpec(source="array", path=path))

    def _connect_start_page(self, page: StartPage) -> None:
        page.set_data_root(self._preferences.data_root)
        page.data_chosen.connect(self._on_start_page_data_chosen)
        page.folder_chosen.connect(self._window.dialogs.ask_folder)
        page.array_chosen.connect(self._window.dialogs.ask_array)

    # --- slots ---------------------------------------------------------------------------------

    @Slot(object)
    def _on_start_page_data_chosen(self, spec: DataSpec) -> None:
        self._window.show_map()
        self.choose(spec)

    @Slot()
    def _on_setup_download_requested(self) -> None:
        self._workspace.load_run_images(download=True)

    @Slot(object)
    def _on_dialogs_data_root_chosen(self, root: Path) -> None:
        session = self._window.session
        session.notice.emit(f"Known data sets are looked for in {root}.")
        if (page := self._window.panels.start_page).is_made:
            page.panel.set_data_root(root)
        if session.images is None:
            self._workspace.load_run_images()

    @Slot(object, object)
    def _on_data_ready(self, images: ImageSet, spec: DataSpec) -> None:
        self._setup.set_data(images, spec)

    @Slot(str, object)
    def _on_workspace_pictures_missing(self, sentence: str, missing: MissingDataSet | None) -> None:
        self._setup.pictures_missing(sentence, missing)
        self._window.session.notice.emit("The model can be explored; its pictures are not at hand.")

    @Slot(object, object)
    def _on_data_download_wanted(self, spec: DataSpec, missing: MissingDataSet) -> None:
        answer = ask_download(self._window, missing)
        if answer is DownloadAnswer.DOWNLOAD:
            self._workspace.load_wanted(spec, download=True)
        elif answer is DownloadAnswer.CHOOSE_FOLDER:
            self._window.dialogs.ask_data_root()
            root = self._preferences.data_root
            if root is not None:
                self._workspace.load_wanted(spec.model_copy(update={"data_root": root}))

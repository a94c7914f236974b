"""``FileDialogs``: asks where pictures, runs and sets of data lie on this machine."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from vae_explorer.ui.preferences import Preferences, change_preferences

__all__ = ["FileDialogs"]


class FileDialogs(QObject):
    """One question a slot; a dialog begins in the folder of the last answer, also at the next launch.

    Signals
    -------
    folder_chosen
        `Path` of a folder of pictures.
    array_chosen
        `Path` of a NumPy file.
    data_root_chosen
        `Path` where the known sets of data are looked for from now on.
    run_chosen
        `Path` of a run folder.
    """

    folder_chosen = Signal(object)
    array_chosen = Signal(object)
    data_root_chosen = Signal(object)
    run_chosen = Signal(object)

    def __init__(self, window: QWidget, preferences: Preferences) -> None:
        super().__init__(window)
        self._window = window
        self._preferences = preferences

    @Slot()
    def ask_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self._window, "Folder of pictures", self._last_folder())
        if path:
            self._remember_folder(Path(path).parent)
            self.folder_chosen.emit(Path(path))

    @Slot()
    def ask_array(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self._window, "Array of images", self._last_folder(), "NumPy (*.npy *.npz)"
        )
        if path:
            self._remember_folder(Path(path).parent)
            self.array_chosen.emit(Path(path))

    @Slot()
    def ask_data_root(self) -> None:
        start = str(self._preferences.data_root or Path.home())
        path = QFileDialog.getExistingDirectory(
            self._window, "Folder of data sets (holds MNIST/raw, …)", start
        )
        if path:
            self._preferences.data_root = Path(path)
            change_preferences(data_root=Path(path))
            self.data_root_chosen.emit(Path(path))

    @Slot()
    def ask_run(self) -> None:
        path = QFileDialog.getExistingDirectory(
            self._window, "Run folder (holds run.json)", self._last_folder()
        )
        if path:
            self._remember_folder(Path(path).parent)
            self.run_chosen.emit(Path(path))

    def _last_folder(self) -> str:
        return str(self._preferences.folder or Path.home())

    def _remember_folder(self, folder: Path) -> None:
        self._preferences.folder = folder
        change_preferences(folder=folder)

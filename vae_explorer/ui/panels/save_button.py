"""``SaveButton``: saves a picture as a PNG; its menu chooses how large."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from vae_explorer.ui.icons import icon
from vae_explorer.ui.panels.controls import set_help

__all__ = ["SaveButton"]

SCALES, SCALE_START = (1, 2, 4, 8, 16), 8  # whole factors keep pixels square


class SaveButton(QToolButton):
    """Asks for saving when pressed.

    Signals
    -------
    save_wanted
        The button or the menu's last entry was chosen.
    """

    save_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scale = SCALE_START
        self._image: NDArray[np.uint8] | None = None
        self.setObjectName("saveButton")
        self.setIcon(icon("save"))
        self.setText("Save")
        self.setAccessibleName("Save")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        set_help(
            self,
            "Save the picture as a PNG",
            "Writes the picture as a PNG, every pixel of the model enlarged to a crisp square. The menu "
            "chooses how large.",
        )
        menu = QMenu(self)
        self._scales = QActionGroup(menu)
        for scale in SCALES:
            action = menu.addAction(f"{scale} ×")
            action.setCheckable(True)
            action.setChecked(scale == self._scale)
            action.setData(scale)
            self._scales.addAction(action)
        menu.addSeparator()
        menu.addAction(icon("save"), "Save picture…", self.save_wanted.emit)
        menu.aboutToShow.connect(self._on_menu_about_to_show)
        self.setMenu(menu)
        self._scales.triggered.connect(self._on_scales_triggered)
        self.clicked.connect(self.save_wanted)

    @property
    def scale(self) -> int:
        """Enlargement, a whole factor."""
        return self._scale

    def set_picture(self, image: NDArray[np.uint8] | None) -> None:
        """The picture to be saved, uint8 (C, H, W): the menu tells its sizes."""
        self._image = image

    @Slot(QAction)
    def _on_scales_triggered(self, action: QAction) -> None:
        self._scale = int(action.data())

    @Slot()
    def _on_menu_about_to_show(self) -> None:
        for action in self._scales.actions():
            scale, size = int(action.data()), ""
            if self._image is not None:
                _, height, width = self._image.shape
                size = f"  ({width * scale} × {height * scale} px)"
            action.setText(f"{scale} ×{size}")

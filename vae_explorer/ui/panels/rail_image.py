"""``RailImage``: a picture as wide as its rail that gives way where the rail is short."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from vae_explorer.ui.widgets.image_view import ImageView

__all__ = ["RailImage"]

_SIDE_MIN_PX = 160


class RailImage(ImageView):
    """Never taller than its proportions ask for, and shorter before anything below it is cut off."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(_SIDE_MIN_PX, _SIDE_MIN_PX)

    def set_image(self, image: NDArray[np.uint8] | None) -> None:
        super().set_image(image)
        self._limit()

    def hasHeightForWidth(self) -> bool:
        return False

    def sizeHint(self) -> QSize:
        return QSize(280, min(self.heightForWidth(280), 280))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._limit()

    def _limit(self) -> None:
        tallest = max(_SIDE_MIN_PX, self.heightForWidth(self.width()))
        if tallest != self.maximumHeight():
            self.setMaximumHeight(tallest)

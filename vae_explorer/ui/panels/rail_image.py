"""``RailImage``: a picture as wide as its rail that gives way where the rail is short."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from vae_explorer.ui.widgets.image_view import ImageView

__all__ = ["RailImage"]

_SIDE_MIN_PX, _SIDE_LOW_PX = 160, 96  # by itself; beside something else


class RailImage(ImageView):
    """Never taller than its proportions ask for, and shorter before anything below it is cut off."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._least_px = _SIDE_MIN_PX
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(self._least_px, self._least_px)

    def set_shares(self, shares: bool) -> None:
        """Whether the picture gives way to something that stands beside it."""
        self._least_px = _SIDE_LOW_PX if shares else _SIDE_MIN_PX
        self.setMinimumSize(self._least_px, self._least_px)
        self._limit()

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
        tallest = max(self._least_px, self.heightForWidth(self.width()))
        if tallest != self.maximumHeight():
            self.setMaximumHeight(tallest)

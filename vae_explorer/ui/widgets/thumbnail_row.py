"""``ThumbnailRow``: a few small pictures in a line, as many as fit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QSize, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from vae_explorer.ui.icons import icon
from vae_explorer.ui.theme import SPACE_S, SPACE_XS, theme_manager
from vae_explorer.ui.widgets.picture import draw_picture, fitted, to_qimage

__all__ = ["ThumbnailRow"]


class ThumbnailRow(QWidget):
    """Square thumbnails of one height; without pictures, one square with a sign."""

    def __init__(self, side_px: int = 36, sign: str = "image", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side_px = side_px
        self._sign = sign
        self._pictures: tuple[QImage, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(side_px)
        theme_manager().changed.connect(self._on_theme_changed)

    @property
    def count(self) -> int:
        return len(self._pictures)

    def set_images(self, images: NDArray[np.uint8] | None) -> None:
        """Show uint8 (n, C, H, W)."""
        self.set_pictures(() if images is None else tuple(to_qimage(image) for image in images))

    def set_pictures(self, pictures: tuple[QImage, ...]) -> None:
        self._pictures = pictures
        self.update()

    @Slot()
    def _on_theme_changed(self) -> None:
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(5 * self._side_px + 4 * SPACE_XS, self._side_px)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_manager().theme
        painter = QPainter(self)
        room = (self.width() + SPACE_XS) // (self._side_px + SPACE_XS)
        gap = SPACE_XS
        if room > 1 and len(self._pictures) >= room:  # spread over the whole width
            gap = min(SPACE_S, (self.width() - room * self._side_px) // (room - 1))
        for place in range(max(1, min(room, len(self._pictures)))):
            square = QRect(place * (self._side_px + gap), 0, self._side_px, self._side_px)
            painter.fillRect(square, QColor(theme.ground))
            if self._pictures:
                picture = self._pictures[place]
                draw_picture(painter, fitted(picture.size(), square), picture)
            else:
                quarter = self._side_px // 4
                icon(self._sign, "muted").paint(
                    painter, square.adjusted(quarter, quarter, -quarter, -quarter)
                )

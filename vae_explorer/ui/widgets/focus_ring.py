"""``FocusRing``: a widget that shows by a ring that keys go to it."""

from __future__ import annotations

from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from vae_explorer.ui.theme import theme_manager

__all__ = ["RING_PX", "FocusRing"]

RING_PX = 2  # leave so much room around what is inside


class FocusRing(QWidget):
    """Draws the ring while it has the keyboard's focus."""

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setPen(QPen(QColor(theme_manager().theme.accent_bright), RING_PX))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

"""``ElidingLabel``: one line of text that ends in "…" where there is no room for the rest."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

__all__ = ["ElidingLabel"]

_ROOM_PX = 2  # for the ellipsis: some fonts draw it wider than they say


class ElidingLabel(QLabel):
    """Plain text; asks for room for all of it and makes do with less."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)

    def text(self) -> str:
        """All of the text, not only what is seen of it."""
        return self._text

    def setText(self, text: str) -> None:
        self._text = text
        self.updateGeometry()
        self._elide()

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        margins = hint.width() - self._width_of(super().text())
        return QSize(margins + self._width_of(self._text) + 2 * _ROOM_PX, hint.height())

    def minimumSizeHint(self) -> QSize:
        least = self._width_of("…") + _ROOM_PX
        return QSize(min(least, self.sizeHint().width()), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._elide()

    def _elide(self) -> None:
        width = self.contentsRect().width() - _ROOM_PX
        shown = self.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideRight, width)
        if shown != super().text():
            super().setText(shown)

    def _width_of(self, text: str) -> int:
        return self.fontMetrics().horizontalAdvance(text)

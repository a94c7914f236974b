"""``Section`` and ``Card``: the frames that group what belongs together."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from vae_explorer.ui.theme import SPACE_M, SPACE_S

__all__ = ["Card", "Section", "restyle"]


def restyle(widget: QWidget) -> None:
    """Let the style sheet see a changed property."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


class Card(QFrame):
    """A raised frame with a column inside; `clickable` ones act like a button."""

    clicked = Signal()

    def __init__(self, parent: QWidget | None = None, *, clickable: bool = False) -> None:
        super().__init__(parent)
        self.setProperty("card", "true")
        self._clickable = clickable
        if clickable:
            self.setProperty("clickable", "true")
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        self.column.setSpacing(SPACE_S)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._clickable or event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        inside = self.rect().contains(event.position().toPoint())
        if self._clickable and inside and event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit()
        else:
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._clickable and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit()
        else:
            super().keyPressEvent(event)


class Section(QWidget):
    """A quiet capital heading, something small at its right end, and a card under them."""

    def __init__(self, title: str, parent: QWidget | None = None, *, framed: bool = True) -> None:
        super().__init__(parent)
        self.heading = QLabel(title.upper())
        self.heading.setProperty("role", "section")
        self.heading.setAccessibleName(title)
        self.aside = QLabel()
        self.aside.setProperty("role", "caption")
        self.aside.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.head = QHBoxLayout()
        self.head.setContentsMargins(0, 0, 0, 0)
        self.head.addWidget(self.heading)
        self.head.addStretch(1)
        self.head.addWidget(self.aside)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addLayout(self.head)
        self.card = Card() if framed else None
        if self.card is not None:
            column.addWidget(self.card)
            self.column = self.card.column
        else:
            self.column = QVBoxLayout()
            self.column.setSpacing(SPACE_S)
            column.addLayout(self.column)

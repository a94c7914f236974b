"""``EmptyState``: says what a panel will show, what to do next, and offers the button."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from vae_explorer.ui.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XS

__all__ = ["EmptyState", "FilledPanel", "Pages"]

_TEXT_WIDTH_PX = 420  # a longer line is hard to read


class EmptyState(QWidget):
    """A centred title, one sentence, and the buttons that were added."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = QLabel()
        self._title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sentence = QLabel()
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._sentence.setWordWrap(True)
        self._sentence.setMaximumWidth(_TEXT_WIDTH_PX)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(SPACE_S)
        self._buttons.addStretch(1)
        self._buttons.addStretch(1)
        text_row = QHBoxLayout()
        text_row.addStretch(1)
        text_row.addWidget(self._sentence, 100)
        text_row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        layout.setSpacing(SPACE_XS)
        layout.addStretch(1)
        layout.addWidget(self._title)
        layout.addLayout(text_row)
        layout.addSpacing(SPACE_XS)
        layout.addLayout(self._buttons)
        layout.addStretch(1)
        self._title.setProperty("role", "strong")
        self._sentence.setProperty("role", "muted")

    @property
    def words(self) -> str:
        """Title and sentence on show."""
        return f"{self._title.text()}. {self._sentence.text()}"

    def set_words(self, title: str, sentence: str) -> None:
        self._title.setText(title)
        self._sentence.setText(sentence)

    def add_button(self, button: QPushButton) -> None:
        """Offer one more thing to do, right of those already there."""
        self._buttons.insertWidget(self._buttons.count() - 1, button)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 64)  # a dock may be made smaller than its empty state would like


class Pages(QStackedWidget):
    """An empty state and a panel's content; neither forces a height upon the dock."""

    def hasHeightForWidth(self) -> bool:
        return False


class FilledPanel(QWidget):
    """A panel whose content stands below one another, or that says why there is none.

    Attributes
    ----------
    column
        Where the content goes, edge to edge.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        body = QWidget()
        self.column = QVBoxLayout(body)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)
        self._empty = EmptyState()
        self._pages = Pages()
        self._pages.addWidget(self._empty)
        self._pages.addWidget(body)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return self._pages.currentWidget() is self._empty

    @property
    def empty_words(self) -> str:
        """What the empty state says."""
        return self._empty.words

    def show_content(self, shown: bool = True) -> None:
        """Show what is in the column, or else the words of before."""
        self._pages.setCurrentIndex(1 if shown else 0)

    def show_words(self, title: str, sentence: str) -> None:
        """Say why there is nothing."""
        self._empty.set_words(title, sentence)
        self.show_content(False)

"""``InlineError``: one sentence beside the control that caused it."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QLabel, QWidget

from vae_explorer.ui.theme import SPACE_S, SPACE_XS

__all__ = ["InlineError"]


class InlineError(QLabel):
    """Hidden while there is nothing to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWordWrap(True)
        self.setContentsMargins(SPACE_S, SPACE_XS, SPACE_S, SPACE_XS)
        self.setAccessibleName("Problem")
        self.setProperty("role", "error")
        self.hide()

    def show_sentence(self, sentence: str) -> None:
        self.setText(sentence)
        self.setVisible(bool(sentence))

    @Slot()
    def clear(self) -> None:
        self.show_sentence("")

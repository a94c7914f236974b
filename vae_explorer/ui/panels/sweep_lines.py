"""``SweepLines``: how far a sweep is, what came of it, and why none can begin."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QProgressBar, QVBoxLayout, QWidget

from vae_explorer.ui.panels.controls import Caption, ElidedCaption
from vae_explorer.ui.panels.inline_error import InlineError
from vae_explorer.ui.theme import SPACE_M, SPACE_XS

__all__ = ["SweepLines"]

_BAR_STEPS = 1000


class SweepLines(QWidget):
    """A slim bar and four lines under it; each is there only while it has something to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar = QProgressBar()
        self.bar.setRange(0, _BAR_STEPS)
        self.bar.setTextVisible(False)
        self.bar.setProperty("slim", "true")
        self.bar.setAccessibleName("Progress of the sweep")
        self.status = ElidedCaption()
        self.status.setAccessibleName("State of the sweep")
        self.reason = Caption()
        self.reason.setWordWrap(True)
        self.stale = QLabel()
        self.stale.setProperty("role", "warned")
        self.stale.setWordWrap(True)
        self.error = InlineError()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        for line in (self.status, self.reason, self.stale):
            line.setContentsMargins(SPACE_M, SPACE_XS if line is self.status else 0, SPACE_M, SPACE_XS)
            column.addWidget(line)
        column.addWidget(self.error)

    def show_progress(self, fraction: float, words: str | None) -> None:
        """How much of the sweep is done, from 0 to 1, and what it does; None: what it said before."""
        self.bar.setValue(round(_BAR_STEPS * fraction))
        if words is not None:
            self.status.setText(words)

    def show_reason(self, sentence: str) -> None:
        """Why no sweep can begin; empty: one can."""
        self.reason.setText(sentence)
        self.reason.setVisible(bool(sentence))

    def show_stale(self, sentence: str) -> None:
        """That the sweep is not of the run on screen; empty: it is."""
        self.stale.setText(sentence)
        self.stale.setVisible(bool(sentence))

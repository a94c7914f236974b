"""``Rail``: a column of sections that scrolls, over a footer that stays in reach."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from vae_explorer.ui.theme import SPACE_L, SPACE_M, SPACE_S

__all__ = ["Rail"]


class Rail(QWidget):
    """Stacks `sections`; `footer` never scrolls away."""

    def __init__(self, sections: tuple[QWidget, ...], footer: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        content = QWidget()
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_M)
        self._column.setSpacing(SPACE_L)
        for section in sections:
            self._column.addWidget(section)
        self._column.addStretch(1)
        self.scroll_area = QScrollArea()
        self.scroll_area.setWidget(content)
        self.scroll_area.setWidgetResizable(True)
        self.scroll_area.setFrameShape(QFrame.Shape.NoFrame)
        self.scroll_area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroll_area.verticalScrollBar().rangeChanged.connect(self._on_scroll_bar_range_changed)
        frame = QFrame()
        frame.setProperty("footer", "true")
        below = QVBoxLayout(frame)
        below.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_S)
        below.addWidget(footer)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.scroll_area, 1)
        layout.addWidget(frame)

    def bring_into_view(self, section: QWidget) -> None:
        """Scroll as little as shows the section."""
        self.scroll_area.ensureWidgetVisible(section)

    @Slot(int, int)
    def _on_scroll_bar_range_changed(self, low: int, high: int) -> None:
        """The bar takes its room from the margin, so that the sections keep their width."""
        bar = self.scroll_area.verticalScrollBar().sizeHint().width() if high > low else 0
        self._column.setContentsMargins(SPACE_M, SPACE_S, max(2, SPACE_M - bar), SPACE_M)

"""``CardGrid``: cards of one width in as many columns as fit; arrow keys walk among them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from vae_explorer.ui.theme import SPACE_M

__all__ = ["CardGrid"]


class CardGrid(QWidget):
    """Lays widgets out in rows; all columns are equally wide."""

    def __init__(self, card_width_px: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._card_width_px = card_width_px
        self._cards: list[QWidget] = []
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(SPACE_M)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)

    @property
    def cards(self) -> tuple[QWidget, ...]:
        return tuple(self._cards)

    def set_cards(self, cards: list[QWidget]) -> None:
        """Replace all cards; the old ones are deleted."""
        for old in self._cards:
            self._grid.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._cards = list(cards)
        self._columns = 0
        self._arrange()

    def add_card(self, card: QWidget) -> None:
        """Put one more card after the others."""
        self._cards.append(card)
        self._columns = 0
        self._arrange()

    def _arrange(self) -> None:
        columns = max(1, (self.width() + SPACE_M) // (self._card_width_px + SPACE_M))
        if columns == self._columns:
            return
        for column in range(max(self._columns, columns)):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
        self._columns = columns
        for place, card in enumerate(self._cards):
            self._grid.addWidget(card, place // columns, place % columns)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -self._columns,
            Qt.Key.Key_Down: self._columns,
        }
        focused = next((place for place, card in enumerate(self._cards) if card.hasFocus()), None)
        key = Qt.Key(event.key())
        if focused is None or key not in steps or not 0 <= focused + steps[key] < len(self._cards):
            super().keyPressEvent(event)
            return
        self._cards[focused + steps[key]].setFocus(Qt.FocusReason.TabFocusReason)

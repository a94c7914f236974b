"""Cards that float on the map: translucent frames in its corners, and the placing of them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from vae_explorer.ui.icons import icon
from vae_explorer.ui.theme import RADIUS_CARD, SPACE_M, SPACE_S, SPACE_XS, theme_manager
from vae_explorer.ui.widgets.map.map_view import MapView

__all__ = ["CardPlacer", "FloatingCard", "HintCard", "card_button"]

CARD_ALPHA = 236  # of 255: the map shimmers through, text stays readable
ICON_PX = 16


class FloatingCard(QWidget):
    """A translucent rounded frame that keeps the mouse to itself."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        theme_manager().changed.connect(self.update)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.accept()

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = theme_manager().theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QColor(theme.panel)
        ground.setAlpha(CARD_ALPHA)
        painter.setBrush(ground)
        painter.setPen(QPen(QColor(theme.line), 1))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_CARD, RADIUS_CARD)


class HintCard(FloatingCard):
    """One quiet sentence with at most one thing to do."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._said = ("", "")
        self._text = QLabel()
        self.button = QToolButton()
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_M, SPACE_XS, SPACE_XS, SPACE_XS)
        row.setSpacing(SPACE_M)
        row.addWidget(self._text)
        row.addWidget(self.button)
        self.hide()

    @property
    def text(self) -> str:
        return self._text.text()

    def show_hint(self, text: str, button: str = "", tooltip: str = "") -> None:
        """Say something; an empty text hides the card."""
        if (text, button) == self._said:
            return
        self._said = (text, button)
        self._text.setText(text)
        self.button.setText(button)
        self.button.setToolTip(tooltip)
        self.button.setAccessibleName(button)
        self.button.setVisible(bool(button))
        self.setVisible(bool(text))
        self.adjustSize()


class CardPlacer(QObject):
    """Keeps cards in the corners of the map; stacks those of one corner away from it."""

    def __init__(self, view: MapView) -> None:
        super().__init__(view)
        self._view = view
        self._cards: list[tuple[QWidget, Qt.AlignmentFlag]] = []
        view.installEventFilter(self)

    def add(self, card: QWidget, corner: Qt.AlignmentFlag) -> None:
        """Put `card` at a corner or the middle of an edge, inside of those put there before."""
        card.setParent(self._view)
        card.installEventFilter(self)
        self._cards.append((card, corner))
        self.place()

    def place(self) -> None:
        """Move every visible card to its place."""
        space: dict[Qt.AlignmentFlag, int] = {}
        for card, corner in self._cards:
            if card.isHidden():
                continue
            wanted = card.sizeHint().expandedTo(card.minimumSizeHint())
            size = wanted.boundedTo(
                QSize(self._view.width() - 2 * SPACE_M, self._view.height() - 2 * SPACE_M)
            )
            offset = space.get(corner, SPACE_M)
            space[corner] = offset + size.height() + SPACE_S
            left = SPACE_M
            if corner & Qt.AlignmentFlag.AlignRight:
                left = self._view.width() - size.width() - SPACE_M
            elif corner & Qt.AlignmentFlag.AlignHCenter:
                left = (self._view.width() - size.width()) // 2
            top = (
                offset if corner & Qt.AlignmentFlag.AlignTop else self._view.height() - size.height() - offset
            )
            card.setGeometry(left, top, size.width(), size.height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if watched is self._view:
            if kind == QEvent.Type.Resize:
                self.place()
        elif kind in (QEvent.Type.LayoutRequest, QEvent.Type.Show, QEvent.Type.Hide):
            self.place()
        elif kind == QEvent.Type.Enter:
            self._view.end_hover()
        return False


def card_button(
    sign: str, text: str, tooltip: str, whats_this: str, *, checkable: bool = True
) -> QToolButton:
    """A flat button of a card: icon, and text if there is any."""
    button = QToolButton()
    button.setProperty("variant", "tool")
    button.setIcon(icon(sign))
    button.setIconSize(QSize(ICON_PX, ICON_PX))
    button.setText(text)
    beside = Qt.ToolButtonStyle.ToolButtonTextBesideIcon if text else Qt.ToolButtonStyle.ToolButtonIconOnly
    button.setToolButtonStyle(beside)
    button.setCheckable(checkable)
    button.setToolTip(tooltip)
    button.setStatusTip(tooltip)
    button.setWhatsThis(whats_this)
    button.setAccessibleName(text or tooltip)
    return button

"""``FlowLayout``: controls in a line that break into further lines where there is no room."""

from __future__ import annotations

from PySide6.QtCore import QMargins, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QSizePolicy, QWidget

from vae_explorer.ui.theme import SPACE_M, SPACE_S

__all__ = ["FlowLayout"]

_FILL_MIN_PX = 72  # a caption cut to less than this tells nothing


class FlowLayout(QLayout):
    """Left to right, top to bottom; items of a line are centred on it.

    A widget whose horizontal policy is *Ignored* fills the rest of its line and disappears where nothing
    is left.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = SPACE_M
        self.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_S)

    def set_gap(self, gap_px: int) -> None:
        """Room between the items of a line."""
        if gap_px != self._gap:
            self._gap = gap_px
            self.invalidate()

    def line_width(self) -> int:
        """What all items in one line need, margins included."""
        return self.sizeHint().width()

    def line_height(self) -> int:
        """Of the tallest item."""
        return max((item.sizeHint().height() for item in self._items if self._counts(item)), default=0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def sizeHint(self) -> QSize:
        """All in one line."""
        margins, least = self.contentsMargins(), self.minimumSize()
        widths = [item.sizeHint().width() for item in self._items if self._counts(item) and not _fills(item)]
        line = sum(widths) + self._gap * max(0, len(widths) - 1)
        return QSize(line + margins.left() + margins.right(), least.height())

    def minimumSize(self) -> QSize:
        margins = self.contentsMargins()
        widest = max(
            (i.sizeHint().width() for i in self._items if self._counts(i) and not _fills(i)), default=0
        )
        return QSize(
            widest + margins.left() + margins.right(), self.line_height() + margins.top() + margins.bottom()
        )

    @staticmethod
    def _counts(item: QLayoutItem) -> bool:
        return not item.isEmpty()

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        """Place the items in `rect`; returns the height that they need."""
        margins: QMargins = self.contentsMargins()
        room = rect.marginsRemoved(QMargins(margins.left(), margins.top(), margins.right(), 0))
        lines = self._lines(room.width())
        top = room.top()
        for line in lines:
            height = max((item.sizeHint().height() for item in line), default=0)
            left = room.left()
            for item in line:
                hint = item.sizeHint()
                rest = room.left() + room.width() - left
                width = (
                    (rest if rest >= _FILL_MIN_PX else 0) if _fills(item) else min(hint.width(), room.width())
                )
                if move:
                    at = QPoint(left, top + (height - hint.height()) // 2)
                    item.setGeometry(QRect(at, QSize(width, hint.height())))
                left += width + self._gap
            top += height + SPACE_S
        if lines:
            top -= SPACE_S
        return top - rect.top() + margins.bottom()

    def _lines(self, width: int) -> list[list[QLayoutItem]]:
        lines: list[list[QLayoutItem]] = []
        used = 0
        for item in self._items:
            if not self._counts(item):
                continue
            wanted = 0 if _fills(item) else item.sizeHint().width()
            if not lines or (used + self._gap + wanted > width and not _fills(item)):
                lines.append([item])
                used = wanted
            else:
                lines[-1].append(item)
                used += self._gap + wanted
        return lines


def _fills(item: QLayoutItem) -> bool:
    widget = item.widget()
    return widget is not None and widget.sizePolicy().horizontalPolicy() == QSizePolicy.Policy.Ignored

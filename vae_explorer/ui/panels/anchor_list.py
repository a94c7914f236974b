"""``AnchorList``: the anchors of a path as a row of letters, to reorder and remove."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QContextMenuEvent, QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QFrame, QListView, QListWidget, QListWidgetItem, QMenu, QWidget

from vae_explorer.ui.icons import icon

__all__ = ["AnchorList"]

_ITEM_PX = 26
_VISIBLE_ITEMS = 6  # more scroll


class AnchorList(QListWidget):
    """Names in the order of the walk; drag, or Alt with an arrow key, changes it, Delete removes.

    Signals
    -------
    order_chosen
        ``tuple[str, ...]``, all names in their new order.
    removal_wanted
        The name to take out.
    chosen
        The name that was clicked.
    """

    order_chosen = Signal(object)
    removal_wanted = Signal(str)
    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setDragDropMode(QListWidget.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setFixedHeight(_ITEM_PX)
        self.setAccessibleName("Anchors of the path, in order")
        self._updating = False
        self.model().rowsMoved.connect(self._on_rows_moved)
        self.itemClicked.connect(self._on_item_clicked)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.item(row).text() for row in range(self.count()))

    def set_names(self, names: Sequence[str]) -> None:
        """Show other anchors; the current one stays current where it still exists."""
        if tuple(names) == self.names:
            return
        current = self.currentItem().text() if self.currentItem() is not None else ""
        self._updating = True
        self.clear()
        metrics = QFontMetrics(self.font())
        for name in names:
            item = QListWidgetItem(name)
            item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
            item.setSizeHint(QSize(metrics.horizontalAdvance(name) + 16, _ITEM_PX))
            self.addItem(item)
            if name == current:
                self.setCurrentItem(item)
        self._updating = False
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        widths = [self.item(row).sizeHint().width() for row in range(min(self.count(), _VISIBLE_ITEMS))]
        return QSize(sum(widths) + 4, _ITEM_PX)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def move_current(self, by: int) -> None:
        """Move the current anchor `by` places along the path."""
        row, names = self.currentRow(), list(self.names)
        target = row + by
        if 0 <= row < len(names) and 0 <= target < len(names):
            names.insert(target, names.pop(row))
            self.order_chosen.emit(tuple(names))

    @Slot(QModelIndex, int, int, QModelIndex, int)
    def _on_rows_moved(self) -> None:
        if not self._updating:
            self.order_chosen.emit(self.names)

    @Slot(QListWidgetItem)
    def _on_item_clicked(self, item: QListWidgetItem) -> None:
        self.chosen.emit(item.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        alt = event.modifiers() & Qt.KeyboardModifier.AltModifier
        if alt and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.move_current(-1 if event.key() == Qt.Key.Key_Left else 1)
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.currentItem() is not None:
            self.removal_wanted.emit(self.currentItem().text())
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentItem() is not None:
            self.chosen.emit(self.currentItem().text())
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        item = self.itemAt(event.pos())
        if item is None:
            return
        self.setCurrentItem(item)
        row, name = self.row(item), item.text()
        menu = QMenu(self)
        earlier = menu.addAction(icon("chevron-left"), "Move earlier")
        later = menu.addAction(icon("chevron-right"), "Move later")
        menu.addSeparator()
        remove = menu.addAction(icon("trash"), f"Remove pin {name}")
        earlier.setEnabled(row > 0)
        later.setEnabled(row < self.count() - 1)
        wanted: QAction | None = menu.exec(event.globalPos())
        menu.deleteLater()
        if wanted is earlier:
            self.move_current(-1)
        elif wanted is later:
            self.move_current(1)
        elif wanted is remove:
            self.removal_wanted.emit(name)

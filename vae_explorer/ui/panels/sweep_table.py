"""``SweepTable``: the points of a sweep as a table, by ascending β, with the run on screen among them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QApplication, QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from vae_explorer.ui.panels.sweep_rows import SweepRow, with_error
from vae_explorer.ui.theme import theme_manager

__all__ = ["SweepTable"]

COLUMNS = ("β", "recon", "KL", "−ELBO", "active")
FONT_PX = 12  # between text and caption: many numbers in a row
_ACTIVE = COLUMNS.index("active")
_PADDING_PX = 15  # of a cell in the style sheet, left and right
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class SweepTable(QTreeWidget):
    """One line a run; Enter or a double click opens it, Ctrl+C copies the line.

    Signals
    -------
    chosen
        Place of the row, or −1; only when a person did it.
    opened
        Place of the row whose run is wanted.
    """

    chosen = Signal(int)
    opened = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[SweepRow, ...] = ()
        self._is_filling = False
        self.setColumnCount(len(COLUMNS))
        self.setHeaderLabels(list(COLUMNS))
        self.setAccessibleName("Points of the sweep")
        self.setWhatsThis(
            "Each run with its reconstruction loss, KL and −ELBO in nats an image, their standard errors, and how many "
            "latent dimensions are active (Burda et al. 2016). Enter opens the chosen run; Ctrl+C copies its line."
        )
        self.setProperty("tabular", "true")
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        font = self.font()
        font.setPixelSize(FONT_PX)
        self.setFont(font)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setMinimumSectionSize(24)
        for column in range(1, len(COLUMNS)):
            self.headerItem().setTextAlignment(column, _RIGHT)
        self.headerItem().setToolTip(
            4, "Active units: dimensions whose mean varies by more than 0.01 over images"
        )
        self.currentItemChanged.connect(self._on_current_item_changed)
        self.itemActivated.connect(self._on_item_activated)
        theme_manager().changed.connect(self._on_theme_changed)

    # --- what is shown -------------------------------------------------------------------------

    @property
    def rows(self) -> tuple[SweepRow, ...]:
        return self._rows

    @property
    def current(self) -> int:
        """Place of the chosen row; −1 without one."""
        item = self.currentItem()
        return -1 if item is None else self.indexOfTopLevelItem(item)

    @property
    def texts(self) -> list[str]:
        """One line a row; for tests and screen readers."""
        return [_line(item) for item in self._items()]

    def set_rows(self, rows: Sequence[SweepRow]) -> None:
        """Show other points; the chosen place stays."""
        place = self.current
        self._rows = tuple(rows)
        self._fill()
        self.set_current(min(place, len(self._rows) - 1))

    @property
    def wanted_width(self) -> int:
        """What shows every figure with its error, px."""
        return self._width(errors=True, active=True) + 2 * self.frameWidth() + 2

    def set_current(self, place: int) -> None:
        """Choose a row without `chosen`; −1 for none."""
        self._is_filling = True
        item = self.topLevelItem(place)
        if item is None:
            self.selectionModel().clear()
        else:
            self.setCurrentItem(item)
        self._is_filling = False

    # --- private -------------------------------------------------------------------------------

    def _items(self) -> list[QTreeWidgetItem]:
        items = [self.topLevelItem(k) for k in range(self.topLevelItemCount())]
        return [item for item in items if item is not None]

    def _fill(self) -> None:
        """As much as there is room for: errors go into the tooltips last, active units first."""
        self._is_filling = True
        self.clear()
        room = self.viewport().width()
        choices = [(True, True), (True, False), (False, True), (False, False)]  # errors, active units
        errors, active = next((each for each in choices if self._width(*each) <= room), choices[-1])
        self.setColumnHidden(_ACTIVE, not active)
        for row in self._rows:
            item = QTreeWidgetItem(self, _cells(row, errors=errors))
            for column in range(len(COLUMNS)):
                item.setToolTip(column, row.words)
                if column:
                    item.setTextAlignment(column, _RIGHT)
            if row.is_current:
                item.setForeground(0, QColor(theme_manager().theme.path))
        widths = self._widths(errors=errors)
        shown = [column for column in range(len(COLUMNS)) if active or column != _ACTIVE]
        spare = max(0, room - sum(widths[column] for column in shown)) // len(shown)
        for column in shown:
            self.setColumnWidth(column, widths[column] + spare)
        self._is_filling = False

    def _widths(self, *, errors: bool) -> list[int]:
        """What each column needs for its widest text, px."""
        metrics, head = QFontMetrics(self.font()), QFontMetrics(self.header().font())
        columns = zip(*(_cells(row, errors=errors) for row in self._rows), strict=True)
        widest = [max(map(metrics.horizontalAdvance, texts)) for texts in columns] or [0] * len(COLUMNS)
        titles = map(head.horizontalAdvance, COLUMNS)
        return [max(both) + _PADDING_PX for both in zip(widest, titles, strict=True)]

    def _width(self, errors: bool, active: bool) -> int:
        widths = self._widths(errors=errors)
        return sum(widths if active else widths[:_ACTIVE])

    @Slot()
    def _on_current_item_changed(self) -> None:
        if not self._is_filling:
            self.chosen.emit(self.current)

    @Slot(QTreeWidgetItem, int)
    def _on_item_activated(self, item: QTreeWidgetItem, _column: int) -> None:
        self.opened.emit(self.indexOfTopLevelItem(item))

    @Slot(object)
    def _on_theme_changed(self, _theme: object) -> None:
        self.set_rows(self._rows)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.set_rows(self._rows)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if event.matches(QKeySequence.StandardKey.Copy) and item is not None:
            QApplication.clipboard().setText(_line(item))
        else:
            super().keyPressEvent(event)


def _cells(row: SweepRow, *, errors: bool) -> list[str]:
    point = row.point
    is_marked = row.is_current or not row.is_of_sweep
    figures = (
        (point.distortion, point.distortion_error),
        (point.rate, point.rate_error),
        (point.bound, point.bound_error),
    )
    return [
        f"{point.beta:g}" + ("  ◆" if is_marked else ""),
        *(with_error(value, error if errors else None) for value, error in figures),
        "–" if point.active_units is None else str(point.active_units),
    ]


def _line(item: QTreeWidgetItem) -> str:
    return "\t".join(item.text(column) for column in range(len(COLUMNS)))

"""``FigureTable``: the figures of an evaluation, group by group, as they are found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QApplication, QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from vae_explorer.evaluation.figures import Figure, Table

if TYPE_CHECKING:
    from vae_explorer.evaluation.figures import Finding

__all__ = ["FigureTable", "cell_text"]

_TITLE_PADDING_PX = 24  # of a header's section in the style sheet, left and right, and of its frame
COLUMNS = ("figure", "value ± error", "95 % interval", "images", "K")
FONT_PX = 12  # between text and caption: many numbers in a row
MARKS = "†‡§¶"
_INTERVAL_PX, _SAMPLES_PX = 620, 440  # narrower tables leave the interval and K to the tooltip
_ROLE_GROUP = Qt.ItemDataRole.UserRole
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_SEPARATOR = "  ·  "


def cell_text(value: str | float | int | None) -> str:
    """A cell of a `Table` as people read it."""
    if value is None or value != value:
        return "–"
    if isinstance(value, str):
        return value
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"


class FigureTable(QTreeWidget):
    """A tree with a group at the first level; Ctrl+C copies the chosen row."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setColumnCount(len(COLUMNS))
        self.setHeaderLabels(list(COLUMNS))
        self.setAccessibleName("Figures")
        self.setWhatsThis(
            "Every figure with its error, 95 % interval, the images and the samples of z an image (K) that it comes "
            "from. A number that might be taken for a likelihood and is none has a sign, explained below. Ctrl+C copies a "
            "row; its tooltip tells the protocol."
        )
        self.setRootIsDecorated(False)
        self.setIndentation(10)
        font = self.font()
        font.setPixelSize(FONT_PX)
        self.setFont(font)
        self.setUniformRowHeights(True)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in range(1, len(COLUMNS)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            self.headerItem().setTextAlignment(column, _RIGHT)
        metrics = QFontMetrics(font)
        for column, sample in (
            (1, "0.1151 ± 0.0070 nats/image †"),
            (2, "100.12 … 100.12"),
            (3, "10,000"),
            (4, "5,000"),
        ):
            title_px = (
                QFontMetrics(self.header().font()).horizontalAdvance(COLUMNS[column]) + _TITLE_PADDING_PX
            )
            self.setColumnWidth(column, max(metrics.horizontalAdvance(sample) + 24, title_px))
        self._groups: dict[str, QTreeWidgetItem] = {}
        self._labels: list[str] = []

    @property
    def labels(self) -> tuple[str, ...]:
        """What figures are that might be taken for something else; the k-th has the k-th of `MARKS`."""
        return tuple(self._labels)

    @property
    def texts(self) -> list[str]:
        """One line a row, group names included; for tests and screen readers."""
        lines = []
        for group in self._groups.values():
            lines.append(group.text(0))
            lines += [_line(group.child(k)) for k in range(group.childCount())]
        return lines

    def group_of(self, item: QTreeWidgetItem | None) -> str:
        """Key of the group that `item` belongs to; empty for none."""
        while item is not None and item.parent() is not None:
            item = item.parent()
        return str(item.data(0, _ROLE_GROUP)) if item is not None else ""

    def clear_figures(self) -> None:
        """Back to the start of an evaluation."""
        self._groups.clear()
        self._labels.clear()
        self.clear()

    def add_finding(self, group: str, title: str, finding: Finding) -> None:
        """One more row, or the rows of a table; other findings are charts."""
        if isinstance(finding, Figure):
            self._add_figure(self._group(group, title), finding)
        elif isinstance(finding, Table):
            self._add_table(self._group(group, title), finding)

    def add_skipped(self, group: str, title: str, reason: str) -> None:
        """Why a group has no figures, under its name."""
        row = QTreeWidgetItem(self._group(group, title), [f"Not measured: {reason}"])
        row.setFirstColumnSpanned(True)
        row.setToolTip(0, reason)
        row.setForeground(0, self.palette().placeholderText())

    def _group(self, key: str, title: str) -> QTreeWidgetItem:
        if key not in self._groups:
            item = QTreeWidgetItem(self, [title])
            item.setData(0, _ROLE_GROUP, key)
            item.setFirstColumnSpanned(True)
            item.setExpanded(True)
            font = item.font(0)
            font.setBold(True)
            item.setFont(0, font)
            self._groups[key] = item
        return self._groups[key]

    def _add_figure(self, group: QTreeWidgetItem, figure: Figure) -> None:
        samples = "" if figure.n_samples is None else f"{figure.n_samples:,}"
        value = figure.text.replace("-", "−") + self._mark(figure.label)
        cells = [figure.title, value, figure.bounds_text.replace("-", "−"), f"{figure.n_images:,}", samples]
        row = QTreeWidgetItem(group, cells)
        words = [figure.title, figure.text, f"{figure.split} split, {figure.n_images:,} images"]
        words += [part for part in (figure.label, figure.note) if part]
        for column in range(len(COLUMNS)):
            row.setToolTip(column, "\n".join(words))
            if column:
                row.setTextAlignment(column, _RIGHT)

    def _add_table(self, group: QTreeWidgetItem, table: Table) -> None:
        head = QTreeWidgetItem(group, [f"{table.title}: {len(table.rows)} rows"])
        head.setFirstColumnSpanned(True)
        head.setToolTip(0, table.note)
        for row in table.rows:
            parts = [
                f"{name} {cell_text(value)}" for name, value in zip(table.columns[1:], row[1:], strict=True)
            ]
            text = f"{table.columns[0]} {cell_text(row[0])}:  {_SEPARATOR.join(parts)}"
            line = QTreeWidgetItem(head, [text])
            line.setFirstColumnSpanned(True)
            line.setToolTip(0, text)

    def _mark(self, label: str) -> str:
        """A sign for `label`, which stands under the table in full."""
        if not label:
            return ""
        if label not in self._labels:
            self._labels.append(label)
        return f" {MARKS[self._labels.index(label) % len(MARKS)]}"

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setColumnHidden(2, self.viewport().width() < _INTERVAL_PX)
        self.setColumnHidden(4, self.viewport().width() < _SAMPLES_PX)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if event.matches(QKeySequence.StandardKey.Copy) and item is not None:
            QApplication.clipboard().setText(_line(item))
        else:
            super().keyPressEvent(event)


def _line(item: QTreeWidgetItem | None) -> str:
    if item is None:
        return ""
    return "\t".join(filter(None, (item.text(column) for column in range(len(COLUMNS)))))

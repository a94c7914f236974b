"""``EvaluationResults``: figures at the left, charts and pictures at the right, warnings above them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QScrollArea, QSplitter, QTreeWidgetItem, QVBoxLayout, QWidget

from vae_explorer.evaluation.figures import Bars, Curve, Histogram, Pictures, Warned
from vae_explorer.ui.panels.controls import Caption
from vae_explorer.ui.panels.figure_table import MARKS, FigureTable
from vae_explorer.ui.theme import SPACE_S, SPACE_XS
from vae_explorer.ui.widgets.card_grid import CardGrid
from vae_explorer.ui.widgets.chart import Chart
from vae_explorer.ui.widgets.thumbnail_row import ThumbnailRow

if TYPE_CHECKING:
    from vae_explorer.evaluation.figures import Finding

__all__ = ["EvaluationResults"]

CHART_WIDTH_PX = 210
CHARTS_WIDTH_PX = 240  # at first; wide panels stretch it to several charts in a row
_THUMB_PX = 36
_SIDE_BY_SIDE_PX = 560  # narrower panels have the charts under the figures


class EvaluationResults(QWidget):
    """Grows with what is found; shows no figure of its own making."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = FigureTable()
        self._warnings = QWidget()
        self._warning_column = QVBoxLayout(self._warnings)
        self._warning_column.setContentsMargins(SPACE_S, 0, SPACE_S, SPACE_XS)
        self._warning_column.setSpacing(2)
        self._charts = CardGrid(CHART_WIDTH_PX)
        self._charts_of: dict[str, QWidget] = {}  # the first of each group
        inside = QWidget()
        inner = QVBoxLayout(inside)
        inner.setContentsMargins(SPACE_S, 0, SPACE_S, 0)
        inner.addWidget(self._charts)
        inner.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(inside)
        self._scroll.setAccessibleName("Charts of the evaluation")
        self._scroll.setWhatsThis(
            "Charts and pictures of the evaluation. Choose a row of the figures to see its chart."
        )
        self._labels = Caption()
        self._labels.setWordWrap(True)
        self._labels.setContentsMargins(SPACE_S, 2, SPACE_S, 2)
        self._labels.setAccessibleName("What the marked figures are")
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self.table)
        self._splitter.addWidget(self._scroll)
        self._splitter.setStretchFactor(0, 1)
        self._splitter.setStretchFactor(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._warnings)
        column.addWidget(self._splitter, 1)
        column.addWidget(self._labels)
        self.table.currentItemChanged.connect(self._on_table_current_item_changed)
        self.clear()

    @property
    def charts(self) -> tuple[Chart, ...]:
        """In the order they were found."""
        return tuple(card for card in self._charts.cards if isinstance(card, Chart))

    @property
    def labels_text(self) -> str:
        """What the marked figures are, as it stands under the table."""
        return self._labels.text()

    @property
    def warnings(self) -> list[str]:
        """The sentences on show."""
        return [label.text() for label in self._warnings.findChildren(QLabel) if not label.isHidden()]

    def clear(self) -> None:
        """Back to the start of an evaluation."""
        self.table.clear_figures()
        self._charts.set_cards([])
        self._charts_of.clear()
        while (item := self._warning_column.takeAt(0)) is not None:
            if (label := item.widget()) is not None:
                label.hide()
                label.setParent(None)
                label.deleteLater()
        self._warnings.hide()
        self._labels.hide()
        self._scroll.hide()

    def add_finding(self, group: str, title: str, finding: Finding) -> None:
        """Show one finding where its kind belongs."""
        if isinstance(finding, Warned):
            self._warn(finding.message)
        elif isinstance(finding, Bars | Curve | Histogram):
            self._add_card(group, _chart(finding))
        elif isinstance(finding, Pictures):
            self._add_card(group, _strips(finding))
        else:
            self.table.add_finding(group, title, finding)
            self._labels.setText("   ".join(map(" ".join, zip(MARKS, self.table.labels, strict=False))))
            self._labels.setVisible(bool(self.table.labels))

    def _add_card(self, group: str, card: QWidget) -> None:
        self._charts_of.setdefault(group, card)
        self._charts.add_card(card)
        if self._scroll.isHidden():
            self._scroll.show()
            self._splitter.setSizes([self._splitter.width() - CHARTS_WIDTH_PX, CHARTS_WIDTH_PX])

    def _warn(self, sentence: str) -> None:
        label = QLabel(f"⚠  {sentence}")
        label.setProperty("role", "warned")
        label.setWordWrap(True)
        self._warning_column.addWidget(label)
        self._warnings.show()

    @Slot(QTreeWidgetItem, QTreeWidgetItem)
    def _on_table_current_item_changed(self, item: QTreeWidgetItem | None, _before: object) -> None:
        chart = self._charts_of.get(self.table.group_of(item))
        if chart is not None:
            self._scroll.verticalScrollBar().setValue(chart.y())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= _SIDE_BY_SIDE_PX
        self._splitter.setOrientation(Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical)


def _chart(finding: Bars | Curve | Histogram) -> Chart:
    chart = Chart(finding.title, finding.note)
    if isinstance(finding, Bars):
        chart.show_bars(finding.labels, finding.values, finding.unit, finding.threshold)
    elif isinstance(finding, Histogram):
        chart.show_histogram(finding.values, finding.unit)
    else:
        chart.show_curve(
            finding.x,
            finding.y,
            x_label=finding.x_label,
            y_label=finding.y_label,
            error=finding.standard_error,
            marks=finding.marks,
            is_line=finding.is_line,
            is_log_x=finding.is_log_x,
        )
    return chart


def _strips(pictures: Pictures) -> QWidget:
    card = QWidget()
    card.setAccessibleName(pictures.title)
    column = QVBoxLayout(card)
    column.setContentsMargins(0, 0, 0, SPACE_S)
    column.setSpacing(SPACE_XS)
    words = [pictures.title]
    for caption, row in pictures.rows:
        strip = ThumbnailRow(_THUMB_PX)
        strip.set_images(row)
        words.append(caption)
        for widget in (QLabel("\n".join(words)), strip):
            if isinstance(widget, QLabel):
                widget.setProperty("role", "caption")
                widget.setWordWrap(True)
            column.addWidget(widget)
        words = []
    column.addStretch(1)
    return card

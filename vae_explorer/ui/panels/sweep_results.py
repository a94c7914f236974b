"""``SweepResults``: the curve at the left, its points as a table at the right; one is chosen in both."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from vae_explorer.ui.panels.controls import Caption
from vae_explorer.ui.panels.sweep_rows import SweepRow
from vae_explorer.ui.panels.sweep_table import SweepTable
from vae_explorer.ui.theme import SPACE_M, SPACE_S
from vae_explorer.ui.widgets.rate_distortion_chart import RateDistortionChart

__all__ = ["SweepResults"]

_TABLE_SHARE = 0.54  # of the width, at most and at first


class SweepResults(QWidget):
    """Shows rows; the chart is made with `draw`, once pyqtgraph is imported.

    Signals
    -------
    chosen
        The `SweepRow`, or None; only when a person did it.
    opened
        `SweepRow` whose run is wanted.
    """

    chosen = Signal(object)
    opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[SweepRow, ...] = ()
        self.chart: RateDistortionChart | None = None
        self.table = SweepTable()
        self._label = Caption()
        self._label.setWordWrap(True)
        self._label.setContentsMargins(SPACE_M, 2, SPACE_S, 2)
        self._label.setAccessibleName("What recon and −ELBO are")
        self._label.hide()
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self.table)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._splitter, 1)
        column.addWidget(self._label)
        self.table.chosen.connect(self._on_place_chosen)
        self.table.opened.connect(self._on_place_opened)

    @property
    def rows(self) -> tuple[SweepRow, ...]:
        return self._rows

    @property
    def chosen_row(self) -> SweepRow | None:
        place = self.table.current
        return self._rows[place] if 0 <= place < len(self._rows) else None

    @property
    def label_text(self) -> str:
        """What recon and −ELBO are, where they might be taken for a likelihood."""
        return self._label.text()

    def set_rows(self, rows: Sequence[SweepRow]) -> None:
        """Show other points."""
        self._rows = tuple(rows)
        self.table.set_rows(self._rows)
        label = next((row.point.label for row in self._rows if row.point.label), "")
        self._label.setText(f"recon and −ELBO: {label}" if label else "")
        self._label.setVisible(bool(label))
        self._show_chart()

    def draw(self) -> None:
        """Make the chart, if there is none yet."""
        if self.chart is not None:
            return
        self.chart = RateDistortionChart()
        self.chart.setWhatsThis(
            "Each point is one run: how many nats its code costs (KL, to the right) and how badly it reconstructs "
            "(upwards). Lower left is better; along a thin line −ELBO is the same. The diamond is the run on screen. "
            "Click a point or move with Left and Right; Enter or a double click opens its run."
        )
        self.chart.chosen.connect(self._on_place_chosen)
        self.chart.opened.connect(self._on_place_opened)
        self._splitter.insertWidget(0, self.chart)
        self._splitter.setStretchFactor(0, 1)
        self._splitter.setStretchFactor(1, 0)
        table = min(self.table.wanted_width, round(_TABLE_SHARE * self.width()))
        self._splitter.setSizes([self.width() - table, table])
        self._show_chart()

    def picture(self) -> QImage | None:
        """The chart; None before `draw`."""
        return None if self.chart is None else self.chart.picture()

    def _show_chart(self) -> None:
        if self.chart is not None:
            self.chart.set_points([row.chart_point for row in self._rows])
            self.chart.set_current(self.table.current)

    @Slot(int)
    def _on_place_chosen(self, place: int) -> None:
        self.table.set_current(place)
        if self.chart is not None:
            self.chart.set_current(place)
        self.chosen.emit(self.chosen_row)

    @Slot(int)
    def _on_place_opened(self, place: int) -> None:
        self._on_place_chosen(place)
        self.opened.emit(self.chosen_row)

"""``CoordinateList``: a slider and a number for each of up to 512 coordinates, in a few rows that scroll."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QHBoxLayout, QLabel, QWidget

from vae_explorer.ui.theme import SPACE_S, SPACE_XS
from vae_explorer.ui.widgets.map.centred_slider import CentredSlider, SignedNumber

__all__ = ["CoordinateList", "CoordinateRow"]

ROW_HEIGHT_PX = 34
SLIDER_STEPS = 1000  # on each side of 0
SHOWN_ROWS = 6  # asked for
NUMBER_LIMIT = 1e6
MINUS_WIDTH = "−00.000"


class CoordinateRow(QWidget):
    """One coordinate: its name, how many nats it carries, a slider and a number.

    Signals
    -------
    moved
        ``(dimension, value)`` while a person changes it.
    settled
        The slider was let go, or a number was entered.
    """

    moved = Signal(int, float)
    settled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dim = 0
        self._extent = 3.0
        self._name = QLabel()
        self._name.setMinimumWidth(self.fontMetrics().horizontalAdvance("z512"))
        self._nats = QLabel()
        self._nats.setProperty("role", "caption")
        self._nats.setMinimumWidth(self.fontMetrics().horizontalAdvance("00.00"))
        self._nats.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.slider = CentredSlider()
        self.slider.setRange(-SLIDER_STEPS, SLIDER_STEPS)
        self.slider.setSingleStep(SLIDER_STEPS // 100)
        self.slider.setPageStep(SLIDER_STEPS // 10)
        self.number = SignedNumber()
        self.number.setRange(-NUMBER_LIMIT, NUMBER_LIMIT)
        self.number.setDecimals(3)
        self.number.setSingleStep(0.1)
        self.number.setKeyboardTracking(False)
        self.number.setFixedWidth(self.fontMetrics().horizontalAdvance(MINUS_WIDTH) + 38)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, SPACE_XS, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(self._name)
        row.addWidget(self._nats)
        row.addWidget(self.slider, 1)
        row.addWidget(self.number)
        self.slider.valueChanged.connect(self._on_slider_value_changed)
        self.slider.sliderReleased.connect(self.settled)
        self.number.valueChanged.connect(self._on_number_value_changed)
        self.number.editingFinished.connect(self.settled)

    @property
    def dim(self) -> int:
        """Which coordinate, counted from 0."""
        return self._dim

    def show_coordinate(self, dim: int, nats: float | None, extent: float) -> None:
        """Stand for coordinate `dim` from now on; the slider spans ±`extent`."""
        self._dim, self._extent = dim, extent
        name = f"z{dim + 1}"
        self._name.setText(name)
        self._nats.setText("" if nats is None else f"{nats:.2f}")
        told = "" if nats is None else f", {nats:.2f} nats of KL on average"
        for control in (self.slider, self.number):
            control.setAccessibleName(f"Coordinate {name}{told}")
            control.setToolTip(f"{name}{told}")
            control.setWhatsThis(
                "One coordinate of the place under the cursor. A coordinate with many nats changes the picture a "
                "lot; one near 0 nats has collapsed, and the decoder ignores it."
            )

    def show_value(self, value: float) -> None:
        """Show a value without saying that a person changed it."""
        for control in (self.slider, self.number):
            control.blockSignals(True)
        if not self.slider.isSliderDown():
            self.slider.setValue(self._position(value))
        if not self.number.hasFocus() or abs(self.number.value() - value) > 1e-3:
            self.number.setValue(value)
        for control in (self.slider, self.number):
            control.blockSignals(False)

    @Slot(int)
    def _on_slider_value_changed(self, position: int) -> None:
        value = position / SLIDER_STEPS * self._extent
        self.number.blockSignals(True)
        self.number.setValue(value)
        self.number.blockSignals(False)
        self.moved.emit(self._dim, value)

    @Slot(float)
    def _on_number_value_changed(self, value: float) -> None:
        self.slider.blockSignals(True)
        self.slider.setValue(self._position(value))
        self.slider.blockSignals(False)
        self.moved.emit(self._dim, value)

    def _position(self, value: float) -> int:
        share = min(max(value / self._extent, -1.0), 1.0)
        return round(SLIDER_STEPS * share)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the list scrolls


class CoordinateList(QAbstractScrollArea):
    """Rows for the coordinates in view only; scrolling gives them others to stand for.

    Signals
    -------
    moved, settled
        As those of `CoordinateRow`.
    """

    moved = Signal(int, float)
    settled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._order: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self._nats: NDArray[np.floating] | None = None
        self._extents: NDArray[np.float64] = np.empty(0)
        self._values: NDArray[np.float64] = np.empty(0)
        self._rows: list[CoordinateRow] = []
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Coordinates")
        self.verticalScrollBar().setSingleStep(1)
        self.verticalScrollBar().valueChanged.connect(self._on_scroll_bar_value_changed)

    @property
    def rows(self) -> tuple[CoordinateRow, ...]:
        """The rows in view, from the top."""
        return tuple(row for row in self._rows if not row.isHidden())

    def set_coordinates(
        self, order: NDArray[np.int64], nats: NDArray[np.floating] | None, extents: NDArray[np.float64]
    ) -> None:
        """Which coordinates there are, from top to bottom.

        Parameters
        ----------
        order
            (D,), dimensions counted from 0.
        nats
            (D,), mean KL of each dimension; None if unknown.
        extents
            (D,), half the range of each slider, latent units.
        """
        self._order, self._nats, self._extents = order, nats, extents
        if len(self._values) != len(order):
            self._values = np.zeros(len(order))
        self._lay_out()

    def set_values(self, z: NDArray[np.float64]) -> None:
        """Show a latent, (D,)."""
        self._values = z
        for row in self.rows:
            if row.dim < len(z):
                row.show_value(float(z[row.dim]))

    def show_dim(self, dim: int) -> None:
        """Scroll until the row of coordinate `dim` is in view."""
        at = int(np.flatnonzero(self._order == dim)[0])
        bar = self.verticalScrollBar()
        if not bar.value() <= at < bar.value() + bar.pageStep():
            bar.setValue(at)

    def sizeHint(self) -> QSize:
        return QSize(300, SHOWN_ROWS * ROW_HEIGHT_PX)

    @Slot()
    def _on_scroll_bar_value_changed(self) -> None:
        self._assign()

    def _lay_out(self) -> None:
        whole = max(1, self.viewport().height() // ROW_HEIGHT_PX)
        wanted = min(len(self._order), whole)
        while len(self._rows) < wanted:
            row = CoordinateRow(self.viewport())
            row.moved.connect(self.moved)
            row.settled.connect(self.settled)
            self._rows.append(row)
        bar = self.verticalScrollBar()
        bar.setPageStep(whole)
        bar.setRange(0, max(0, len(self._order) - whole))
        self._assign()

    def _assign(self) -> None:
        first = self.verticalScrollBar().value()
        width = self.viewport().width()
        shown = min(max(1, self.viewport().height() // ROW_HEIGHT_PX), len(self._order))
        for number, row in enumerate(self._rows):
            at = first + number
            if number >= shown or at >= len(self._order):
                row.hide()
                continue
            dim = int(self._order[at])
            nats = float(self._nats[dim]) if self._nats is not None else None
            row.show_coordinate(dim, nats, float(self._extents[dim]))
            row.show_value(float(self._values[dim]))
            row.setGeometry(0, number * ROW_HEIGHT_PX, width, ROW_HEIGHT_PX)
            row.show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.verticalScrollBar().event(event)

"""``LossPlot``: curves over epochs with a few ticks, to be looked at, not dragged; painted here, with few objects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QTransform,
)
from PySide6.QtWidgets import QWidget

from vae_explorer.ui.theme import FONT_CAPTION_PX, theme_manager
from vae_explorer.ui.widgets.loss_ticks import log_ticks, round_ticks, tick_text

__all__ = ["LossPlot", "PlotCurve"]

_LEFT_PX, _TOP_PX, _RIGHT_PX, _BOTTOM_PX = 36, 6, 8, 18  # around the curves: values, epochs
_RIGHT_SCALE_PX = 38  # at the right, where values of another scale stand
_GAP_PX = 4  # between a value and the curves
_N_VALUES, _N_EPOCHS = 4, 5  # ticks, about
_GRID_ALPHA = 0.5


@dataclass(frozen=True, eq=False)
class PlotCurve:
    """A line through the points whose value is finite; the others are gaps."""

    x: NDArray[np.float64]  # (n,) epochs
    y: NDArray[np.float64]  # (n,) values, as they are drawn
    pen: QPen  # cosmetic
    at_right: bool = False  # on the scale at the right


class LossPlot(QWidget):
    """Paints what it was last given within its range.

    Signals
    -------
    moved
        ``QPointF``, the mouse within this widget.
    left
        The mouse went away.
    """

    moved = Signal(object)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: list[tuple[QPen, list[QPolygonF], bool]] = []  # the last: on the scale at the right
        self._marks: tuple[float, ...] = ()
        self._place: float | None = None
        self._x_range, self._y_range = (0.0, 1.0), (0.0, 1.0)
        self._right_range: tuple[float, float] | None = None
        self._log = False
        self._left_px = _LEFT_PX
        self.setMouseTracking(True)
        self.setMinimumHeight(96)

    @property
    def x_range(self) -> tuple[float, float]:
        """Epochs from edge to edge."""
        return self._x_range

    @property
    def y_range(self) -> tuple[float, float]:
        """Values as they are drawn: log₁₀ of the loss on a logarithmic scale."""
        return self._y_range

    @property
    def right_range(self) -> tuple[float, float] | None:
        """Values of the scale at the right, if there is one."""
        return self._right_range

    @property
    def place(self) -> float | None:
        """The epoch that a line stands at, if there is one."""
        return self._place

    def show_curves(self, curves: Sequence[PlotCurve], *, log: bool) -> None:
        """Replace all curves; `log` says that values of the left scale are log₁₀ of the losses, whose ticks they get."""
        self._lines = [(curve.pen, list(_pieces(curve)), curve.at_right) for curve in curves]
        self._log = log
        self._fit_ticks()
        self.update()

    def set_range(self, x: tuple[float, float] | None, y: tuple[float, float] | None) -> None:
        """What lies between the edges; None keeps that side."""
        self._x_range = x or self._x_range
        self._y_range = y or self._y_range
        self.update()

    def set_right_range(self, values: tuple[float, float] | None) -> None:
        """What the scale at the right shows; None: there is none."""
        self._right_range = values
        self.update()

    def set_marks(self, epochs: Sequence[float]) -> None:
        """Dotted lines where something changed."""
        self._marks = tuple(epochs)
        self.update()

    def set_place(self, epoch: float | None) -> None:
        """A line where the mouse reads."""
        if epoch != self._place:
            self._place = epoch
            self.update()

    def at(self, pixel: QPointF) -> QPointF:
        """Epoch and value at a place of this widget."""
        inverse, _ = self._transform().inverted()
        return inverse.map(pixel)

    def pixel_of(self, at: QPointF) -> QPointF:
        """Where in this widget an epoch and a value are."""
        return self._transform().map(at)

    # --- private -------------------------------------------------------------------------------

    def _area(self) -> QRectF:
        right = _RIGHT_PX if self._right_range is None else _RIGHT_SCALE_PX
        return QRectF(self.rect().adjusted(self._left_px, _TOP_PX, -right, -_BOTTOM_PX))

    def _fit_ticks(self) -> None:
        """Leave the values of the scale the room they need."""
        metrics = QFontMetrics(self._tick_font())
        widest = max((metrics.horizontalAdvance(text) for _, text in self._value_ticks()), default=0)
        self._left_px = max(_LEFT_PX, widest + _GAP_PX + 1)

    def _tick_font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(FONT_CAPTION_PX - 1)
        return font

    def _transform(self, *, at_right: bool = False) -> QTransform:
        """From epochs and values to pixels."""
        area = self._area()
        (x0, x1), (y0, y1) = self._x_range, (self._right_range if at_right else None) or self._y_range
        x_scale, y_scale = area.width() / ((x1 - x0) or 1.0), -area.height() / ((y1 - y0) or 1.0)
        return QTransform(x_scale, 0, 0, y_scale, area.left() - x_scale * x0, area.bottom() - y_scale * y0)

    def _value_ticks(self) -> list[tuple[float, str]]:
        if self._log:
            values = log_ticks(*self._y_range, _N_VALUES)
            return [(float(np.log10(value)), tick_text(value)) for value in values]
        return [(value, tick_text(value)) for value in round_ticks(*self._y_range, _N_VALUES)]

    def _paint_axes(self, painter: QPainter, to_pixel: QTransform) -> None:
        theme, area = theme_manager().theme, self._area()
        painter.setFont(self._tick_font())
        grid = QColor(theme.line)
        grid.setAlphaF(_GRID_ALPHA)
        height = painter.fontMetrics().height()
        for value, text in self._value_ticks():
            y = to_pixel.map(QPointF(0.0, value)).y()
            painter.setPen(QPen(grid, 1))
            painter.drawLine(QPointF(area.left(), round(y) + 0.5), QPointF(area.right(), round(y) + 0.5))
            painter.setPen(QColor(theme.muted))
            room = QRectF(0.0, self._tick_top(y, height), self._left_px - _GAP_PX, height)
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        self._paint_right_scale(painter, height)
        painter.setPen(QColor(theme.muted))
        for epoch in round_ticks(*self._x_range, _N_EPOCHS, whole=True):
            text = tick_text(epoch)
            width = painter.fontMetrics().horizontalAdvance(text)
            x = to_pixel.map(QPointF(epoch, 0.0)).x() - width / 2
            room = QRectF(min(x, self.width() - width - 1), area.bottom(), width + 1, _BOTTOM_PX)
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_right_scale(self, painter: QPainter, height: int) -> None:
        """Its values, without lines of their own, in the colour of the curve if it is one curve's."""
        if self._right_range is None:
            return
        colours = {pen.color().name() for pen, _, at_right in self._lines if at_right}
        painter.setPen(QColor(colours.pop() if len(colours) == 1 else theme_manager().theme.muted))
        left, to_pixel = self._area().right() + _GAP_PX, self._transform(at_right=True)
        for value in round_ticks(*self._right_range, _N_VALUES):
            top = self._tick_top(to_pixel.map(QPointF(0.0, value)).y(), height)
            room = QRectF(left, top, self.width() - left, height)
            painter.drawText(
                room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, tick_text(value)
            )

    def _tick_top(self, y: float, height: int) -> float:
        """Where the text of a tick at `y` begins."""
        return min(max(0.0, y - height / 2), float(self.height() - height))

    def _paint_upright(self, painter: QPainter, x: float, pen: QPen) -> None:
        area = self._area()
        painter.setPen(pen)
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))

    # --- Qt overrides --------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, to_pixel = theme_manager().theme, self._transform()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.ground))
        if self._lines:  # else there is nothing to name
            self._paint_axes(painter, to_pixel)
        painter.setClipRect(self._area().adjusted(-1, -1, 1, 1))
        dotted = QPen(QColor(theme.path), 1, Qt.PenStyle.DotLine)
        for epoch in self._marks:
            self._paint_upright(painter, to_pixel.map(QPointF(epoch, 0.0)).x(), dotted)
        if self._place is not None:
            x = to_pixel.map(QPointF(self._place, 0.0)).x()
            self._paint_upright(painter, x, QPen(QColor(theme.muted), 1))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        right = self._transform(at_right=True)
        for pen, pieces, at_right in self._lines:
            painter.setTransform(right if at_right else to_pixel)
            painter.setPen(pen)
            for piece in pieces:
                if piece.size() == 1:
                    painter.drawPoint(piece.first())
                else:
                    painter.drawPolyline(piece)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.moved.emit(event.position())
        event.ignore()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.left.emit()


def _pieces(curve: PlotCurve) -> Iterator[QPolygonF]:
    """Stretches of a curve between its gaps."""
    finite = np.isfinite(curve.x) & np.isfinite(curve.y)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], finite, [False])).astype(np.int8)))
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        places = zip(curve.x[begin:end].tolist(), curve.y[begin:end].tolist(), strict=True)
        yield QPolygonF([QPointF(x, y) for x, y in places])

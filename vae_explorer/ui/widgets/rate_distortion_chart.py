"""``RateDistortionChart``: points (KL, recon) joined along β, lines of equal −ELBO behind them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF, QSize, QSizeF, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
)
from PySide6.QtWidgets import QToolTip, QVBoxLayout, QWidget

from vae_explorer.ui.theme import FONT_CAPTION_PX, Theme, theme_manager
from vae_explorer.ui.widgets.focus_ring import RING_PX, FocusRing
from vae_explorer.ui.widgets.label_places import ABOVE_FIRST, BELOW_FIRST, free_place, placed_labels
from vae_explorer.ui.widgets.plotting import dress_axes, line_pen, plotting, translucent

__all__ = ["ChartPoint", "RateDistortionChart", "equal_bounds"]

REACH_PX = 14  # around a point the mouse means it
EXPORT_SCALE = 2  # pixels of the file for one on screen
_APART_PX = 3.0  # what is told about a line, from it and from the edge
_FAINT = 170  # of 255: opacity of what is told about the lines
_ROOM_X_PX, _ROOM_Y_PX = (24.0, 60.0), (26.0, 26.0)  # before and behind the points: their names need it
_LINES = 6  # of equal −ELBO, about

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ChartPoint:
    """One run: where it lies, its errors (one standard error; 0: none), and how it is told."""

    name: str  # beside the point
    rate: float  # nats
    distortion: float  # nats
    rate_error: float = 0.0
    distortion_error: float = 0.0
    words: str = ""  # of the tooltip
    is_joined: bool = True  # belongs to the curve
    is_current: bool = False  # the run on screen


def equal_bounds(x: tuple[float, float], y: tuple[float, float], n: int = _LINES) -> list[float]:
    """About `n` round values of x + y within the rectangle, ascending: lines of equal −ELBO."""
    low, high = x[0] + y[0], x[1] + y[1]
    rough = (high - low) / max(n, 1)
    if not (math.isfinite(rough) and rough > 0):
        return []
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * each for each in (1, 2, 5, 10) if power * each >= rough)
    first = math.ceil(low / step)
    return [round(k * step, 12) for k in range(first, math.floor(high / step) + 1) if low < k * step < high]


class RateDistortionChart(FocusRing):
    """A click or the arrow keys choose a point, a double click or Enter opens it; the mouse tells which it is over.

    Signals
    -------
    chosen
        Place of a point in `points`, or −1; only when a person did it.
    opened
        Place of the point whose run is wanted.
    """

    chosen = Signal(int)
    opened = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._points: tuple[ChartPoint, ...] = ()
        self._current = -1
        self._range = ((0.0, 1.0), (0.0, 1.0))  # of rate and of distortion
        self._drawn = QSizeF(1.0, 1.0)  # what the picture was drawn for, px
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(QSize(180, 90))
        self.setAccessibleName("Rate–distortion curve")
        self._plot: Any = plotting().PlotWidget()  # pyqtgraph has no types
        self._plot.setMenuEnabled(False)
        self._plot.setMouseEnabled(False, False)
        self._plot.hideButtons()
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot.setMinimumSize(0, 0)
        self._plot.viewport().setMouseTracking(True)
        self._plot.viewport().installEventFilter(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(RING_PX, RING_PX, RING_PX, RING_PX)
        column.addWidget(self._plot)
        theme_manager().changed.connect(self._on_theme_changed)
        self._plot.getPlotItem().getViewBox().sigResized.connect(self._on_view_resized)
        self._draw()

    # --- what is shown -------------------------------------------------------------------------

    @property
    def points(self) -> tuple[ChartPoint, ...]:
        return self._points

    @property
    def current(self) -> int:
        """Place of the chosen point; −1 without one."""
        return self._current

    @property
    def plot(self) -> Any:
        """pyqtgraph's widget."""
        return self._plot

    def set_points(self, points: Sequence[ChartPoint]) -> None:
        """Show other points; those of the curve are joined in their order."""
        self._points = tuple(points)
        self._current = min(self._current, len(self._points) - 1)
        self._draw()

    def set_current(self, place: int) -> None:
        """Ring a point without `chosen`; −1 for none."""
        if place != self._current:
            self._current = place
            self._draw()

    def pixel_of(self, place: int) -> QPoint:
        """Where a point lies in the plot's viewport."""
        point = self._points[place]
        scene = self._plot.getPlotItem().getViewBox().mapViewToScene(QPointF(point.rate, point.distortion))
        found: QPoint = self._plot.mapFromScene(scene)
        return found

    def picture(self) -> QImage:
        """The chart as it stands, `EXPORT_SCALE` times as fine as on screen."""
        size = self._plot.size()
        image = QImage(size * EXPORT_SCALE, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(EXPORT_SCALE)
        image.fill(QColor(theme_manager().theme.ground))
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._plot.render(painter, QRectF(QPointF(0.0, 0.0), QSizeF(size)))
        painter.end()
        return image

    # --- drawing -------------------------------------------------------------------------------

    def _draw(self) -> None:
        theme, plot = theme_manager().theme, self._plot
        plot.clear()
        plot.setLabel("bottom", "rate: KL, nats")
        plot.setLabel("left", "distortion: recon, nats")
        self._drawn = self._view_size()
        if self._points:
            x = np.array([point.rate for point in self._points], dtype=np.float64)
            y = np.array([point.distortion for point in self._points], dtype=np.float64)
            self._range = (
                _extent(x, self._drawn.width(), _ROOM_X_PX),
                _extent(y, self._drawn.height(), _ROOM_Y_PX),
            )
            plot.setXRange(*self._range[0], padding=0.0)
            plot.setYRange(*self._range[1], padding=0.0)
            taken = self._draw_names(theme)
            self._draw_bounds(theme, taken)
            self._draw_curve(theme)
            self._draw_marks(theme)
        dress_axes(plot, theme)

    @Slot(object)
    def _on_view_resized(self, _view: object) -> None:
        if self._points and self._view_size() != self._drawn:  # room is kept in pixels
            self._draw()

    def _view_size(self) -> QSizeF:
        view = self._plot.getPlotItem().getViewBox()
        return QSizeF(view.width(), view.height())

    def _to_px(self, x: float, y: float) -> QPointF:
        """From the view's upper left corner, as the range in force has it."""
        xs, ys = self._range
        across, down = (x - xs[0]) / (xs[1] - xs[0]), (ys[1] - y) / (ys[1] - ys[0])
        return QPointF(across * self._drawn.width(), down * self._drawn.height())

    def _write(self, text: str, place: QRectF, colour: QColor, font: QFont) -> None:
        xs, ys = self._range
        item = plotting().TextItem(text, color=colour, anchor=(0.0, 0.0))
        item.textItem.document().setDocumentMargin(0.0)
        item.setFont(font)
        at_x = xs[0] + place.x() / self._drawn.width() * (xs[1] - xs[0])
        item.setPos(at_x, ys[1] - place.y() / self._drawn.height() * (ys[1] - ys[0]))
        item.setZValue(20)
        self._plot.addItem(item)

    def _draw_names(self, theme: Theme) -> list[QRectF]:
        """Write the names; returns what is no longer free, px."""
        font, metrics = self._type(FONT_CAPTION_PX)
        room = QRectF(QPointF(0.0, 0.0), self._drawn)
        points = [self._to_px(point.rate, point.distortion) for point in self._points]
        sizes = [QSizeF(metrics.horizontalAdvance(each.name), metrics.height()) for each in self._points]
        wishes = [ABOVE_FIRST if point.is_joined else BELOW_FIRST for point in self._points]
        places = placed_labels(points, sizes, wishes, room)
        for point, place in zip(self._points, places, strict=True):
            self._write(point.name, place, QColor(theme.path if point.is_current else theme.text), font)
        return [*places, *(QRectF(at.x() - 8.0, at.y() - 8.0, 16.0, 16.0) for at in points)]

    def _draw_bounds(self, theme: Theme, taken: list[QRectF]) -> None:
        """Lines of equal −ELBO, each told at its lower end, where nothing else is written."""
        font, metrics = self._type(FONT_CAPTION_PX - 1)
        room = QRectF(QPointF(0.0, 0.0), self._drawn)
        xs, ys = self._range
        for bound in equal_bounds(xs, ys):
            ends = np.array([xs[0], xs[1]])
            self._plot.plot(ends, bound - ends, pen=line_pen(theme.line, 1.0))
            text = f"−ELBO {bound:g}"
            size = QSizeF(metrics.horizontalAdvance(text), metrics.height())
            place = free_place(self._beside_line(bound, size), taken, room)
            if place is not None:
                self._write(text, place, translucent(theme.muted, _FAINT), font)
                taken = [*taken, place]

    def _beside_line(self, bound: float, size: QSizeF) -> list[QRectF]:
        """Below the end of a line at the right or at the bottom, else above its beginning at the top or at the left."""
        xs, ys = self._range
        width, height = self._drawn.width(), self._drawn.height()
        fall = (height / (ys[1] - ys[0])) / (width / (xs[1] - xs[0]))  # px down for one to the right
        aside = size.height() / fall + _APART_PX  # from the line, for a text that touches the picture's edge
        low = self._to_px(min(xs[1], bound - ys[0]), max(ys[0], bound - xs[1]))
        high = self._to_px(max(xs[0], bound - ys[1]), min(ys[1], bound - xs[0]))
        left = width - size.width() - _APART_PX
        top = height - size.height() - _APART_PX
        corners = [
            QPointF(left, low.y() + _APART_PX)
            if low.x() >= width - 1.0
            else QPointF(low.x() - aside - size.width(), top),
            QPointF(_APART_PX, high.y() - size.height() - _APART_PX)
            if high.x() <= 1.0
            else QPointF(high.x() + aside, _APART_PX),
        ]
        return [QRectF(corner, size) for corner in corners]

    def _type(self, size_px: int) -> tuple[QFont, QFontMetricsF]:
        font = QFont(self.font())
        font.setPixelSize(size_px)
        return font, QFontMetricsF(font)

    def _draw_curve(self, theme: Theme) -> None:
        curve = [point for point in self._points if point.is_joined]
        if not curve:
            return
        x = np.array([point.rate for point in curve], dtype=np.float64)
        y = np.array([point.distortion for point in curve], dtype=np.float64)
        bars = plotting().ErrorBarItem(
            x=x,
            y=y,
            width=np.array([2 * 1.96 * point.rate_error for point in curve]),
            height=np.array([2 * 1.96 * point.distortion_error for point in curve]),
            beam=0.0,
            pen=line_pen(theme.muted, 1.0),
        )
        self._plot.addItem(bars)
        self._plot.plot(x, y, pen=line_pen(theme.accent_bright))
        self._add_symbols(x, y, "o", 8, brush=theme.accent_bright)

    def _add_symbols(
        self,
        x: Floats,
        y: Floats,
        symbol: str,
        size_px: int,
        brush: str | None = None,
        pen: QPen | None = None,
    ) -> None:
        """Symbols that stay sharp in a finer picture, as cached ones would not."""
        item = plotting().ScatterPlotItem(
            x=x, y=y, symbol=symbol, size=size_px, pen=pen, brush=brush, useCache=False
        )
        self._plot.addItem(item)

    def _draw_marks(self, theme: Theme) -> None:
        """A diamond on the run on screen, or on the one that is swept; a ring around the chosen point."""
        for place, point in enumerate(self._points):
            x, y = np.array([point.rate]), np.array([point.distortion])
            if point.is_current or not point.is_joined:
                colour = theme.path if point.is_current else theme.muted
                self._add_symbols(x, y, "d", 13, brush=colour, pen=line_pen(theme.ground))
            if place == self._current:
                self._add_symbols(x, y, "o", 18, pen=line_pen(theme.text, RING_PX))

    @Slot(object)
    def _on_theme_changed(self, _theme: object) -> None:
        self._draw()

    # --- choosing ------------------------------------------------------------------------------

    def nearest(self, position: QPoint) -> int:
        """Place of the point within `REACH_PX` of `position`, px in the plot's viewport; −1 without one."""
        best, place = float(REACH_PX), -1
        for k in range(len(self._points)):
            gap = self.pixel_of(k) - position
            distance = math.hypot(gap.x(), gap.y())
            if distance < best:
                best, place = distance, k
        return place

    def _choose(self, place: int) -> None:
        if place != self._current:
            self.set_current(place)
            self.chosen.emit(place)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QMouseEvent):
            self._on_mouse(event)
            return True
        if event.type() == QEvent.Type.Wheel:
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    def _on_mouse(self, event: QMouseEvent) -> None:
        place = self.nearest(event.position().toPoint())
        is_left = event.button() == Qt.MouseButton.LeftButton
        if event.type() == QEvent.Type.MouseMove:
            shape = Qt.CursorShape.PointingHandCursor if place >= 0 else Qt.CursorShape.ArrowCursor
            self._plot.viewport().setCursor(shape)
            if place >= 0:
                QToolTip.showText(event.globalPosition().toPoint(), self._points[place].words, self)
            else:
                QToolTip.hideText()
        elif event.type() == QEvent.Type.MouseButtonPress and is_left:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self._choose(place)
        elif event.type() == QEvent.Type.MouseButtonDblClick and is_left and place >= 0:
            self.opened.emit(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, n = event.key(), len(self._points)
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and n:
            order = sorted(range(n), key=lambda k: self._points[k].rate)
            at = order.index(self._current) if self._current >= 0 else -1
            step = 1 if key == Qt.Key.Key_Right else -1
            self._choose(order[min(max(at + step, 0), n - 1)])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._current >= 0:
            self.opened.emit(self._current)
        elif key == Qt.Key.Key_Escape and self._current >= 0:
            self._choose(-1)
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(360, 200)


def _extent(values: Floats, size_px: float, room_px: tuple[float, float]) -> tuple[float, float]:
    """From below the least to above the greatest value, so that `room_px` of `size_px` stay free at either end."""
    low, high = float(values.min()), float(values.max())
    if high <= low:
        half = max(1.0, 0.05 * abs(high))
        return low - half, high + half
    per_px = (high - low) / max(size_px - sum(room_px), 0.3 * size_px)
    return low - room_px[0] * per_px, high + room_px[1] * per_px

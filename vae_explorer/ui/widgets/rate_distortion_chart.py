"""``RateDistortionChart``: the rate–distortion curve of a sweep, from whose points a person chooses."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF, QSize, QSizeF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QToolTip, QVBoxLayout, QWidget

from vae_explorer.ui.theme import theme_manager
from vae_explorer.ui.widgets.focus_ring import RING_PX, FocusRing
from vae_explorer.ui.widgets.plotting import plotting
from vae_explorer.ui.widgets.rate_distortion_drawing import ChartPoint, RateDistortionDrawing

__all__ = ["RateDistortionChart"]

REACH_PX = 14  # around a point the mouse means it
EXPORT_SCALE = 2  # pixels of the file for one on screen


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
        self._drawing = RateDistortionDrawing(self._plot)
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
        self._drawing.draw(self._points, self._current, theme_manager().theme, self.font())

    @Slot(object)
    def _on_view_resized(self, _view: object) -> None:
        if self._drawing.is_stretched:
            self._draw()

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

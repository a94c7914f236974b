"""``BrushHistogram``: how a score is spread, with a range that is dragged and a part that is marked."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from vae_explorer.ui.theme import theme_manager
from vae_explorer.ui.widgets.chart import histogram_of
from vae_explorer.ui.widgets.focus_ring import RING_PX, FocusRing
from vae_explorer.ui.widgets.plotting import dress_axes, line_pen, plotting, plotting_library, translucent

__all__ = ["BrushHistogram"]

Floats = NDArray[np.float64]

BINS_MAX = 80
CLICK_PX = 3  # a shorter drag is a click, which clears
_TICKS = (0, 1, 10, 100, 1_000, 10_000, 100_000, 1_000_000)


def _height(counts: Floats) -> Floats:
    """log10(1 + count): single images at the end are seen beside a thousand in the middle."""
    return np.asarray(np.log10(1.0 + counts))


class BrushHistogram(FocusRing):
    """Drag across it to choose a range; a click or Escape lets go.

    With the keyboard: Left and Right move the lower end of the range, with Shift the upper one.

    Signals
    -------
    brushed
        ``(low, high)``, or None when the range is let go; only when a person did it.
    """

    brushed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: Floats = np.empty(0)
        self._marked: Floats = np.empty(0)
        self._unit = ""
        self._edges: Floats = np.array([0.0, 1.0])
        self._range: tuple[float, float] | None = None
        self._pressed: QPoint | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(QSize(160, 90))
        self.setAccessibleName("Histogram of the score")
        self._plot: Any = None  # pyqtgraph's, which has no types; None until it is there
        self._region: Any = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(RING_PX, RING_PX, RING_PX, RING_PX)
        theme_manager().changed.connect(self._on_theme_changed)
        library = plotting_library()
        if library.may_be_used:
            self._make_plot()
        else:
            library.arrived.connect(self._make_plot)
            library.want()

    # --- what is shown -------------------------------------------------------------------------

    @property
    def plot(self) -> Any:
        """pyqtgraph's widget; None until pyqtgraph is there."""
        return self._plot

    @property
    def values(self) -> Floats:
        return self._values

    @property
    def marked(self) -> Floats:
        """The part that stands out, (m,)."""
        return self._marked

    @property
    def range(self) -> tuple[float, float] | None:
        """The chosen range; None without one."""
        return self._range

    def set_values(self, values: Floats, unit: str) -> None:
        """Show another score, (n,); the range is let go."""
        self._values, self._unit, self._range = values[np.isfinite(values)], unit, None
        self._draw()

    def set_marked(self, values: Floats) -> None:
        """Let the part of these values stand out, (m,); empty for none."""
        self._marked = values[np.isfinite(values)]
        self._draw()

    def set_range(self, chosen: tuple[float, float] | None) -> None:
        """Show a range without `brushed`."""
        if chosen != self._range:
            self._range = chosen
            self._show_region()

    def x_of(self, value: float) -> int:
        """Where `value` lies in the plot's viewport, px from its left."""
        scene = self._plot.getPlotItem().getViewBox().mapViewToScene(plotting().Point(value, 0.0))
        return int(self._plot.mapFromScene(scene).x())

    # --- drawing -------------------------------------------------------------------------------

    @Slot()
    def _make_plot(self) -> None:
        self._plot = plotting().PlotWidget()
        self._plot.setMenuEnabled(False)
        self._plot.setMouseEnabled(False, False)
        self._plot.hideButtons()
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot.setMinimumSize(0, 0)
        self._plot.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self._plot.viewport().installEventFilter(self)
        self._region = plotting().LinearRegionItem(movable=False)
        self._region.setZValue(10)
        self._column.addWidget(self._plot)
        self._draw()

    def _draw(self) -> None:
        if self._plot is None:
            return
        theme = theme_manager().theme
        plot = self._plot
        plot.clear()
        counts, self._edges = histogram_of(self._values, BINS_MAX)
        layers = [(counts, theme.accent_bright)]
        if len(self._marked):
            layers.append((np.histogram(self._marked, bins=self._edges)[0].astype(np.float64), theme.path))
        for heights, colour in layers:
            bars = plotting().BarGraphItem(
                x0=self._edges[:-1],
                x1=self._edges[1:],
                height=_height(heights),
                brush=colour,
                pen=line_pen(theme.ground, 0.5),
            )
            plot.addItem(bars)
        self._region.setBrush(translucent(theme.text, 45))
        for line in self._region.lines:
            line.setPen(line_pen(theme.text, 1.0))
        plot.addItem(self._region)
        top = float(_height(counts).max()) or 1.0
        plot.setYRange(0.0, 1.05 * top, padding=0.0)
        plot.setXRange(float(self._edges[0]), float(self._edges[-1]), padding=0.01)
        ticks = [(float(np.log10(1.0 + n)), f"{n:,}") for n in _TICKS]
        plot.getAxis("left").setTicks([ticks])
        plot.setLabel("left", "images (log)")
        plot.setLabel("bottom", self._unit)
        dress_axes(plot, theme)
        self._show_region()

    def _show_region(self) -> None:
        if self._region is None:
            return
        self._region.setVisible(self._range is not None)
        if self._range is not None:
            self._region.setRegion(self._range)

    @Slot(object)
    def _on_theme_changed(self, _theme: object) -> None:
        self._draw()

    # --- choosing ------------------------------------------------------------------------------

    def _choose(self, chosen: tuple[float, float] | None) -> None:
        if chosen != self._range:
            self._range = chosen
            self._show_region()
            self.brushed.emit(chosen)

    def _value_at(self, position: QPoint) -> float:
        view = self._plot.getPlotItem().getViewBox()
        return float(view.mapSceneToView(self._plot.mapToScene(position)).x())

    def _drag_to(self, position: QPoint) -> None:
        if self._pressed is not None and abs(position.x() - self._pressed.x()) >= CLICK_PX:
            low, high = sorted((self._value_at(self._pressed), self._value_at(position)))
            self._choose((low, high))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QMouseEvent):
            at = event.position().toPoint()
            if event.type() == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
                self._pressed = at
                self.setFocus(Qt.FocusReason.MouseFocusReason)
            elif event.type() == QEvent.Type.MouseMove:
                self._drag_to(at)
            elif event.type() == QEvent.Type.MouseButtonRelease and self._pressed is not None:
                if abs(at.x() - self._pressed.x()) < CLICK_PX:
                    self._choose(None)
                else:
                    self._drag_to(at)
                self._pressed = None
            return True
        if event.type() == QEvent.Type.Wheel:
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, bin_width = event.key(), float(self._edges[1] - self._edges[0])
        first, last = float(self._edges[0]), float(self._edges[-1])
        if key == Qt.Key.Key_Escape and self._range is not None:
            self._choose(None)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and len(self._values):
            step = bin_width if key == Qt.Key.Key_Right else -bin_width
            low, high = self._range or (last, last)
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                high = min(max(high + step, low), last)
            else:
                low = max(min(low + step, high), first)
            self._choose((low, high))
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(300, 140)

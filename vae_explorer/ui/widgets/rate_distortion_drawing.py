"""``RateDistortionDrawing``: models as points (KL, recon) joined along β, before lines of equal −ELBO."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPen

from vae_explorer.ui.theme import FONT_CAPTION_PX, Theme
from vae_explorer.ui.widgets.focus_ring import RING_PX
from vae_explorer.ui.widgets.label_places import ABOVE_FIRST, BELOW_FIRST, free_place, placed_labels
from vae_explorer.ui.widgets.plotting import dress_axes, line_pen, plotting, translucent
from vae_explorer.ui.widgets.rate_distortion_frame import PlotFrame, equal_bounds, frame_around

__all__ = ["ChartPoint", "RateDistortionDrawing"]

_FAINT = 170  # of 255: opacity of what is told about the lines

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


class RateDistortionDrawing:
    """Draws on a plot of pyqtgraph's, always all of it anew."""

    def __init__(self, plot: Any) -> None:  # Any: pyqtgraph has no types
        self._plot = plot
        self._points: Sequence[ChartPoint] = ()
        self._drawn = QSizeF(1.0, 1.0)  # what the picture was drawn for, px

    @property
    def is_stretched(self) -> bool:
        """Whether the plot has another size than it was drawn for: room is kept in pixels."""
        return bool(self._points) and self._view_size() != self._drawn

    def draw(self, points: Sequence[ChartPoint], current: int, theme: Theme, font: QFont) -> None:
        """Show `points`; those of the curve are joined in their order, number `current` has a ring."""
        plot = self._plot
        plot.clear()
        plot.setLabel("bottom", "rate: KL, nats")
        plot.setLabel("left", "distortion: recon, nats")
        self._points, self._drawn = points, self._view_size()
        if points:
            x = np.array([point.rate for point in points], dtype=np.float64)
            y = np.array([point.distortion for point in points], dtype=np.float64)
            frame = frame_around(x, y, self._drawn)
            plot.setXRange(*frame.rates, padding=0.0)
            plot.setYRange(*frame.distortions, padding=0.0)
            taken = self._draw_names(frame, theme, font)
            self._draw_bounds(frame, theme, font, taken)
            self._draw_curve(theme)
            self._draw_marks(current, theme)
        dress_axes(plot, theme)

    def _view_size(self) -> QSizeF:
        view = self._plot.getPlotItem().getViewBox()
        return QSizeF(view.width(), view.height())

    def _draw_names(self, frame: PlotFrame, theme: Theme, base: QFont) -> list[QRectF]:
        """Write the names; returns what is no longer free, px."""
        font, metrics = _sized(base, FONT_CAPTION_PX)
        room = QRectF(QPointF(0.0, 0.0), frame.size)
        points = [frame.to_px(point.rate, point.distortion) for point in self._points]
        sizes = [QSizeF(metrics.horizontalAdvance(each.name), metrics.height()) for each in self._points]
        wishes = [ABOVE_FIRST if point.is_joined else BELOW_FIRST for point in self._points]
        places = placed_labels(points, sizes, wishes, room)
        for point, place in zip(self._points, places, strict=True):
            self._write(
                frame, point.name, place, QColor(theme.path if point.is_current else theme.text), font
            )
        return [*places, *(QRectF(at.x() - 8.0, at.y() - 8.0, 16.0, 16.0) for at in points)]

    def _draw_bounds(self, frame: PlotFrame, theme: Theme, base: QFont, taken: list[QRectF]) -> None:
        """Lines of equal −ELBO, each told at its lower end, where nothing else is written."""
        font, metrics = _sized(base, FONT_CAPTION_PX - 1)
        room = QRectF(QPointF(0.0, 0.0), frame.size)
        for bound in equal_bounds(frame.rates, frame.distortions):
            ends = np.array(frame.rates)
            self._plot.plot(ends, bound - ends, pen=line_pen(theme.line, 1.0))
            text = f"−ELBO {bound:g}"
            size = QSizeF(metrics.horizontalAdvance(text), metrics.height())
            place = free_place(frame.beside_bound(bound, size), taken, room)
            if place is not None:
                self._write(frame, text, place, translucent(theme.muted, _FAINT), font)
                taken = [*taken, place]

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

    def _draw_marks(self, current: int, theme: Theme) -> None:
        """A diamond on the run on screen, or on the one that is swept; a ring around the chosen point."""
        for place, point in enumerate(self._points):
            x, y = np.array([point.rate]), np.array([point.distortion])
            if point.is_current or not point.is_joined:
                colour = theme.path if point.is_current else theme.muted
                self._add_symbols(x, y, "d", 13, brush=colour, pen=line_pen(theme.ground))
            if place == current:
                self._add_symbols(x, y, "o", 18, pen=line_pen(theme.text, RING_PX))

    def _write(self, frame: PlotFrame, text: str, place: QRectF, colour: QColor, font: QFont) -> None:
        item = plotting().TextItem(text, color=colour, anchor=(0.0, 0.0))
        item.textItem.document().setDocumentMargin(0.0)
        item.setFont(font)
        item.setPos(*frame.to_nats(place.topLeft()))
        item.setZValue(20)
        self._plot.addItem(item)

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


def _sized(base: QFont, size_px: int) -> tuple[QFont, QFontMetricsF]:
    font = QFont(base)
    font.setPixelSize(size_px)
    return font, QFontMetricsF(font)

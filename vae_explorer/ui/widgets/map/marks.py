"""What lies above the points: cursor, pins, path, selection with its posterior, lasso."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF, QRegion

from vae_explorer.ui.theme import Theme
from vae_explorer.ui.widgets.map.projection import Ellipse
from vae_explorer.ui.widgets.map.viewport import Viewport

__all__ = ["PIN_REACH_PX", "Marks", "PinMark", "hover_region", "nearest_pin", "paint_marks"]

PIN_REACH_PX = 11.0  # how near the mouse must be to take hold of a pin
_PIN_RADIUS_PX = 6.5
_CURSOR_RADIUS_PX = 9.0
_RING_PX = 4.0  # half of a ring with its shade, and what antialiasing adds
_FAR_PX = 1e6  # no view is so large
_SELECTED_RADIUS_PX, _NEIGHBOUR_RADIUS_PX = 7.5, 4.0
_OFF_PLANE = 1e-6  # distance in plane units below which a pin lies on the plane

Plane2 = tuple[float, float]


@dataclass(frozen=True)
class PinMark:
    """A pin where it projects to; `off_plane` is its distance from the plane."""

    name: str
    xy: Plane2
    off_plane: float = 0.0


@dataclass(frozen=True, eq=False)
class Marks:
    """Everything that is drawn as single items, in plane coordinates."""

    cursor: Plane2 | None = None  # the place kept by the last click
    hover: Plane2 | None = None  # the place under the mouse
    pins: tuple[PinMark, ...] = ()
    held_pin: str = ""  # under the mouse, or being dragged
    path: NDArray[np.float64] | None = None  # (K, 2)
    selected: Plane2 | None = None
    ellipse: Ellipse | None = None
    neighbours: NDArray[np.float64] | None = None  # (k, 2)
    lasso: NDArray[np.float64] | None = None  # (m, 2), being drawn


def paint_marks(painter: QPainter, marks: Marks, viewport: Viewport, theme: Theme, *, on_line: bool) -> None:
    """Draw `marks` in their order of importance, the cursor last; a line (D = 1) has no second coordinate."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    _paint_crosshair(painter, marks, viewport, theme)
    _paint_selection(painter, marks, viewport, theme, on_line)
    _paint_path(painter, marks, viewport, theme)
    for pin in marks.pins:
        _paint_pin(painter, pin, viewport, theme, held=pin.name == marks.held_pin)
    if marks.lasso is not None and len(marks.lasso) > 1:
        _paint_lasso(painter, marks.lasso, viewport, theme)
    _paint_cursor(painter, marks, viewport, theme)


def nearest_pin(pins: tuple[PinMark, ...], viewport: Viewport, at_px: tuple[float, float]) -> str:
    """Name of the pin nearest to a pixel, the later of equal ones; empty if none is within reach."""
    best, best_distance = "", PIN_REACH_PX
    for pin in pins:
        x, y = viewport.to_px(pin.xy)
        distance = float(np.hypot(x - at_px[0], y - at_px[1]))
        if distance <= best_distance:
            best, best_distance = pin.name, distance
    return best


def hover_region(before: Marks, after: Marks, viewport: Viewport) -> QRegion:
    """Where a picture of `before` differs from one of `after`, of which only `hover` is another."""
    places = [marks.hover for marks in (before, after) if marks.hover is not None]
    if len(places) == 1 and after.cursor is not None:  # its ring is fainter while the mouse is elsewhere
        places.append(after.cursor)
    region = QRegion()
    for place in places:
        at = _point(viewport, place)
        if max(abs(at.x()), abs(at.y())) < _FAR_PX:
            reach = math.ceil(_CURSOR_RADIUS_PX + _RING_PX)
            size = 2 * reach + 1
            region += QRect(math.floor(at.x()) - reach, math.floor(at.y()) - reach, size, size)
    return region


def _paint_crosshair(painter: QPainter, marks: Marks, viewport: Viewport, theme: Theme) -> None:
    if marks.cursor is None:
        return
    x, y = (round(float(v)) + 0.5 for v in viewport.to_px(marks.cursor))
    colour = QColor(theme.text)
    colour.setAlphaF(0.32 if theme.is_dark else 0.38)
    painter.setPen(QPen(colour, 1))
    gap = _CURSOR_RADIUS_PX + 3
    painter.drawLine(QPointF(0, y), QPointF(x - gap, y))
    painter.drawLine(QPointF(x + gap, y), QPointF(viewport.width, y))
    painter.drawLine(QPointF(x, 0), QPointF(x, y - gap))
    painter.drawLine(QPointF(x, y + gap), QPointF(x, viewport.height))


def _paint_cursor(painter: QPainter, marks: Marks, viewport: Viewport, theme: Theme) -> None:
    if marks.cursor is not None:
        resting = marks.hover is not None
        at, width, alpha = _point(viewport, marks.cursor), 1.4 if resting else 2.0, 0.6 if resting else 1.0
        _ring(painter, at, _CURSOR_RADIUS_PX, theme.text, theme, width, alpha=alpha)
    if marks.hover is not None:
        at = _point(viewport, marks.hover)
        _ring(painter, at, _CURSOR_RADIUS_PX, theme.text, theme, 2.0)


def _paint_selection(
    painter: QPainter, marks: Marks, viewport: Viewport, theme: Theme, on_line: bool
) -> None:
    if marks.selected is None:
        return
    at = _point(viewport, marks.selected)
    accent = QColor(theme.accent_bright)
    if marks.ellipse is not None:
        if on_line:
            _paint_interval(painter, marks.ellipse, viewport, accent)
        else:
            _paint_ellipse(painter, marks.ellipse, viewport, accent)
    if marks.neighbours is not None and len(marks.neighbours):
        hair = QColor(theme.text)
        hair.setAlphaF(0.35)
        for neighbour in marks.neighbours:
            end = _point(viewport, (float(neighbour[0]), float(neighbour[1])))
            length = math.hypot(end.x() - at.x(), end.y() - at.y())
            if length < _SELECTED_RADIUS_PX + _NEIGHBOUR_RADIUS_PX:
                continue  # under the selected one's ring: nothing to tell apart before one zooms in
            unit = (end - at) / length
            painter.setPen(QPen(hair, 1))
            painter.drawLine(at + unit * (_SELECTED_RADIUS_PX + 1), end - unit * _NEIGHBOUR_RADIUS_PX)
            _ring(painter, end, _NEIGHBOUR_RADIUS_PX, theme.text, theme, 1.2, alpha=0.85)
    _ring(painter, at, _SELECTED_RADIUS_PX, theme.accent_bright, theme, 2.4)


def _paint_ellipse(painter: QPainter, ellipse: Ellipse, viewport: Viewport, accent: QColor) -> None:
    painter.save()
    painter.translate(_point(viewport, ellipse.centre))
    painter.rotate(-math.degrees(ellipse.angle))
    for sigma in (2, 1):
        rx, ry = sigma * ellipse.major * viewport.scale, sigma * ellipse.minor * viewport.scale
        if rx < 1.0 or rx > 50_000.0:
            continue
        fill = QColor(accent)
        fill.setAlphaF(0.10 if sigma == 2 else 0.16)
        pen = QPen(accent, 1.6 if sigma == 1 else 1.2)
        if sigma == 2:
            pen.setDashPattern([4.0, 3.0])
        painter.setPen(pen)
        painter.setBrush(fill)
        painter.drawEllipse(QPointF(0, 0), rx, ry)
    painter.restore()


def _paint_interval(painter: QPainter, ellipse: Ellipse, viewport: Viewport, accent: QColor) -> None:
    middle = _point(viewport, (ellipse.centre[0], 0.0))
    for sigma in (2, 1):
        half = sigma * ellipse.major * viewport.scale
        fill = QColor(accent)
        fill.setAlphaF(0.14 if sigma == 2 else 0.24)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRect(QRectF(middle.x() - half, 0, 2 * half, viewport.height))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _paint_path(painter: QPainter, marks: Marks, viewport: Viewport, theme: Theme) -> None:
    if marks.path is None or len(marks.path) < 2:
        return
    line = QPolygonF([QPointF(float(x), float(y)) for x, y in viewport.to_px(marks.path)])
    shade = QColor(theme.ground)
    shade.setAlphaF(0.75)
    painter.setPen(
        QPen(shade, 4.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    )
    painter.drawPolyline(line)
    pen = QPen(QColor(theme.path), 1.8)
    pen.setDashPattern([4.5, 3.0])
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.drawPolyline(line)


def _paint_pin(painter: QPainter, pin: PinMark, viewport: Viewport, theme: Theme, *, held: bool) -> None:
    at = _point(viewport, pin.xy)
    radius = _PIN_RADIUS_PX + (1.5 if held else 0.0)
    path = QColor(theme.path)
    shade = QColor(theme.ground)
    shade.setAlphaF(0.85)
    painter.setPen(QPen(shade, 5.0))
    painter.setBrush(shade)
    painter.drawEllipse(at, radius, radius)
    pen = QPen(path, 2.4)
    if pin.off_plane > _OFF_PLANE:  # its shadow on the plane, not itself
        pen.setDashPattern([1.6, 1.2])
    painter.setPen(pen)
    painter.setBrush(QColor(theme.path) if held else Qt.BrushStyle.NoBrush)
    painter.drawEllipse(at, radius, radius)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    base = painter.font()
    font = QFont(base)
    font.setPixelSize(13)
    font.setWeight(QFont.Weight.Bold)
    metrics = QFontMetricsF(font)
    text = QPainterPath()
    text.addText(at + QPointF(radius + 6, -radius + metrics.ascent() / 2 - 3), font, pin.name)
    painter.setPen(
        QPen(shade, 3.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    )
    painter.drawPath(text)
    painter.fillPath(text, path)


def _paint_lasso(painter: QPainter, lasso: NDArray[np.float64], viewport: Viewport, theme: Theme) -> None:
    polygon = QPolygonF([QPointF(float(x), float(y)) for x, y in viewport.to_px(lasso)])
    fill = QColor(theme.accent_bright)
    fill.setAlphaF(0.12)
    pen = QPen(QColor(theme.accent_bright), 1.6)
    pen.setDashPattern([4.0, 3.0])
    painter.setPen(pen)
    painter.setBrush(fill)
    painter.drawPolygon(polygon, Qt.FillRule.OddEvenFill)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _ring(
    painter: QPainter,
    at: QPointF,
    radius: float,
    colour: str,
    theme: Theme,
    width: float,
    *,
    alpha: float = 1.0,
) -> None:
    shade, ink = QColor(theme.ground), QColor(colour)
    shade.setAlphaF(0.7 * alpha)
    ink.setAlphaF(alpha)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(shade, width + 2.4))
    painter.drawEllipse(at, radius, radius)
    painter.setPen(QPen(ink, width))
    painter.drawEllipse(at, radius, radius)


def _point(viewport: Viewport, xy: Plane2) -> QPointF:
    x, y = viewport.to_px(xy)
    return QPointF(float(x), float(y))

"""Painting how crowded the map is: a glow on the plane, a curve over the line."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from vae_explorer.ui.theme import Theme, rgb
from vae_explorer.ui.widgets.map.density import DensityPicture
from vae_explorer.ui.widgets.map.viewport import Viewport

__all__ = ["density_image", "paint_curve", "paint_density"]

PALE_ACCENT = 0.5  # share of the ground in the accent's faint end on a light theme


def density_image(density: DensityPicture, theme: Theme) -> QImage:
    """The density from the theme's ground to its accent."""
    high = rgb(theme.accent_bright)
    if theme.is_dark:
        low = rgb(theme.accent)
    else:
        ground = np.array(rgb(theme.ground))
        pale = np.rint(PALE_ACCENT * ground + (1.0 - PALE_ACCENT) * np.array(rgb(theme.accent)))
        low = (int(pale[0]), int(pale[1]), int(pale[2]))
    pixels = density.coloured(low, high)
    height, width = pixels.shape[:2]
    straight = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
    return straight.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)


def paint_density(painter: QPainter, viewport: Viewport, density: DensityPicture, image: QImage) -> None:
    """Stretch the picture over its part of the plane."""
    x0, y0, x1, y1 = density.box
    (left, top), (right, bottom) = viewport.to_px([[x0, y1], [x1, y0]])
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
    painter.drawImage(QRectF(left, top, right - left, bottom - top), image)


def paint_curve(
    painter: QPainter,
    viewport: Viewport,
    theme: Theme,
    curve: NDArray[np.float64] | None,
    *,
    filled: bool,
) -> None:
    """The line of a one-dimensional space, and over it the density, (m, 2) plane points."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    base = float(viewport.to_px([0.0, 0.0])[1])
    line = QColor(theme.muted)
    line.setAlphaF(0.8)
    painter.setPen(QPen(line, 1.2))
    painter.drawLine(QPointF(0, base), QPointF(viewport.width, base))
    if curve is None or len(curve) < 2:
        return
    outline = [QPointF(float(x), float(y)) for x, y in viewport.to_px(curve)]
    if filled:
        fill = QColor(theme.accent_bright)
        fill.setAlphaF(0.18)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawPolygon(
            QPolygonF([QPointF(outline[0].x(), base), *outline, QPointF(outline[-1].x(), base)])
        )
        painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(theme.accent_bright), 1.6))
    painter.drawPolyline(QPolygonF(outline))

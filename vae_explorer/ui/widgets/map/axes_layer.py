"""The quiet geometry of the map: grid lines with numbers, and the contours of the prior."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen

from vae_explorer.ui.theme import FONT_CAPTION_PX, SPACE_XS, Theme
from vae_explorer.ui.widgets.map.viewport import Viewport

__all__ = [
    "caption_font",
    "paint_grid",
    "paint_line_contours",
    "paint_prior",
    "paint_prior_contours",
    "paint_titles",
    "ticks",
]

TICK_DISTANCE_PX = 96.0  # wanted between grid lines
SIGMAS = (1, 2, 3)
UNDER_LINE_PX = 48  # the tallest tiles under a line (D = 1), and a little


def ticks(low: float, high: float, wanted: float) -> tuple[list[float], int]:
    """Round numbers between `low` and `high`, about `wanted` apart, and the decimals they need."""
    power = math.floor(math.log10(wanted))
    step = min((m * 10.0**power for m in (1, 2, 5, 10)), key=lambda s: abs(math.log(s / wanted)))
    first, last = math.ceil(low / step), math.floor(high / step)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return [k * step for k in range(first, last + 1)], decimals


def caption_font(base: QFont) -> QFont:
    """`base` in the size of captions."""
    font = QFont(base)
    font.setPixelSize(FONT_CAPTION_PX)
    return font


def paint_grid(
    painter: QPainter, viewport: Viewport, theme: Theme, taken: Sequence[QRect], *, on_line: bool = False
) -> None:
    """Grid lines with numbers along the bottom and the left; numbers under `taken` rectangles are left out.

    A line (D = 1) has numbers along the bottom only: heights over it have no unit.
    """
    x0, y0, x1, y1 = viewport.box
    wanted = TICK_DISTANCE_PX / viewport.scale
    metrics = QFontMetrics(painter.font())
    faint, strong = QColor(theme.muted), QColor(theme.muted)
    faint.setAlphaF(0.16)
    strong.setAlphaF(0.42)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    labels: list[tuple[QRect, str]] = []
    numbers_top = viewport.height - metrics.height() - 2
    if on_line:  # under the row of tiles
        numbers_top = min(numbers_top, round(float(viewport.to_px([0.0, 0.0])[1])) + UNDER_LINE_PX)
    values, decimals = ticks(x0, x1, wanted)
    for value in values:
        x = round(float(viewport.to_px([value, 0.0])[0]))
        painter.setPen(QPen(strong if value == 0.0 else faint, 1))
        painter.drawLine(x, 0, x, viewport.height)
        text = _number(value, decimals)
        width = metrics.horizontalAdvance(text)
        labels.append((QRect(x - width // 2, numbers_top, width, metrics.height()), text))
    if not on_line:
        for value in ticks(y0, y1, wanted)[0]:
            y = round(float(viewport.to_px([0.0, value])[1]))
            painter.setPen(QPen(strong if value == 0.0 else faint, 1))
            painter.drawLine(0, y, viewport.width, y)
            text = _number(value, decimals)
            if y < viewport.height - 2 * metrics.height():  # the corner belongs to the bottom row
                width = metrics.horizontalAdvance(text)
                labels.append((QRect(SPACE_XS, y - metrics.height() // 2, width, metrics.height()), text))
    painter.setPen(QColor(theme.muted))
    frame = QRect(0, 0, viewport.width, viewport.height)
    for rect, text in labels:
        if frame.contains(rect) and not any(rect.intersects(other) for other in taken):
            painter.fillRect(rect.adjusted(-3, 0, 3, 0), _veil(theme))
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)


def paint_titles(
    painter: QPainter, viewport: Viewport, theme: Theme, label_u: str, label_v: str, taken: Sequence[QRect]
) -> None:
    """Names of the two directions, at the right end and the upper end of the map."""
    metrics = QFontMetrics(painter.font())
    painter.setPen(QColor(theme.muted))
    for text, across in (
        (f"{label_u} →" if label_u else "", True),
        (f"↑ {label_v}" if label_v else "", False),
    ):
        if not text:
            continue
        width, height = metrics.horizontalAdvance(text), metrics.height()
        if across:
            place = QRect(viewport.width - width - 8, viewport.height - 2 * height - 6, width, height)
            step = -(height + 2)
        else:
            place = QRect(SPACE_XS, 6, width, height)
            step = height + 2
        for _ in range(12):  # move off the cards
            if not any(place.adjusted(-4, -2, 4, 2).intersects(other) for other in taken):
                break
            place.translate(0, step)
        painter.fillRect(place.adjusted(-3, 0, 3, 0), _veil(theme))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)


def paint_prior(painter: QPainter, viewport: Viewport, theme: Theme, centre: tuple[float, float]) -> None:
    """Circles of 1σ, 2σ and 3σ around the centre of the prior's section."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    middle = QPointF(*viewport.to_px(centre))
    for sigma in SIGMAS:
        radius = sigma * viewport.scale
        if not 2.0 < radius < 20_000.0:
            continue
        painter.setPen(_contour_pen(theme, sigma))
        painter.drawEllipse(middle, radius, radius)
        side = radius * math.sqrt(0.5)
        _sigma_label(painter, theme, f"{sigma}σ", QPointF(middle.x() + side, middle.y() - side))
    painter.setPen(QPen(_contour_pen(theme, 1).color(), 1.2))
    painter.drawLine(middle - QPointF(4, 0), middle + QPointF(4, 0))
    painter.drawLine(middle - QPointF(0, 4), middle + QPointF(0, 4))


def paint_prior_contours(
    painter: QPainter, viewport: Viewport, theme: Theme, contours: Sequence[NDArray[np.float64]]
) -> None:
    """Lines of a prior that is not round, as deep below its peak as 1σ, 2σ and 3σ of a Gaussian.

    Parameters
    ----------
    contours
        Segments on the plane, (S, 2, 2), for each of `SIGMAS`.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    for sigma, segments in zip(SIGMAS, contours, strict=True):
        if not len(segments):
            continue
        ends = np.asarray(viewport.to_px(segments.reshape(-1, 2))).reshape(-1, 4)
        pen = QPen(_contour_pen(theme, sigma).color(), 1.2)  # loose segments are too short for dashes
        painter.setPen(pen)
        painter.drawLines([QLineF(*map(float, line)) for line in ends])
        right = ends.reshape(-1, 2)[ends.reshape(-1, 2)[:, 0].argmax()]
        _sigma_label(painter, theme, f"{sigma}σ", QPointF(float(right[0]), float(right[1])))


def paint_line_contours(
    painter: QPainter,
    viewport: Viewport,
    theme: Theme,
    centre: float,
    contours: Sequence[NDArray[np.float64]] | None = None,
) -> None:
    """On a line (D = 1): where the prior's 1σ, 2σ and 3σ lie, at `centre` ± σ or where `contours` say."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    for sigma in SIGMAS:
        own = [centre - sigma, centre + sigma] if contours is None else contours[sigma - 1][:, 0, 0].tolist()
        for place in own:
            x = float(viewport.to_px([place, 0.0])[0])
            painter.setPen(_contour_pen(theme, sigma))
            painter.drawLine(QPointF(x, 0), QPointF(x, viewport.height))
            _sigma_label(painter, theme, f"{sigma}σ", QPointF(x, 0.5 * viewport.height))


def _contour_pen(theme: Theme, sigma: int) -> QPen:
    colour = QColor(theme.text)
    colour.setAlphaF((0.62, 0.46, 0.34)[sigma - 1])
    pen = QPen(colour, 1.2)
    if sigma > 1:
        pen.setDashPattern([6.0, 5.0] if sigma == 2 else [2.0, 5.0])
    return pen


def _sigma_label(painter: QPainter, theme: Theme, text: str, at: QPointF) -> None:
    metrics = QFontMetrics(painter.font())
    width = metrics.horizontalAdvance(text) + 8
    rect = QRectF(at.x() - width / 2, at.y() - metrics.height() / 2, width, metrics.height())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_veil(theme, 0.85))
    painter.drawRoundedRect(rect, 4, 4)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QColor(theme.muted))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)


def _veil(theme: Theme, alpha: float = 0.7) -> QColor:
    colour = QColor(theme.ground)
    colour.setAlphaF(alpha)
    return colour


def _number(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}" if abs(value) < 1e6 else f"{value:.3g}"
    if not np.any([c in "123456789" for c in text]):
        text = text.lstrip("-")
    return text.replace("-", "−")

"""Where on a plot of so many pixels the rates and distortions of models lie, and lines of equal −ELBO."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSizeF

__all__ = ["PlotFrame", "equal_bounds", "frame_around"]

_APART_PX = 3.0  # what is told about a line, from it and from the edge
_ROOM_X_PX, _ROOM_Y_PX = (24.0, 60.0), (26.0, 26.0)  # before and behind the points: their names need it
_LINES = 6  # of equal −ELBO, about

Floats = NDArray[np.float64]


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


@dataclass(frozen=True)
class PlotFrame:
    """What a plot shows: rate to the right, distortion upwards, both in nats; pixels count from its upper left."""

    rates: tuple[float, float]  # least and greatest
    distortions: tuple[float, float]
    size: QSizeF  # px

    def to_px(self, rate: float, distortion: float) -> QPointF:
        """Where a model lies, px."""
        (left, right), (bottom, top) = self.rates, self.distortions
        across, down = (rate - left) / (right - left), (top - distortion) / (top - bottom)
        return QPointF(across * self.size.width(), down * self.size.height())

    def to_nats(self, place: QPointF) -> tuple[float, float]:
        """Rate and distortion of a place in px."""
        (left, right), (bottom, top) = self.rates, self.distortions
        rate = left + place.x() / self.size.width() * (right - left)
        return rate, top - place.y() / self.size.height() * (top - bottom)

    def beside_bound(self, bound: float, text: QSizeF) -> list[QRectF]:
        """Places for a text about the line rate + distortion = `bound`, the best first, px.

        Below its end at the right or at the bottom, else above its beginning at the top or at the left.
        """
        (left, right), (bottom, top) = self.rates, self.distortions
        width, height = self.size.width(), self.size.height()
        fall = (height / (top - bottom)) / (width / (right - left))  # px down for one to the right
        aside = text.height() / fall + _APART_PX  # from the line, for a text that touches the picture's edge
        low = self.to_px(min(right, bound - bottom), max(bottom, bound - right))
        high = self.to_px(max(left, bound - top), min(top, bound - left))
        far_left = width - text.width() - _APART_PX
        far_down = height - text.height() - _APART_PX
        corners = [
            QPointF(far_left, low.y() + _APART_PX)
            if low.x() >= width - 1.0
            else QPointF(low.x() - aside - text.width(), far_down),
            QPointF(_APART_PX, high.y() - text.height() - _APART_PX)
            if high.x() <= 1.0
            else QPointF(high.x() + aside, _APART_PX),
        ]
        return [QRectF(corner, text) for corner in corners]


def frame_around(rates: Floats, distortions: Floats, size: QSizeF) -> PlotFrame:
    """The frame of a plot of `size` px that has all models, and room for their names around them: both (N,)."""
    return PlotFrame(
        _extent(rates, size.width(), _ROOM_X_PX), _extent(distortions, size.height(), _ROOM_Y_PX), size
    )


def _extent(values: Floats, size_px: float, room_px: tuple[float, float]) -> tuple[float, float]:
    """From below the least to above the greatest value, so that `room_px` of `size_px` stay free at either end."""
    low, high = float(values.min()), float(values.max())
    if high <= low:
        half = max(1.0, 0.05 * abs(high))
        return low - half, high + half
    per_px = (high - low) / max(size_px - sum(room_px), 0.3 * size_px)
    return low - room_px[0] * per_px, high + room_px[1] * per_px

"""Draws how costs grow: one log-log picture a quantity, with its own linear-growth guide."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Curve", "Panel", "draw", "exponent"]

_WIDTH, _HEIGHT, _SCALE = 560, 460, 2.0  # a panel in logical px, and device px to one of these
_LEFT, _RIGHT, _TOP, _BOTTOM = 78, 26, 104, 66
_LABEL_ROOM = 44.0  # px between two figures beside a curve
_COLOURS = ("#0072B2", "#D55E00", "#009E73")  # Okabe-Ito
_INK, _QUIET, _GRID = "#1f2430", "#5c6370", "#e3e6ea"


@dataclass(frozen=True)
class Curve:
    """`values` at `sizes`, both positive; as many of one as of the other."""

    name: str
    sizes: tuple[float, ...]
    values: tuple[float, ...]


@dataclass(frozen=True)
class Panel:
    """Curves over the same sizes; `x_words` and `y_words` name quantity and unit."""

    title: str
    subtitle: str
    x_words: str
    y_words: str
    curves: tuple[Curve, ...]
    x_ticks: tuple[tuple[float, str], ...]


def exponent(sizes: Sequence[float], values: Sequence[float]) -> float:
    """p of the least-squares fit values ≈ c · sizes^p; 1 is linear growth."""
    x, y = [math.log(size) for size in sizes], [math.log(value) for value in values]
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    slope = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True))
    return slope / sum((a - mean_x) ** 2 for a in x)


def draw(panels: Sequence[Panel], path: Path) -> None:
    """Write `panels` side by side as a PNG."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter

    app = QGuiApplication.instance() or QGuiApplication([])
    image = QImage(round(_SCALE * _WIDTH * len(panels)), round(_SCALE * _HEIGHT), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(_SCALE)
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for number, panel in enumerate(panels):
        painter.save()
        painter.translate(number * _WIDTH, 0)
        _Plot(painter, panel).draw()
        painter.restore()
    painter.end()
    if not image.save(str(path)):
        raise OSError(f"{path} cannot be written")
    del app


class _Plot:
    """One panel under a painter whose origin is the panel's corner."""

    def __init__(self, painter: object, panel: Panel) -> None:
        from PySide6.QtGui import QPainter

        assert isinstance(painter, QPainter)
        self._painter = painter
        self._panel = panel
        sizes = [size for curve in panel.curves for size in curve.sizes]
        values = [value for curve in panel.curves for value in curve.values]
        self._x = (math.log10(min(sizes)) - 0.12, math.log10(max(sizes)) + 0.12)
        low, high = math.log10(min(values)), math.log10(max(values))
        room = max(0.0, 2.0 - (high - low)) / 2.0  # at least two decades, so that flat curves look flat
        self._y = (math.floor((low - room - 0.05) * 2) / 2, math.ceil((high + room + 0.05) * 2) / 2)

    def draw(self) -> None:
        self._words()
        self._grid()
        for number, curve in enumerate(self._panel.curves):
            self._guide(curve, number)
        for number, curve in enumerate(self._panel.curves):
            self._curve(curve, number)
        self._legend()

    def _at(self, size: float, value: float) -> tuple[float, float]:
        across = (math.log10(size) - self._x[0]) / (self._x[1] - self._x[0])
        up = (math.log10(value) - self._y[0]) / (self._y[1] - self._y[0])
        return (
            _LEFT + across * (_WIDTH - _LEFT - _RIGHT),
            _HEIGHT - _BOTTOM - up * (_HEIGHT - _TOP - _BOTTOM),
        )

    def _text(self, x: float, y: float, words: str, size: int, colour: str, align: str = "left") -> None:
        from PySide6.QtGui import QColor, QFont, QFontMetricsF

        font = QFont("Inter")
        font.setPixelSize(size)
        font.setBold(colour == _INK and size > 14)
        self._painter.setFont(font)
        self._painter.setPen(QColor(colour))
        width = QFontMetricsF(font).horizontalAdvance(words)
        shift = {"left": 0.0, "right": width, "centre": width / 2}[align]
        self._painter.drawText(round(x - shift), round(y), words)

    def _words(self) -> None:
        panel = self._panel
        self._text(_LEFT, 32, panel.title, 17, _INK)
        self._text(_LEFT, 54, panel.subtitle, 12, _QUIET)
        middle = (_LEFT + _WIDTH - _RIGHT) / 2
        self._text(middle, _HEIGHT - 16, panel.x_words, 13, _QUIET, "centre")
        self._painter.save()
        self._painter.translate(20, (_TOP + _HEIGHT - _BOTTOM) / 2)
        self._painter.rotate(-90)
        self._text(0, 0, panel.y_words, 13, _QUIET, "centre")
        self._painter.restore()

    def _grid(self) -> None:
        from PySide6.QtCore import QLineF
        from PySide6.QtGui import QColor, QPen

        top, bottom = 10 ** self._y[1], 10 ** self._y[0]
        left, right = 10 ** self._x[0], 10 ** self._x[1]
        pen = QPen(QColor(_GRID), 1.0)
        for size, words in self._panel.x_ticks:
            self._painter.setPen(pen)
            self._painter.drawLine(QLineF(*self._at(size, bottom), *self._at(size, top)))
            x, y = self._at(size, bottom)
            self._text(x, y + 20, words, 12, _QUIET, "centre")
        steps = (1.0,) if self._y[1] - self._y[0] >= 2.5 else (1.0, 3.0)
        for decade in range(math.floor(self._y[0]), math.ceil(self._y[1]) + 1):
            for step in steps:
                value = step * 10.0**decade
                if not self._y[0] - 1e-9 <= math.log10(value) <= self._y[1] + 1e-9:
                    continue
                self._painter.setPen(pen)
                self._painter.drawLine(QLineF(*self._at(left, value), *self._at(right, value)))
                x, y = self._at(left, value)
                self._text(x - 8, y + 4, f"{value:,.10g}", 12, _QUIET, "right")

    def _guide(self, curve: Curve, number: int) -> None:
        """What linear growth from the first point would cost, cut at the frame."""
        from PySide6.QtCore import QLineF, Qt
        from PySide6.QtGui import QColor, QPen

        begin = (curve.sizes[0], curve.values[0])
        end = curve.sizes[-1]
        top = 10 ** self._y[1]
        if begin[1] * end / begin[0] > top:
            end = begin[0] * top / begin[1]
        pen = QPen(QColor(_COLOURS[number]), 1.2, Qt.PenStyle.DashLine)
        pen.setDashPattern([4.0, 4.0])
        self._painter.setPen(pen)
        self._painter.drawLine(QLineF(*self._at(*begin), *self._at(end, begin[1] * end / begin[0])))

    def _curve(self, curve: Curve, number: int) -> None:
        from PySide6.QtCore import QPointF
        from PySide6.QtGui import QColor, QPen, QPolygonF

        points = [
            QPointF(*self._at(size, value)) for size, value in zip(curve.sizes, curve.values, strict=True)
        ]
        self._painter.setPen(QPen(QColor(_COLOURS[number]), 2.4))
        self._painter.drawPolyline(QPolygonF(points))
        self._painter.setBrush(QColor(_COLOURS[number]))
        self._painter.setPen(QPen(QColor("white"), 1.5))
        last_x = -math.inf
        for place, (point, value) in enumerate(zip(points, curve.values, strict=True)):
            self._painter.setPen(QPen(QColor("white"), 1.5))
            self._painter.drawEllipse(point, 5.0, 5.0)
            if point.x() - last_x < _LABEL_ROOM:
                continue
            last_x = point.x()
            others = [other.values[place] for other in self._panel.curves if other is not curve]
            y = point.y() - 11 if all(value >= other for other in others) else point.y() + 21
            self._text(point.x(), y, _number(value), 12, _COLOURS[number], "centre")

    def _legend(self) -> None:
        from PySide6.QtCore import QLineF, Qt
        from PySide6.QtGui import QColor, QPen

        x = float(_LEFT)
        for number, curve in enumerate(self._panel.curves):
            words = f"{curve.name}: exponent {exponent(curve.sizes, curve.values):.2f}"
            self._painter.setPen(QPen(QColor(_COLOURS[number]), 2.4))
            self._painter.drawLine(QLineF(x, 78, x + 18, 78))
            self._text(x + 24, 82, words, 12, _COLOURS[number])
            x += 24 + 7.0 * len(words) + 14
        pen = QPen(QColor(_QUIET), 1.2, Qt.PenStyle.DashLine)
        pen.setDashPattern([4.0, 4.0])
        self._painter.setPen(pen)
        self._painter.drawLine(QLineF(x, 78, x + 18, 78))
        self._text(x + 24, 82, "linear", 12, _QUIET)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"

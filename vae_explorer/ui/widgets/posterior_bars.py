"""``PosteriorBars``: a factorised Gaussian, dimension by dimension, against the prior."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from vae_explorer.ui.theme import FONT_CAPTION_PX, SPACE_S, rgb, theme_manager

__all__ = ["PosteriorBar", "PosteriorBars"]

_ROW_PX = 20
_NAME_PX, _VALUE_PX = 30, 92
_RANGE_MIN = 3.5  # half-width of the axis, in standard deviations of the prior


@dataclass(frozen=True)
class PosteriorBar:
    """One dimension."""

    name: str
    mean: float
    std: float | None  # None: a point, as a plain autoencoder's code


class PosteriorBars(QWidget):
    """Mean, 1σ (thick) and 2σ (thin) of each dimension; the prior's 1σ and 2σ as bands behind."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bars: tuple[PosteriorBar, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Posterior of the selected image")
        theme_manager().changed.connect(self._on_theme_changed)

    @property
    def bars(self) -> tuple[PosteriorBar, ...]:
        return self._bars

    def set_bars(self, bars: Sequence[PosteriorBar]) -> None:
        self._bars = tuple(bars)
        self.setAccessibleDescription("; ".join(f"{bar.name} {_value(bar)}" for bar in self._bars))
        self.updateGeometry()
        self.update()

    @Slot()
    def _on_theme_changed(self) -> None:
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(280, _ROW_PX * len(self._bars))

    def minimumSizeHint(self) -> QSize:
        return QSize(180, _ROW_PX * len(self._bars))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_manager().theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(self.font())
        font.setPixelSize(FONT_CAPTION_PX)
        painter.setFont(font)
        reach = max([_RANGE_MIN] + [abs(bar.mean) + 2.0 * (bar.std or 0.0) for bar in self._bars])
        left, right = _NAME_PX + SPACE_S, self.width() - _VALUE_PX
        middle, unit = (left + right) / 2.0, max(1.0, (right - left) / 2.0) / reach  # px a prior's σ
        height = _ROW_PX * len(self._bars)
        has_prior = any(bar.std is not None for bar in self._bars)
        painter.setPen(Qt.PenStyle.NoPen)
        for k in (2.0, 1.0) if has_prior else ():
            painter.setBrush(_veil(theme.muted, 26))
            painter.drawRect(QRectF(middle - k * unit, 0, 2 * k * unit, height))
        painter.setBrush(QColor(theme.line))
        painter.drawRect(QRectF(middle - 0.5, 0, 1, height))
        for row, bar in enumerate(self._bars):
            y = row * _ROW_PX + _ROW_PX / 2
            x = middle + bar.mean * unit
            painter.setPen(Qt.PenStyle.NoPen)
            if bar.std is not None:
                painter.setBrush(QColor(theme.accent_bright))
                two, one = 2.0 * bar.std * unit, max(bar.std * unit, 1.0)
                painter.drawRect(QRectF(x - two, y - 0.75, 2 * two, 1.5))
                painter.drawRoundedRect(QRectF(x - one, y - 3, 2 * one, 6), 2, 2)
            painter.setBrush(QColor(theme.text))
            painter.drawEllipse(QRectF(x - 2.5, y - 2.5, 5, 5))
            line = QRect(0, row * _ROW_PX, self.width(), _ROW_PX)
            painter.setPen(QColor(theme.muted))
            painter.drawText(line, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), bar.name)
            painter.setPen(QColor(theme.text))
            painter.drawText(
                line, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), _value(bar)
            )


def _veil(colour: str, alpha: int) -> QColor:
    return QColor(*rgb(colour), alpha)


def _value(bar: PosteriorBar) -> str:
    mean = f"{bar.mean:.2f}".replace("-", "−")
    return mean if bar.std is None else f"{mean} ± {bar.std:.2f}"

"""``CentredSlider`` and ``SignedNumber``: controls for a value on either side of 0."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QValidator
from PySide6.QtWidgets import QDoubleSpinBox, QSlider, QStyle, QWidget

from vae_explorer.ui.theme import theme_manager

__all__ = ["CentredSlider", "SignedNumber"]

KNOB_PX, GROOVE_PX, ZERO_PX = 14, 4, 10  # diameter; heights


class CentredSlider(QSlider):
    """A horizontal slider whose bar grows from its middle, where the value is 0."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        theme_manager().changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = theme_manager().theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = self.width() - KNOB_PX
        knob = KNOB_PX / 2 + QStyle.sliderPositionFromValue(
            self.minimum(), self.maximum(), self.sliderPosition(), room
        )
        zero, middle = self.width() / 2, self.height() / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.line))
        groove = QRectF(0, middle - GROOVE_PX / 2, self.width(), GROOVE_PX)
        painter.drawRoundedRect(groove, GROOVE_PX / 2, GROOVE_PX / 2)
        painter.setBrush(QColor(theme.muted))
        painter.drawRect(QRectF(zero - 0.5, middle - ZERO_PX / 2, 1.0, ZERO_PX))
        painter.setBrush(QColor(theme.accent_bright))
        left, right = min(zero, knob), max(zero, knob)
        painter.drawRect(QRectF(left, middle - GROOVE_PX / 2, right - left, GROOVE_PX))
        painter.setBrush(QColor(theme.text if theme.is_dark else theme.panel))
        ring = theme.accent if self.hasFocus() else theme.text if theme.is_dark else theme.muted
        painter.setPen(QPen(QColor(ring), 2.0 if self.hasFocus() else 1.0))
        radius = KNOB_PX / 2 - 1
        painter.drawEllipse(QPointF(knob, middle), radius, radius)


class SignedNumber(QDoubleSpinBox):
    """A number with a true minus sign; the hyphen is understood too."""

    def textFromValue(self, value: float) -> str:
        return super().textFromValue(value).replace("-", "−")

    def valueFromText(self, text: str) -> float:
        return super().valueFromText(text.replace("−", "-"))

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Qt's own check knows the hyphen only."""
        state, _, place = super().validate(text.replace("−", "-"), position)
        return state, text, place

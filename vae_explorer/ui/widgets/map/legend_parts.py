"""Parts of the legend: a row for a class, a bar for values."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QLinearGradient, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from vae_explorer.ui.theme import SPACE_S, theme_manager, value_lut
from vae_explorer.ui.widgets.map.axes_layer import caption_font
from vae_explorer.ui.widgets.map.point_colours import LegendEntry

__all__ = ["PALETTES", "ColourBar", "LegendRow"]

NAME_CHARS = 14
PALETTES = ("viridis", "cividis")


class LegendRow(QAbstractButton):
    """One class: a dot, its name, its count; unchecked means grey."""

    soloed = Signal(int)

    def __init__(self, entry: LegendEntry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entry = entry
        self.setCheckable(True)
        self.setChecked(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.set_entry(entry)

    def set_entry(self, entry: LegendEntry) -> None:
        """The same class with another colour or count."""
        self.entry = entry
        self.setText(entry.name)
        self.setAccessibleName(f"Class {entry.name}, {entry.count} points")
        self.setToolTip(f"{entry.name}: {entry.count:,} points. Click to grey, Shift-click to see it alone.")
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        name = metrics.horizontalAdvance(self._short_name())
        count = metrics.horizontalAdvance(f"{self.entry.count:,}")
        return QSize(20 + name + SPACE_S + count + 6, 20)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self.rect().contains(
            event.position().toPoint()
        ):
            self.setDown(False)
            self.soloed.emit(self.entry.key)
        else:
            super().mouseReleaseEvent(event)

    def _short_name(self) -> str:
        name = self.entry.name
        return name if len(name) <= NAME_CHARS else name[: NAME_CHARS - 1] + "…"

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = theme_manager().theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on = self.isChecked()
        if self.underMouse() or self.hasFocus():
            hover = QColor(theme.text)
            hover.setAlphaF(0.08)
            painter.setPen(QPen(QColor(theme.accent_bright), 1.5) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(hover)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        dot = QRectF(6, self.height() / 2 - 4.5, 9, 9)
        if on:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(*self.entry.colour))
        else:
            painter.setPen(QPen(QColor(theme.muted), 1.2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(dot)
        text = self.rect().adjusted(21, 0, -5, 0)
        painter.setPen(QColor(theme.text if on else theme.muted))
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._short_name())
        painter.setPen(QColor(theme.muted))
        painter.drawText(
            text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, f"{self.entry.count:,}"
        )


class ColourBar(QWidget):
    """Colours from low to high with the values at both ends."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._range = (0.0, 1.0)
        self._palette_name = PALETTES[0]
        self.setMinimumSize(176, 34)
        self.setAccessibleName("Colour bar")

    def set_range(self, low: float, high: float, palette: str) -> None:
        """Values in nats at the ends."""
        self._range, self._palette_name = (low, high), palette
        self.setAccessibleDescription(f"{low:.1f} to {high:.1f} nats")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = theme_manager().theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lut = value_lut("cividis" if self._palette_name == "cividis" else "viridis")
        bar = QRectF(4, 4, self.width() - 8, 9)
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        for k in range(0, 256, 15):
            gradient.setColorAt(k / 255, QColor(*(int(v) for v in lut[k])))
        painter.setBrush(gradient)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(bar, 4.5, 4.5)
        painter.setFont(caption_font(self.font()))
        painter.setPen(QColor(theme.muted))
        row = QRectF(4, 16, self.width() - 8, 18)
        low, high = self._range
        digits = 0 if abs(high) >= 100 else 1 if abs(high) >= 10 else 2
        painter.drawText(row, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, _nats(low, digits))
        painter.drawText(row, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter, "nats")
        painter.drawText(
            row, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, _nats(high, digits)
        )


def _nats(value: float, digits: int) -> str:
    return f"{value:.{digits}f}".replace("-", "−")

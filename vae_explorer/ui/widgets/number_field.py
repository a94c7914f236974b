"""``NumberField``: a number typed as people write it (1e-3, 0,5), checked as they type."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from vae_explorer.ui.widgets.card import restyle

__all__ = ["NumberField", "NumberRange", "number_text"]


@dataclass(frozen=True)
class NumberRange:
    """What a field accepts: ``low ≤ value ≤ high``, or ``low < value`` where `open_low`."""

    low: float
    high: float
    whole: bool = False
    open_low: bool = False

    def problem(self, text: str, name: str) -> str:
        """What is wrong with `text`, in a sentence; empty if nothing is."""
        kind = "a whole number" if self.whole else "a number"
        if not text.strip():
            return f"{name} is empty: enter {kind} {self._words()}."
        value = parsed(text)
        if value is None or (self.whole and value != int(value)):
            return f"“{_short(text)}” is not {kind}; enter one {self._words()}."
        if value > self.high or value < self.low or (self.open_low and value <= self.low):
            return f"{name} must be {self._words()}, not {_short(text)}."
        return ""

    def clamp(self, value: float) -> float:
        low = math.nextafter(self.low, math.inf) if self.open_low else self.low
        return min(max(value, low), self.high)

    def _words(self) -> str:
        if self.high >= 2**31:
            low = number_text(self.low, self.whole)
            return f"above {low}" if self.open_low else f"from {low} up"
        if self.open_low:
            return f"above {number_text(self.low)}, up to {number_text(self.high, self.whole)}"
        return f"from {number_text(self.low, self.whole)} to {number_text(self.high, self.whole)}"


def parsed(text: str) -> float | None:
    """The finite number that `text` writes, or None; a decimal comma and a real minus sign are understood."""
    clean = text.strip().replace("−", "-").replace(" ", "").replace("\u202f", "")
    if clean.count(",") == 1 and "." not in clean and len(clean.split(",")[1]) != 3:
        clean = clean.replace(",", ".")
    try:
        value = float(clean.replace(",", ""))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def number_text(value: float, whole: bool = False) -> str:
    """The number as short as it can be read: 20, 0.5, 1e-3, 100,000."""
    if whole or (value == int(value) and abs(value) < 1e6):
        return f"{int(value):,}" if abs(value) >= 10_000 else str(int(value))
    if 0 < abs(value) < 0.01:
        digits, exponent = f"{value:.6e}".split("e")
        return f"{float(digits):g}e{int(exponent)}"
    return f"{value:.6g}"


def _short(text: str) -> str:
    text = text.strip()
    return text if len(text) <= 24 else f"{text[:23]}…"


class NumberField(QLineEdit):
    """Right-aligned digits; arrow keys and the wheel step while it has the focus.

    Signals
    -------
    value_changed
        The new value, as soon as what is typed is valid and different.
    problem_changed
        One sentence, or empty when the text is valid again.
    """

    value_changed = Signal(float)
    problem_changed = Signal(str)

    def __init__(self, name: str, accepts: NumberRange, value: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._accepts = accepts
        self._value = value
        self._problem = ""
        self.setProperty("numeric", "true")
        self.setText(number_text(value, accepts.whole))
        self.setAccessibleName(name)
        self.textChanged.connect(self._on_text_changed)
        self.editingFinished.connect(self._on_editing_finished)

    @property
    def value(self) -> float:
        """The last valid value."""
        return self._value

    @property
    def int_value(self) -> int:
        return int(self._value)

    @property
    def problem(self) -> str:
        """What is wrong with the text, empty if nothing is."""
        return self._problem

    def set_value(self, value: float) -> None:
        """Show a value; emits only if it differs."""
        text = number_text(value, self._accepts.whole)
        if parsed(self.text()) != value or self._problem:
            self.setText(text)

    @Slot(str)
    def _on_text_changed(self, text: str) -> None:
        problem = self._accepts.problem(text, self._name)
        if problem != self._problem:
            self._problem = problem
            self.setProperty("invalid", "true" if problem else "false")
            restyle(self)
            self.problem_changed.emit(problem)
        value = parsed(text)
        if not problem and value is not None and value != self._value:
            self._value = value
            self.value_changed.emit(value)

    @Slot()
    def _on_editing_finished(self) -> None:
        if not self._problem:
            text = number_text(self._value, self._accepts.whole)
            if text != self.text():
                self.setText(text)

    def _step(self, steps: float) -> None:
        """Up or down: by one where numbers are small and whole, else by a tenth of their size."""
        value = self._value
        if self._accepts.whole:
            size = 10.0 ** max(0, math.floor(math.log10(max(abs(value), 1.0))) - 1)
        else:
            size = 10.0 ** (math.floor(math.log10(abs(value))) - (1 if value else 0)) if value else 0.1
        stepped = self._accepts.clamp(value + steps * size)
        stepped = round(stepped) if self._accepts.whole else float(f"{stepped:.6g}")
        if not self._accepts.problem(number_text(stepped, self._accepts.whole), self._name):
            self.set_value(stepped)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            many = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            self._step(many if event.key() == Qt.Key.Key_Up else -many)
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus() and not self.isReadOnly():
            self._step(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
        else:
            event.ignore()  # the panel scrolls

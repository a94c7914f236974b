"""``ValueSlider``: a named number on a slider, linear or logarithmic, that can also be typed."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from vae_explorer.ui.theme import SPACE_S, SPACE_XS
from vae_explorer.ui.widgets.form import FIELD_WIDTH_PX, InlineProblem
from vae_explorer.ui.widgets.number_field import NumberField, NumberRange

__all__ = ["ValueSlider"]

_STEPS = 1000


class ValueSlider(QWidget):
    """Name and numeric field in one line, the slider under them, its meaning at both ends.

    Parameters
    ----------
    name
        What the number is called.
    accepts
        What may be typed.
    shown
        (low, high) of the slider, which may be narrower than what may be typed.
    value
        At first.
    log
        Equal distances are equal factors; `shown` must be positive then. Typed values beyond the
        ends put the handle there.
    ends
        What small and large values lead to, in plain words.

    Signals
    -------
    value_changed
        The new value, from either control.
    problem_changed
        One sentence, or empty.
    """

    value_changed = Signal(float)
    problem_changed = Signal(str)

    def __init__(
        self,
        name: str,
        accepts: NumberRange,
        shown: tuple[float, float],
        value: float,
        *,
        log: bool = False,
        ends: tuple[str, str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._shown = shown
        self._log = log
        self._whole = accepts.whole
        self.field = NumberField(name, accepts, value)
        self.field.setFixedWidth(FIELD_WIDTH_PX)
        self.slider = _Slider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _STEPS)
        self.slider.setPageStep(_STEPS // 10)
        self.slider.setSingleStep(_STEPS // 100)
        self.slider.setAccessibleName(f"{name} slider")
        self.slider.setValue(self._step_of(value))
        self.label = QLabel(name)
        self.label.setBuddy(self.field)
        self.problem = InlineProblem()
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(self.label, 1)
        row.addWidget(self.field)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_XS)
        column.addLayout(row)
        column.addWidget(self.problem)
        column.addWidget(self.slider)
        if ends is not None:
            captions = QHBoxLayout()
            captions.setSpacing(SPACE_XS)
            for place, text in enumerate((ends[0], "⟷", ends[1])):
                caption = QLabel(text)
                caption.setProperty("role", "caption")
                if place == 1:
                    captions.addStretch(1)
                captions.addWidget(caption)
                if place == 1:
                    captions.addStretch(1)
            column.addLayout(captions)
        self.slider.valueChanged.connect(self._on_slider_value_changed)
        self.field.value_changed.connect(self._on_field_value_changed)
        self.field.problem_changed.connect(self._on_field_problem_changed)

    @property
    def value(self) -> float:
        return self.field.value

    def set_value(self, value: float) -> None:
        """Show a value; emits only if it differs."""
        self.field.set_value(value)

    def set_help(self, tooltip: str, whats_this: str) -> None:
        """Tooltip and "What's This?" of every part."""
        for widget in (self, self.label, self.field, self.slider):
            widget.setToolTip(tooltip)
            widget.setWhatsThis(whats_this)

    @Slot(int)
    def _on_slider_value_changed(self, step: int) -> None:
        if step != self._step_of(self.value):
            self.field.set_value(self._value_of(step))

    @Slot(float)
    def _on_field_value_changed(self, value: float) -> None:
        self.slider.blockSignals(True)
        self.slider.setValue(self._step_of(value))
        self.slider.blockSignals(False)
        self.value_changed.emit(value)

    @Slot(str)
    def _on_field_problem_changed(self, problem: str) -> None:
        self.problem.show_problem(problem)
        self.problem_changed.emit(problem)

    def _step_of(self, value: float) -> int:
        low, high = self._shown
        value = min(max(value, low), high)
        linear = (value - low) / (high - low)
        return round(_STEPS * (math.log(value / low) / math.log(high / low) if self._log else linear))

    def _value_of(self, step: int) -> float:
        """The value at a step, rounded to what a person would type."""
        low, high = self._shown
        share = step / _STEPS
        value = low * (high / low) ** share if self._log else low + share * (high - low)
        if self._whole:
            return round(value)
        return float(f"{value:.2g}") if self._log else float(f"{value:.3g}")


class _Slider(QSlider):
    """A slider that leaves the wheel to the panel around it."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

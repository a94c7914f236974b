"""Ticks of the loss chart: few, round, in nats or in epochs."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg

__all__ = ["NatsAxis", "round_ticks"]


def round_ticks(low: float, high: float, wanted: int) -> list[float]:
    """About `wanted` multiples of 1, 2 or 5 × 10ᵏ inside [low, high]."""
    if not np.isfinite([low, high]).all() or high <= low:
        return []
    rough = (high - low) / max(1, wanted)
    power = 10.0 ** np.floor(np.log10(rough))
    step = power * next((m for m in (1.0, 2.0, 5.0, 10.0) if m * power >= rough), 10.0)
    first, last = np.ceil(low / step), np.floor(high / step)
    return [float(i * step) + 0.0 for i in np.arange(first, last + 0.5)]


class NatsAxis(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph ships no types
    """An axis whose data may be log₁₀ of what it names."""

    def __init__(self, orientation: str, wanted: int, *, whole: bool = False) -> None:
        super().__init__(orientation)
        self._wanted = wanted
        self._whole = whole  # epochs: no ticks between whole numbers
        self._log = False

    def set_log(self, log: bool) -> None:
        self._log = log
        self.picture = None
        self.update()

    # pyqtgraph calls these with its own loose types.
    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        if self._log:
            ticks = round_ticks(10.0**low, 10.0**high, self._wanted)
            if high - low > 1.0:
                decades = np.arange(np.floor(low), np.ceil(high) + 1)
                ticks = [float(10.0**d) for d in decades if low <= d <= high]
            values = [float(np.log10(tick)) for tick in ticks if tick > 0.0]
        else:
            values = round_ticks(low, high, self._wanted)
            if self._whole:
                values = [value for value in values if value == int(value)]
        spacing = values[1] - values[0] if len(values) > 1 else 1.0
        return [(spacing, values)]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        shown = [10.0**value for value in values] if self._log else values
        return [f"{value:,.6g}".replace("-", "−") for value in shown]

"""Ticks of the loss chart: few, round, in nats or in epochs."""

from __future__ import annotations

import numpy as np

__all__ = ["log_ticks", "round_ticks", "tick_text"]


def round_ticks(low: float, high: float, wanted: int, *, whole: bool = False) -> list[float]:
    """About `wanted` multiples of 1, 2 or 5 × 10ᵏ inside [low, high]; `whole` leaves out those between integers."""
    if not np.isfinite([low, high]).all() or high <= low:
        return []
    rough = (high - low) / max(1, wanted)
    power = 10.0 ** np.floor(np.log10(rough))
    step = power * next((m for m in (1.0, 2.0, 5.0, 10.0) if m * power >= rough), 10.0)
    first, last = np.ceil(low / step), np.floor(high / step)
    ticks = [float(i * step) + 0.0 for i in np.arange(first, last + 0.5)]
    return [tick for tick in ticks if tick == int(tick)] if whole else ticks


def log_ticks(low: float, high: float, wanted: int) -> list[float]:
    """Losses to name inside [10^low, 10^high]: decades where there is more than one, else round values."""
    if not np.isfinite([low, high]).all():
        return []
    if high - low > 1.0:
        return [10.0 ** float(d) for d in np.arange(np.ceil(low), np.floor(high) + 0.5)]
    return [tick for tick in round_ticks(10.0**low, 10.0**high, wanted) if tick > 0.0]


def tick_text(value: float) -> str:
    """`value` as it stands beside its tick."""
    return f"{value:,.6g}".replace("-", "−")

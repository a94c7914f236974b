"""How often training speaks and saves, in time, so that neither depends on how fast a step is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

__all__ = ["Clock", "Pace", "Rate"]


@dataclass(frozen=True)
class Pace:
    """Least time between events, in seconds of training."""

    progress_s: float = 0.2  # five a second: nobody reads faster; each one takes the processor from a step
    snapshot_s: float = 0.94  # the live map must move at least once a second
    save_s: float = 5.0  # to disk, at epoch ends: short epochs must not write all the time
    autosave_s: float = 30.0  # to disk, inside an epoch: what a power cut may cost
    cost_share: float = 0.05  # snapshots and saves take at most this share of the time


class Clock:
    """Seconds of work: stands still while the consumer of events has the word."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self._idle = 0.0

    def now(self) -> float:
        """Seconds worked so far."""
        return time.perf_counter() - self._start - self._idle

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Does not count what happens inside."""
        left = time.perf_counter()
        try:
            yield
        finally:
            self._idle += time.perf_counter() - left


class Rate:
    """Images a second, averaged over about the last two seconds."""

    _MEMORY_S = 2.0

    def __init__(self) -> None:
        self.per_s = 0.0

    def add(self, n_images: int, seconds: float) -> float:
        """Count `n_images` that took `seconds`; returns the new rate."""
        if seconds <= 0.0:
            return self.per_s
        newest = n_images / seconds
        weight = 1.0 if self.per_s == 0.0 else min(1.0, seconds / self._MEMORY_S)
        self.per_s += weight * (newest - self.per_s)
        return self.per_s

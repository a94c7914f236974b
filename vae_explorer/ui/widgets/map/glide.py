"""``PointGlide``: points on their way to newer places, in as few pictures as an eye needs."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractAnimation, QEasingCurve, QObject, QVariantAnimation, Signal, Slot

from vae_explorer.ui.widgets.map.quantiles import quantile

__all__ = ["PointGlide", "smooth_motion"]

MOTION_MS = 140  # of a view that resets, and of points that move to newer places
FRAME_MS = 34.0  # between pictures of moving points: a training refreshes them each second and needs the core
STEP_PX = 6.0  # that most points go between two pictures, at least
END_PX = 1.5  # before their newer places points are there
MOST_POINTS = 0.9  # of all: the few that go further do not decide


def smooth_motion(parent: QObject) -> QVariantAnimation:
    """From 0 to 1, fast at first."""
    motion = QVariantAnimation(parent)
    motion.setStartValue(0.0)
    motion.setEndValue(1.0)
    motion.setDuration(MOTION_MS)
    motion.setEasingCurve(QEasingCurve.Type.OutCubic)
    return motion


class PointGlide(QObject):
    """The way of n points.

    Signals
    -------
    moved
        Where the points are now, (n, 2), and whether that is the end.
    """

    moved = Signal(object, bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._motion = smooth_motion(self)
        self._motion.valueChanged.connect(self._on_motion_value_changed)
        self._before = self._after = np.empty((0, 2), dtype=np.float32)
        self._way_px = 0.0  # that most of the points go
        self._moved_at = 0.0  # seconds of the clock, of the last picture
        self._moved_to = 0.0  # share of the way, there

    @property
    def is_running(self) -> bool:
        return self._motion.state() == QAbstractAnimation.State.Running

    def start(self, before: NDArray[np.float32], after: NDArray[np.float32], scale: float) -> None:
        """Go from `before` to `after`, (n, 2) each, plane units; `scale`: px each."""
        self.stop()
        self._before, self._after = before, after
        ways = np.abs(after - before).max(axis=1)
        ways = ways[np.isfinite(ways)]
        self._way_px = scale * quantile(ways, MOST_POINTS) if len(ways) else 0.0
        self._moved_to = 0.0
        self._motion.start()

    def stop(self) -> None:
        """Stay."""
        self._motion.stop()

    @Slot(object)
    def _on_motion_value_changed(self, value: float) -> None:
        if not self.is_running and value < 1.0:
            return
        if value >= 1.0 or (1.0 - value) * self._way_px < END_PX:
            self.stop()
            self.moved.emit(self._after, True)
            return
        now = time.perf_counter()
        too_soon = 1000.0 * (now - self._moved_at) < FRAME_MS
        if too_soon or (value - self._moved_to) * self._way_px < STEP_PX:
            return
        self._moved_at, self._moved_to = now, value
        self.moved.emit(self._before + np.float32(value) * (self._after - self._before), False)

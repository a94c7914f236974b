"""What lets the window answer at once while other threads compute: the interpreter's lock, and garbage."""

from __future__ import annotations

import atexit
import gc
import sys

from PySide6.QtCore import QObject, QTimer, Slot

__all__ = ["GarbageRounds", "answer_first"]

SWITCH_INTERVAL_S = (
    0.0005  # a thread that wants the interpreter waits so long for each that has it; default 5 ms
)
ROUND_MS = 1_000
YOUNG_OBJECTS = 700  # new containers that make a round worth while: Python's own threshold
OLDER_ROUNDS, OLDEST_ROUNDS = 10, 100  # rounds until the older generations are looked at too
UNSETTLED_ROUNDS = (
    10  # without `settle` for so long, as when torch cannot be loaded, what is alive is settled anyway
)


def answer_first(owner: QObject) -> GarbageRounds:
    """Set up this process for its window, which `owner` lives as long as."""
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    return GarbageRounds(owner)


class GarbageRounds(QObject):
    """Collects garbage in the GUI thread, a little each second, instead of whenever any thread allocates.

    Left to itself Python looks at all 700,000 objects of Qt and torch for 50-90 ms, in the middle of anything
    and on any thread, and may so destroy a widget on a thread that is not its own. What the imports brought
    stays out of it: `settle` takes everything alive out of the collector's sight, and no round comes before.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        atexit.register(gc.unfreeze)  # extension modules report what is left at the end as leaked
        self._round = 0
        self._is_settled = False
        self._timer = QTimer(self)
        self._timer.setInterval(ROUND_MS)
        self._timer.timeout.connect(self._on_timer_timeout)
        self._timer.start()

    @Slot()
    def settle(self) -> None:
        """Not look again at what is alive now, modules, classes, the window itself, until the process ends."""
        gc.freeze()
        self._is_settled = True

    @Slot()
    def _on_timer_timeout(self) -> None:
        self._round += 1
        if not self._is_settled:
            if self._round >= UNSETTLED_ROUNDS:
                self.settle()
            return
        young = gc.get_count()[0]
        if self._round % OLDEST_ROUNDS == 0:
            gc.collect(2)
        elif self._round % OLDER_ROUNDS == 0:
            gc.collect(1)
        elif young > YOUNG_OBJECTS:
            gc.collect(0)

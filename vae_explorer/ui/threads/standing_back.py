"""``stand_back``: threads that compute give way to the one that answers a person."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from enum import IntEnum

from PySide6.QtCore import QThread

__all__ = ["Place", "stand_back"]


class Place(IntEnum):
    """Whom a thread lets go first, as a niceness of Linux: each 5 more mean a third of the weight."""

    FOLLOWING = 4  # computes what the mouse points at: only the window itself goes first
    TRAINING = 10
    FILLING = 19  # fills maps and panels with what the newest weights say, in what time the others leave


def stand_back(place: Place) -> None:
    """Give the calling thread, which must be a `QThread`, and those that it starts their place.

    On Linux Qt's own priorities have no effect on ordinary threads, but each thread has a niceness, which
    the threads it starts (OpenMP's) inherit.
    """
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), place)
    elif place is not Place.FOLLOWING:
        QThread.currentThread().setPriority(QThread.Priority.LowPriority)

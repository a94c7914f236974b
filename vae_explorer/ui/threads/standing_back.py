"""``stand_back``: threads that compute for seconds give way to the one that answers a person."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress

from PySide6.QtCore import QThread

__all__ = ["stand_back"]

NICENESS = 10  # of 0 … 19: a tenth of the weight, against a window that needs a few ms at a time


def stand_back() -> None:
    """Lower the priority of the calling thread, which must be a `QThread`, and of those that it starts.

    On Linux Qt's own priorities have no effect on ordinary threads, but each thread has a niceness, which
    the threads it starts (OpenMP's) inherit.
    """
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
    else:
        QThread.currentThread().setPriority(QThread.Priority.LowPriority)

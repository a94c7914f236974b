"""``Interruption``: Ctrl-C and a polite kill as a wish that a loop looks at."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any

__all__ = ["Interruption"]


class Interruption:
    """Within the block the first SIGINT or SIGTERM only sets `requested`; a second one interrupts at once.

    So a training step is never cut in half, and what is saved is exact. Outside the main thread signals are
    left alone.

    Parameters
    ----------
    on_request
        Called once, from the signal handler.
    """

    def __init__(self, on_request: Callable[[], None]) -> None:
        self.requested = False
        self.exit_code = 0
        self._on_request = on_request
        self._before: dict[signal.Signals, Any] = {}  # handlers are callables, numbers or None

    def __enter__(self) -> Interruption:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._handle)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self.exit_code = 128 + number
        if self.requested:
            raise KeyboardInterrupt
        self.requested = True
        self._on_request()

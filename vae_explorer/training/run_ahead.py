"""``RunAhead``: how far the host may hurry ahead of a CUDA device."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial

import torch

__all__ = ["RunAhead"]

APART_MS = 20.0  # of device time between two marks
MOST_STEPS = 64  # between them
MARKS = 2  # that may be outstanding


class RunAhead:
    """Lets queued steps pile up for some hundredths of a second, and no further.

    The host queues steps faster than the device does them, up to a thousand. Some are good: a window that keeps the
    interpreter for a few milliseconds then delays no step. More would make every pause, report and change of a setting
    wait for them. While it waits the thread sleeps.

    Parameters
    ----------
    device
        A CUDA device.
    mark
        Marks the end of what is queued now, with `synchronize` and `elapsed_time` in ms, as ``torch.cuda.Event``.
    """

    def __init__(self, device: torch.device, mark: Callable[[], torch.cuda.Event] | None = None) -> None:
        self._mark = mark or partial(_mark, device)
        self._marks: deque[tuple[torch.cuda.Event, int]] = deque()  # and the steps before each
        self._last: torch.cuda.Event | None = None  # mark that the device has passed
        self._every = 1  # steps from one mark to the next
        self._since = 0

    @property
    def steps_between_marks(self) -> int:
        """As many as take about `APART_MS`."""
        return self._every

    def step(self) -> None:
        """One step was queued; waits while too many are."""
        self._since += 1
        if self._since < self._every:
            return
        self._marks.append((self._mark(), self._since))
        self._since = 0
        if len(self._marks) > MARKS:
            self._pass(*self._marks.popleft())

    def _pass(self, mark: torch.cuda.Event, n_steps: int) -> None:
        mark.synchronize()
        if self._last is not None:
            step_ms = max(self._last.elapsed_time(mark) / n_steps, APART_MS / MOST_STEPS)
            self._every = max(1, round(APART_MS / step_ms))
        self._last = mark


def _mark(device: torch.device) -> torch.cuda.Event:
    event = torch.cuda.Event(enable_timing=True, blocking=True)  # type: ignore[no-untyped-call]  # not annotated in torch
    event.record(torch.cuda.current_stream(device))
    return event

"""Newest wins: work that follows the mouse or a slider, done on one thread, stale answers dropped."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QThread, Signal, Slot

from vae_explorer.cores import core_taken
from vae_explorer.errors import Cancelled, VaeExplorerError
from vae_explorer.ui.threads.standing_back import Place, stand_back

__all__ = ["LatestRunner"]

T = TypeVar("T")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class _Request:
    channel: str
    serial: int
    priority: int
    # Any: channels carry different types; `request` ties work to deliver.
    work: Callable[[Callable[[], bool]], Any]
    deliver: Callable[[Any], None]
    on_error: Callable[[Exception], None] | None
    must_run: bool


@dataclass(frozen=True, eq=False)
class _Answer:
    request: _Request
    value: Any
    error: Exception | None


class _Worker(QThread):
    """Takes the most urgent pending request, again and again, until told to end."""

    answered = Signal(object)  # _Answer

    def __init__(self, name: str, place: Place) -> None:
        super().__init__()
        self.setObjectName(name)
        self._place = place
        self._wake = threading.Condition()
        self._pending: dict[str, _Request] = {}
        self._newest: dict[str, int] = {}
        self._ending = False
        self._computes_alone = False

    def put(self, request: _Request) -> None:
        with self._wake:
            self._pending[request.channel] = request
            self._newest[request.channel] = request.serial
            self._wake.notify()

    def drop(self, channel: str, serial: int) -> None:
        with self._wake:
            self._pending.pop(channel, None)
            self._newest[channel] = serial

    @property
    def is_ending(self) -> bool:
        return self._ending

    def end(self) -> None:
        with self._wake:
            self._ending = True
            self._pending = {name: request for name, request in self._pending.items() if request.must_run}
            self._wake.notify()

    def is_newest(self, request: _Request) -> bool:
        is_wanted = request.must_run or not self._ending
        return is_wanted and self._newest.get(request.channel) == request.serial

    def run(self) -> None:
        stand_back(self._place)
        while True:
            with self._wake:
                while not self._pending and not self._ending:
                    self._wake.wait()
                if not self._pending:
                    return
                request = min(self._pending.values(), key=lambda r: (r.priority, r.serial))
                del self._pending[request.channel]
            answer = self._answer(request)
            if answer is not None:
                self.answered.emit(answer)

    def _answer(self, request: _Request) -> _Answer | None:
        self._compute_alone()
        try:
            with core_taken():
                value = request.work(lambda: not self.is_newest(request))
        except Cancelled:
            return None
        except Exception as error:  # the thread must outlive any failure; it is reported in the GUI thread
            if self.is_ending:  # nobody is there to be told
                _log.error("request on channel %r failed at the end", request.channel, exc_info=error)
            return _Answer(request, None, error)
        return _Answer(request, value, None)

    def _compute_alone(self) -> None:
        """Keep this thread from ever having a team of torch's threads, which would put a training's to sleep.

        A thread that computes for the first time takes over what torch was told last, by whichever thread.
        """
        tell = getattr(sys.modules.get("torch"), "set_num_threads", None)
        if tell is not None and not self._computes_alone:
            self._computes_alone = True
            tell(1)


class LatestRunner(QObject):
    """Runs work on a thread of its own; of each channel only the newest request is answered.

    Parameters
    ----------
    name
        Of the thread.
    place
        Whom the thread lets go first.

    Signals
    -------
    failed
        One sentence (a `VaeExplorerError`) or ``"…"`` with the exception's text, when a request that is
        still the newest failed and gave no `on_error`.
    """

    failed = Signal(str)

    def __init__(self, name: str, parent: QObject | None = None, *, place: Place = Place.FILLING) -> None:
        super().__init__(parent)
        self._worker = _Worker(name, place)
        self._worker.answered.connect(self._on_worker_answered)
        self._serial = 0
        self._waiting: set[str] = set()
        self._worker.start()

    @property
    def is_idle(self) -> bool:
        """True if no request is waiting for its answer."""
        return not self._waiting

    def request(
        self,
        channel: str,
        work: Callable[[Callable[[], bool]], T],
        deliver: Callable[[T], None],
        *,
        priority: int = 0,
        on_error: Callable[[Exception], None] | None = None,
        must_run: bool = False,
    ) -> None:
        """Ask for ``work(is_stale)``; ``deliver(result)`` runs in this thread if no newer request came.

        Parameters
        ----------
        channel
            Requests of one channel replace each other.
        work
            Runs on the worker thread; may poll ``is_stale()`` and raise `Cancelled`.
        deliver
            Runs on the thread that owns this runner.
        priority
            Smaller is sooner among waiting channels.
        on_error
            Takes the exception instead of `failed`.
        must_run
            Done by `shut_down` if its turn has not come before: for what a person would lose.
        """
        self._serial += 1
        self._waiting.add(channel)
        self._worker.put(_Request(channel, self._serial, priority, work, deliver, on_error, must_run))

    def cancel(self, channel: str) -> None:
        """Forget what the channel asked for; its answer, if under way, is dropped."""
        self._serial += 1
        self._waiting.discard(channel)
        self._worker.drop(channel, self._serial)

    def shut_down(self) -> None:
        """End the thread; waits for the work under way and for what must run."""
        self._waiting.clear()
        self._worker.end()
        self._worker.wait()

    @Slot(object)
    def _on_worker_answered(self, answer: _Answer) -> None:
        request = answer.request
        if self._worker.is_ending or not self._worker.is_newest(request):
            return
        self._waiting.discard(request.channel)
        if answer.error is None:
            request.deliver(answer.value)
            return
        if not isinstance(answer.error, VaeExplorerError):
            _log.error("request on channel %r failed", request.channel, exc_info=answer.error)
        if request.on_error is not None:
            request.on_error(answer.error)
        else:
            self.failed.emit(str(answer.error) or type(answer.error).__name__)

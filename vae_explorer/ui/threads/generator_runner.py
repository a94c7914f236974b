"""Runs a generator of events (training, loading) on a thread of its own, with pause and stop."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal, Slot

from vae_explorer.errors import Cancelled, VaeExplorerError
from vae_explorer.ui.threads.standing_back import Place, stand_back

__all__ = ["GeneratorRunner"]

_log = logging.getLogger(__name__)


class _Worker(QThread):
    """One pass over one generator, in the background of the window; what it yields is emitted as it comes."""

    yielded = Signal(object)
    broke = Signal(object)  # Exception

    # Any: events of training and of loading share the runner.
    def __init__(self, make: Callable[[], Iterator[Any]]) -> None:
        super().__init__()
        self._make = make
        self._stop = threading.Event()
        self._go = threading.Event()
        self._go.set()

    def set_paused(self, paused: bool) -> None:
        if paused:
            self._go.clear()
        else:
            self._go.set()

    def request_stop(self) -> None:
        self._stop.set()
        self._go.set()

    def run(self) -> None:
        stand_back(Place.TRAINING)
        try:
            events = self._make()
            try:
                for event in events:
                    self.yielded.emit(event)
                    self._go.wait()
                    if self._stop.is_set():
                        break
            finally:
                close = getattr(events, "close", None)
                if close is not None:
                    close()  # runs the generator's finally: state is saved on this thread
        except Cancelled:
            return
        except Exception as error:  # reported in the GUI thread; a thread must never die silently
            self.broke.emit(error)


class GeneratorRunner(QObject):
    """Owns the thread of one generator at a time.

    Signals
    -------
    event_received
        What the generator yielded, in the thread of this object.
    failed
        One sentence, when the generator raised.
    ended
        The thread has finished (done, stopped or failed); a new one may start.
    """

    event_received = Signal(object)
    failed = Signal(str)
    ended = Signal()

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._worker: _Worker | None = None
        self._muted = False

    @property
    def is_running(self) -> bool:
        return self._worker is not None

    def start(self, make: Callable[[], Iterator[Any]]) -> None:
        """Run the generator that `make` builds; `make` itself runs on the thread too.

        Raises
        ------
        RuntimeError
            If one is still running.
        """
        if self._worker is not None:
            raise RuntimeError(f"{self._name} is still running")
        self._muted = False
        worker = _Worker(make)
        worker.setObjectName(self._name)
        worker.yielded.connect(self._on_worker_yielded)
        worker.broke.connect(self._on_worker_broke)
        worker.finished.connect(self._on_worker_finished)
        self._worker = worker
        worker.start()

    def pause(self) -> None:
        """Hold the generator at its next event; it stays alive."""
        if self._worker is not None:
            self._worker.set_paused(True)

    def resume(self) -> None:
        """Let a held generator go on."""
        if self._worker is not None:
            self._worker.set_paused(False)

    def request_stop(self) -> None:
        """Leave the generator at its next event; `ended` follows."""
        if self._worker is not None:
            self._worker.request_stop()

    def shut_down(self) -> None:
        """Stop and wait for the thread; events still queued are dropped."""
        if self._worker is not None:
            self._muted = True
            self._worker.request_stop()
            self._worker.wait()

    @Slot(object)
    def _on_worker_yielded(self, event: object) -> None:
        if not self._muted:
            self.event_received.emit(event)

    @Slot(object)
    def _on_worker_broke(self, error: Exception) -> None:
        if not isinstance(error, VaeExplorerError):
            _log.error("%s failed", self._name, exc_info=error)
        if not self._muted:
            self.failed.emit(str(error) or type(error).__name__)

    @Slot()
    def _on_worker_finished(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.deleteLater()
        if not self._muted:
            self.ended.emit()

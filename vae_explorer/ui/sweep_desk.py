"""``SweepDesk``: runs the sweep of the window on a thread of its own, and finds the sweeps of before."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, Signal, Slot

from vae_explorer.data.image_set import ImageSet
from vae_explorer.errors import RunError
from vae_explorer.runs.folder import RunFolder
from vae_explorer.runs.sweep_file import read_sweep
from vae_explorer.runs.sweep_folder import find_sweep
from vae_explorer.ui.sweep_work import (
    StoredSweep,
    SweepAdvanced,
    SweepGrown,
    SweepTroubled,
    SweepWish,
    SweepWorkEvent,
    compare,
    work_on,
)
from vae_explorer.ui.threads.ending_runner import Ending, EndingRunner
from vae_explorer.ui.threads.generator_runner import GeneratorRunner

__all__ = ["SweepDesk", "Sweeper", "stored_sweep"]

_log = logging.getLogger(__name__)

Sweeper = Callable[[SweepWish], Iterator[SweepWorkEvent]]


def stored_sweep(run: RunFolder, epochs: int | None = None) -> StoredSweep | None:
    """The last sweep with the settings of `run`, or the one with `epochs`; a damaged one is passed over."""
    try:
        folder = find_sweep(run, epochs)
        sweep = None if folder is None else read_sweep(folder)
    except RunError as error:
        _log.info("the sweep is not shown: %s", error)
        return None
    return None if folder is None or sweep is None else StoredSweep(folder, sweep)


class SweepDesk(QObject):
    """Owns the thread of the sweep, and one that measures the run on screen for comparison.

    Signals
    -------
    started
        Events follow through the event loop.
    advanced
        `SweepAdvanced`.
    grown
        `StoredSweep` that begins, or has one more point, or another run to be compared with.
    troubled
        One sentence about one β; the sweep goes on.
    failed
        One sentence; of a sweep, before `ended`.
    ended
        `Ending`; what is done is kept, and the same wish goes on from there.
    """

    started = Signal()
    advanced = Signal(object)
    grown = Signal(object)
    troubled = Signal(str)
    failed = Signal(str)
    ended = Signal(object)

    def __init__(self, sweeper: Sweeper | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sweeper: Sweeper = work_on if sweeper is None else sweeper
        self._runner = EndingRunner("sweep", self)
        self._runner.event_received.connect(self._on_runner_event_received)
        self._runner.failed.connect(self.failed)
        self._runner.ended.connect(self._on_runner_ended)
        self._comparer = GeneratorRunner("comparison with a sweep", self)
        self._comparer.event_received.connect(self._on_comparer_event_received)
        self._comparer.failed.connect(self.failed)
        self._wish: SweepWish | None = None
        self._after_end: Callable[[], None] | None = None

    @property
    def is_running(self) -> bool:
        return self._runner.is_running

    @property
    def is_stopping(self) -> bool:
        return self.is_running and self._runner.is_cancelled

    @property
    def wish(self) -> SweepWish | None:
        """What is being swept, or was last."""
        return self._wish

    def start(self, wish: SweepWish) -> None:
        """Begin, or go on where the same wish was left; ignored while a sweep is under way."""
        if self.is_running:
            return
        self._comparer.request_stop()
        self._wish, self._after_end = wish, None
        self._runner.start(lambda: self._sweeper(wish))
        self.started.emit()

    @Slot()
    def stop(self) -> None:
        """Leave at the next step; the run under way is saved, and `ended` follows."""
        self._runner.cancel()

    def stop_then(self, action: Callable[[], None]) -> None:
        """Do `action` once no sweep is under way; at once if there is none."""
        if self.is_running:
            self._after_end = action
            self.stop()
        else:
            action()

    def compare(self, stored: StoredSweep, run: RunFolder, images: ImageSet) -> None:
        """Measure `run` as the points of `stored` were; `grown` follows."""
        if not self.is_running and not self._comparer.is_running:
            self._comparer.start(lambda: compare(stored, run, images))

    @Slot()
    def stop_comparing(self) -> None:
        self._comparer.request_stop()

    @Slot()
    def shut_down(self) -> None:
        """Stop, save, and wait for the threads."""
        self._after_end = None
        self._comparer.request_stop()
        self._runner.shut_down()
        self._comparer.shut_down()

    @Slot(object)
    def _on_runner_event_received(self, event: SweepWorkEvent) -> None:
        match event:
            case SweepAdvanced():
                self.advanced.emit(event)
            case SweepGrown():
                self.grown.emit(event.stored)
            case SweepTroubled():
                self.troubled.emit(event.sentence)

    @Slot(object)
    def _on_comparer_event_received(self, event: SweepGrown | None) -> None:
        if event is not None and not self.is_running:
            self.grown.emit(event.stored)

    @Slot(object)
    def _on_runner_ended(self, ending: Ending) -> None:
        self.ended.emit(ending)
        action, self._after_end = self._after_end, None
        if action is not None:
            action()

"""Loads image sets off the GUI thread for the workspace: one at a time, the newest wish wins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from vae_explorer.data.load import LoadEvent, LoadFinished, LoadProgressed, MissingDataSet, load
from vae_explorer.data.spec import DataSpec
from vae_explorer.ui.threads.generator_runner import GeneratorRunner

__all__ = ["DataLoader"]


@dataclass(frozen=True, eq=False)
class _Wish:
    spec: DataSpec
    download: bool
    deliver: Callable[[LoadFinished], None]


class DataLoader(QObject):
    """Turns a `DataSpec` into an `ImageSet`, with progress and cancel.

    Signals
    -------
    progressed
        `LoadProgressed`, or None when nothing is being loaded any more.
    missing
        `DataSpec`, `MissingDataSet`: the set would have to be downloaded; ask the person.
    failed
        `DataSpec`, one sentence.
    """

    progressed = Signal(object)
    missing = Signal(object, object)
    failed = Signal(object, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = GeneratorRunner("loading", self)
        self._runner.event_received.connect(self._on_runner_event_received)
        self._runner.failed.connect(self._on_runner_failed)
        self._runner.ended.connect(self._on_runner_ended)
        self._current: _Wish | None = None
        self._next: _Wish | None = None

    @property
    def is_loading(self) -> bool:
        return self._current is not None

    @property
    def spec(self) -> DataSpec | None:
        """What is being loaded."""
        return self._current.spec if self._current is not None else None

    def load(
        self, spec: DataSpec, deliver: Callable[[LoadFinished], None], *, download: bool = False
    ) -> None:
        """Load `spec` and give the result to `deliver` in this thread; replaces a load under way."""
        wish = _Wish(spec, download, deliver)
        if self._runner.is_running:
            self._next = wish
            self._runner.request_stop()
        else:
            self._start(wish)

    def cancel(self) -> None:
        """Leave the load under way; nothing half-read remains."""
        self._next = None
        self._current = None
        self._runner.request_stop()

    def shut_down(self) -> None:
        self._next = None
        self._runner.shut_down()

    def _start(self, wish: _Wish) -> None:
        self._current = wish
        self._runner.start(lambda: _events(wish.spec, wish.download))

    @Slot(object)
    def _on_runner_event_received(self, event: LoadEvent | MissingDataSet) -> None:
        wish = self._current
        if wish is None or self._next is not None:
            return
        match event:
            case LoadProgressed():
                self.progressed.emit(event)
            case LoadFinished():
                wish.deliver(event)
            case MissingDataSet():
                self.missing.emit(wish.spec, event)

    @Slot(str)
    def _on_runner_failed(self, message: str) -> None:
        if self._current is not None and self._next is None:
            self.failed.emit(self._current.spec, message)

    @Slot()
    def _on_runner_ended(self) -> None:
        self._current = None
        if self._next is not None:
            wish, self._next = self._next, None
            self._start(wish)
        else:
            self.progressed.emit(None)


def _events(spec: DataSpec, download: bool) -> Iterator[LoadEvent | MissingDataSet]:
    try:
        yield from load(spec, download=download)
    except MissingDataSet as missing:
        yield missing

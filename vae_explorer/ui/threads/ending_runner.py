"""Runs a generator on a thread of its own, and tells how it came to its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum, auto
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from vae_explorer.ui.threads.generator_runner import GeneratorRunner

__all__ = ["Ending", "EndingRunner"]


class Ending(Enum):
    """How a long piece of work came to its end."""

    DONE = auto()
    CANCELLED = auto()
    FAILED = auto()


class EndingRunner(QObject):
    """A `GeneratorRunner` for work that a person can cancel; a new one may start once the last has ended.

    Signals
    -------
    event_received
        What the generator yielded, in the thread of this object.
    failed
        One sentence, before `ended`.
    ended
        `Ending`
    """

    event_received = Signal(object)
    failed = Signal(str)
    ended = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ending = Ending.DONE
        self._runner = GeneratorRunner(name, self)
        self._runner.event_received.connect(self.event_received)
        self._runner.failed.connect(self._on_runner_failed)
        self._runner.ended.connect(self._on_runner_ended)

    @property
    def is_running(self) -> bool:
        return self._runner.is_running

    @property
    def is_cancelled(self) -> bool:
        """Whether the work was cancelled; it may still be on its way to the end."""
        return self._ending is Ending.CANCELLED

    # Any: as in `GeneratorRunner`.
    def start(self, make: Callable[[], Iterator[Any]]) -> None:
        """Run the generator that `make` builds; `make` itself runs on the thread too.

        Raises
        ------
        RuntimeError
            If one is still running.
        """
        self._runner.start(make)
        self._ending = Ending.DONE

    @Slot()
    def cancel(self) -> None:
        """Leave the generator at its next event; `ended` follows."""
        if self.is_running:
            self._ending = Ending.CANCELLED
            self._runner.request_stop()

    def shut_down(self) -> None:
        """Stop and wait for the thread; events still queued are dropped."""
        self._runner.shut_down()

    @Slot(str)
    def _on_runner_failed(self, sentence: str) -> None:
        self._ending = Ending.FAILED
        self.failed.emit(sentence)

    @Slot()
    def _on_runner_ended(self) -> None:
        self.ended.emit(self._ending)

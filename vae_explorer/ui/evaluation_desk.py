"""``EvaluationDesk``: runs the evaluation of the model on screen and gathers what it finds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from vae_explorer.data.image_set import ImageSet, Split
from vae_explorer.ui.threads.ending_runner import EndingRunner

if TYPE_CHECKING:
    from vae_explorer.evaluation.report.report import Report
    from vae_explorer.evaluation.suite import SuiteEvent
    from vae_explorer.runs.snapshot import Snapshot

__all__ = ["EvaluationDesk", "EvaluationWish", "Evaluator"]

PROGRESS_S = 0.05  # between two reports of progress: more often nobody sees
_MIN_SHARE = 0.02  # of the work; before, the remaining time is a guess


@dataclass(frozen=True)
class EvaluationWish:
    """What a person asked to be measured; None: all images of the split."""

    split: Split | None
    n_images: int | None
    n_samples: int
    groups: tuple[str, ...]


Evaluator = Callable[[Callable[[], "Snapshot"], ImageSet, EvaluationWish], Iterator["SuiteEvent"]]


def evaluated(
    load_snapshot: Callable[[], Snapshot], images: ImageSet, wish: EvaluationWish
) -> Iterator[SuiteEvent]:
    """The suite on the device that training would take; runs on the evaluation's thread."""
    import pyqtgraph  # noqa: F401  # here, so that the first chart does not hold the window up for a third of a second

    from vae_explorer.evaluation.suite import SuiteSettings, iterate_suite
    from vae_explorer.training.devices import configure_threads, resolve_device

    configure_threads(leave_one_free=True)
    settings = SuiteSettings(
        split=wish.split,
        n_images=wish.n_images,
        n_samples=wish.n_samples,
        groups=wish.groups,
        device=str(resolve_device("auto")),
    )
    yield from iterate_suite(load_snapshot(), images, settings)


class EvaluationDesk(QObject):
    """Owns the evaluation's thread and the newest report.

    Signals
    -------
    started
        A new, still empty report is there.
    progressed
        ``(str, float, float)``: title of the measure, fraction done, seconds left (negative: not known yet).
    found
        The report has grown; carries the `SuiteEvent`.
    failed
        One sentence, before `ended`.
    ended
        `Ending`; what was found until then stays in the report.
    """

    started = Signal()
    progressed = Signal(str, float, float)
    found = Signal(object)
    failed = Signal(str)
    ended = Signal(object)

    def __init__(self, evaluate: Evaluator | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._evaluate: Evaluator = evaluated if evaluate is None else evaluate
        self._runner = EndingRunner("evaluation", self)
        self._runner.event_received.connect(self._on_runner_event_received)
        self._runner.failed.connect(self.failed)
        self._runner.ended.connect(self.ended)
        self._report: Report | None = None
        self._began = 0.0

    @property
    def is_running(self) -> bool:
        return self._runner.is_running

    @property
    def report(self) -> Report | None:
        """What was found, whole at any moment; None before the first evaluation."""
        return self._report

    def start(self, load_snapshot: Callable[[], Snapshot], images: ImageSet, wish: EvaluationWish) -> None:
        """Measure anew; ignored while an evaluation is under way."""
        if self.is_running:
            return
        from vae_explorer.evaluation.report.report import Report

        self._report = Report()
        self._began = time.monotonic()
        self._runner.start(lambda: _thinned(self._evaluate(load_snapshot, images, wish)))
        self.started.emit()  # its events come later, through the event loop

    @Slot()
    def cancel(self) -> None:
        """Leave at the next batch; `ended` follows."""
        self._runner.cancel()

    def shut_down(self) -> None:
        """Cancel and wait for the thread."""
        self._runner.shut_down()

    @Slot(object)
    def _on_runner_event_received(self, event: SuiteEvent) -> None:
        from vae_explorer.evaluation.suite import SuiteProgressed

        if self._runner.is_cancelled or self._report is None:
            return
        if isinstance(event, SuiteProgressed):
            elapsed, done = time.monotonic() - self._began, event.fraction
            left = elapsed * (1.0 - done) / done if done >= _MIN_SHARE else -1.0
            self.progressed.emit(event.title, done, left)
        else:
            self._report.add(event)
            self.found.emit(event)


def _thinned(events: Iterator[SuiteEvent]) -> Iterator[SuiteEvent]:
    """All events but progress that follows too closely upon progress."""
    from vae_explorer.evaluation.suite import SuiteProgressed

    last, title = 0.0, ""
    for event in events:
        if isinstance(event, SuiteProgressed):
            now = time.monotonic()
            if event.title == title and now - last < PROGRESS_S:
                continue
            last, title = now, event.title
        yield event

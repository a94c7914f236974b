"""A sweep from its first step to its last point, as events: trains, measures, keeps; knows no Qt."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from vae_explorer.data.image_set import ImageSet, Split
from vae_explorer.errors import RunError
from vae_explorer.runs.folder import RunFolder
from vae_explorer.runs.sweep_file import Sweep, SweepPoint, read_sweep, write_sweep
from vae_explorer.runs.sweep_folder import sweep_path, swept_name

if TYPE_CHECKING:
    from vae_explorer.training.sweep import SweepEvent

__all__ = [
    "StoredSweep",
    "SweepAdvanced",
    "SweepGrown",
    "SweepTroubled",
    "SweepWish",
    "SweepWorkEvent",
    "compare",
    "work_on",
]

_TELL_S = 0.05  # between two reports of progress: more often nobody sees


@dataclass(frozen=True, eq=False)
class SweepWish:
    """What a person asked for."""

    run: RunFolder  # whose settings are swept
    images: ImageSet  # of that run
    betas: tuple[float, ...]
    epochs: int


@dataclass(frozen=True)
class StoredSweep:
    """A sweep and where it lies."""

    folder: Path
    sweep: Sweep


@dataclass(frozen=True)
class SweepAdvanced:
    """Where the sweep is; `beta` is None while the run that is swept is measured."""

    beta: float | None
    place: int  # of the β, from 0
    n_runs: int
    epoch: int  # finished
    epochs: int
    fraction: float  # of the whole sweep, 0..1
    left_s: float | None  # None: not known yet
    is_measuring: bool


@dataclass(frozen=True)
class SweepGrown:
    """The sweep begins or has one more point; it is on disk already."""

    stored: StoredSweep


@dataclass(frozen=True)
class SweepTroubled:
    """One β could not be trained to its end; the others go on."""

    sentence: str


SweepWorkEvent = SweepAdvanced | SweepGrown | SweepTroubled


def work_on(wish: SweepWish) -> Iterator[SweepWorkEvent]:
    """Train what is missing of a sweep, measure each run as it ends, and keep curve and points in its folder.

    Consumers may leave at any time; the same wish goes on from there.

    Raises
    ------
    VaeExplorerError
        As `sweep` and `iterate_point`.
    """
    from vae_explorer.evaluation.rate_distortion import save_sweep
    from vae_explorer.training.devices import configure_threads
    from vae_explorer.training.sweep import SweepRunEnded, plan_sweep, sweep

    configure_threads(leave_one_free=True)
    config = wish.run.info.config.model_copy(update={"device": "auto"})
    folder = sweep_path(wish.run, wish.epochs)
    planned = plan_sweep(config, wish.betas, folder, wish.epochs)
    known = read_sweep(folder) or Sweep(base=swept_name(wish.run), data=wish.images.name)
    known = known.model_copy(update={"betas": wish.betas, "epochs": wish.epochs})
    split = _split_of(known)
    gauge = _Gauge(wish, frozenset(known.betas) - frozenset(known.missing))
    with closing(sweep(planned, wish.images, _title(wish.run, known))) as events:
        first = next(events)  # refuses before anything is written if a folder holds another run
        write_sweep(folder, known)
        yield SweepGrown(StoredSweep(folder, known))
        if known.current is None or not known.current.is_of(wish.run, known.split or known.current.split):
            yield from gauge.measuring(None)
            for answer in _measured(wish.run, wish.images, split):
                if isinstance(answer, SweepPoint):
                    known = known.model_copy(update={"current": answer})
                    save_sweep(folder, known)
                    yield SweepGrown(StoredSweep(folder, known))
                else:
                    yield from gauge.measuring(None)
        event: SweepEvent | None = first
        while event is not None:
            yield from gauge.told(event)
            if isinstance(event, SweepRunEnded) and event.is_finished:
                old = next((point for point in known.points if point.beta == event.beta), None)
                if old is None or not old.is_of(event.run, known.split or ""):
                    for answer in _measured(event.run, wish.images, split):
                        if isinstance(answer, SweepPoint):
                            known = known.with_point(answer)
                            save_sweep(folder, known)
                            yield SweepGrown(StoredSweep(folder, known))
                        else:
                            yield from gauge.measuring(event)
            event = next(events, None)


def compare(stored: StoredSweep, run: RunFolder, images: ImageSet) -> Iterator[SweepGrown | None]:
    """Measure `run` as the points of a sweep were, and keep it as the run they are compared with; last `SweepGrown`.

    Yields None in between: consumers may leave at any time.
    """
    from vae_explorer.training.devices import configure_threads

    configure_threads(leave_one_free=True)
    for answer in _measured(run, images, _split_of(stored.sweep)):
        if isinstance(answer, SweepPoint):
            newest = read_sweep(stored.folder) or stored.sweep  # another program may have added points
            compared = newest.model_copy(update={"current": answer})
            with suppress(RunError):  # on read-only media it is measured again the next time
                write_sweep(stored.folder, compared)
            yield SweepGrown(replace(stored, sweep=compared))
        else:
            yield None


def _title(run: RunFolder, sweep: Sweep) -> str:
    """What the titles of a sweep's runs begin with."""
    return sweep.base if sweep.base != run.name else run.info.title or run.name


def _split_of(sweep: Sweep) -> Split | None:
    return None if sweep.split is None else Split[sweep.split.upper()]


def _measured(run: RunFolder, images: ImageSet, split: Split | None) -> Iterator[float | SweepPoint]:
    from vae_explorer.evaluation.rate_distortion import iterate_point
    from vae_explorer.training.devices import resolve_device

    yield from iterate_point(
        run.load_snapshot(),
        images,
        split=split,
        seed=run.info.config.seed,
        device=str(resolve_device("auto")),
    )


class _Gauge:
    """Turns what the sweep tells into progress of the whole, a few times a second."""

    def __init__(self, wish: SweepWish, done: frozenset[float]) -> None:
        self._betas, self._n_runs, self._epochs = wish.betas, len(wish.betas), wish.epochs
        self._done = done  # before this sweep began: they take no time
        self._last = 0.0

    def measuring(self, event: SweepEvent | None) -> Iterator[SweepAdvanced]:
        """A run is being measured; None: the one that is swept."""
        if self._is_due():
            done = 0.0 if event is None else (event.place + 1) / self._n_runs
            place, beta = (0, None) if event is None else (event.place, event.beta)
            yield SweepAdvanced(beta, place, self._n_runs, self._epochs, self._epochs, done, None, True)

    def told(self, event: SweepEvent) -> Iterator[SweepAdvanced | SweepTroubled]:
        """What an event of the sweep has to say."""
        from vae_explorer.training.events import Diverged, Progressed
        from vae_explorer.training.sweep import SweepRunEnded, SweepRunStarted, SweepTraining

        if isinstance(event, SweepRunStarted):
            yield self._advanced(event, 0, 0.0, None)
        elif isinstance(event, SweepRunEnded):
            yield self._advanced(event, self._epochs, 1.0, None)
        elif isinstance(event, SweepTraining) and isinstance(event.event, Diverged):
            yield SweepTroubled(f"β = {event.beta:g}: {event.event.message}")
        elif isinstance(event, SweepTraining) and isinstance(event.event, Progressed) and self._is_due():
            inner = event.event
            left = None
            if 0.0 < inner.fraction < 1.0:
                run_s = inner.remaining_s / (1.0 - inner.fraction)
                to_come = sum(beta not in self._done for beta in self._betas[event.place + 1 :])
                left = inner.remaining_s + run_s * to_come
            yield self._advanced(event, inner.epoch, inner.fraction, left)

    def _advanced(self, event: SweepEvent, epoch: int, part: float, left_s: float | None) -> SweepAdvanced:
        fraction = (event.place + part) / self._n_runs
        return SweepAdvanced(
            event.beta, event.place, self._n_runs, epoch, self._epochs, fraction, left_s, False
        )

    def _is_due(self) -> bool:
        now = time.monotonic()
        due = now - self._last >= _TELL_S
        if due:
            self._last = now
        return due

"""``ElasticThreads``: all threads or one for a step, whichever has been faster of late."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch

from vae_explorer.cores import is_core_taken

__all__ = ["ElasticThreads"]

BLOCK = 5  # steps of one kind in a row in a trial; the first finds its data in another core's cache and does not count
BLOCKS = 4  # of a trial, all threads and one by turns: what disturbs one kind disturbs the other as much
TRIAL = BLOCK * BLOCKS  # steps
APART_S = 1.0  # at least, from one trial to the next, …
APART_STEPS = 400  # … so that the slower kind has a fortieth of all steps at most
CLEAR = 0.2  # that a trial tells in favour of what is done already, as a logarithm: then the next one comes …
MOST_APART = 8.0  # … after twice the time and steps, up to so many times those
NEWEST = 0.25  # weight of a trial in what is remembered: it lasts 50 ms, and a window's frames come by chance
LIMIT = 0.4  # that a trial counts at most, as a logarithm: a frame in the wrong place is not the machine
WORTH = 1.06  # all threads must be so much faster than one, which disturbs nobody, to be taken, …
KEPT = 1.02  # … and so much to stay
# A trial ends once two steps in a row took so many times as long with all threads as with one: beside a program that keeps a
# core busy a step waits for the system's scheduler at each operation, ten times as long as it computes.
LOST = 3.0
SUDDEN = 1.25  # steps with all threads that take so many times as long as with one call for a trial, …
SUDDEN_APART_S = 0.2  # … so long after the last
_USUAL = 0.1  # weight of a step in what steps take of late


class ElasticThreads:
    """Lets each step of a training compute with all threads or with one.

    torch's threads meet at every operation, those of a `Crew` once a step, so all of them are as slow as the slowest:
    beside another program that keeps a core busy two threads are slower than one. Which is faster changes while a
    training goes on: a person explores the map, a compiler starts, a host gives two virtual cores one real one. So
    every few seconds, and when steps become slow, some are timed both ways. While another thread of this program
    computes (`core_taken`), steps leave it a core without being asked. It is for computations whose result is the same
    bit for bit either way, as `choose_execution` makes sure for torch's threads; a crew's is by nature.

    Parameters
    ----------
    n_threads
        All threads.
    set_threads
        Told how many threads the next operations may use, all after each step.
    place
        Told before each step whether all threads compute it.
    is_core_taken
        Whether another thread of this program computes.
    apart
        How far the second trial lies from the first, in times of what is usual, if the first is clear; from 1 to
        `MOST_APART` / 2 before it is doubled.
    clock
        Seconds.
    """

    def __init__(
        self,
        n_threads: int,
        *,
        set_threads: Callable[[int], None] = torch.set_num_threads,
        place: Callable[[bool], None] = lambda _: None,
        is_core_taken: Callable[[], bool] = is_core_taken,
        apart: float = 1.0,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._n = n_threads
        self._set_threads = set_threads
        self._place = place
        self._is_core_taken = is_core_taken
        self._clock = clock
        self._alone = False  # whether steps have one thread at present
        self._gain = math.log(WORTH)  # of how much longer a step takes with one thread than with all
        self._trial: list[float] = []  # seconds of the steps of the trial under way
        self._steps_left = TRIAL  # until the next trial; the first ones find memory and kernels
        self._trial_ended, self._apart = -math.inf, apart  # times APART_S and APART_STEPS
        self._usual_s: float | None = None  # of a step outside trials, of late
        self._alone_s = math.inf  # of a step with one thread, in the last trial

    @property
    def n_threads_now(self) -> int:
        """Threads of a step outside a trial."""
        return 1 if self._alone else self._n

    @contextmanager
    def step(self) -> Iterator[None]:
        """Around one step; torch has all threads again afterwards."""
        taken = self._is_core_taken()
        if taken:
            self._trial.clear()
        is_trial = not taken and self._is_due()
        alone = _is_alone(len(self._trial)) if is_trial else self._alone or taken
        self._place(not alone)
        if alone:
            self._set_threads(1)
        begin = self._clock()
        try:
            yield
        finally:
            if alone:
                self._set_threads(self._n)
        if is_trial:
            self._try(self._clock() - begin)
        elif not taken:
            self._note(self._clock() - begin)

    def _is_due(self) -> bool:
        return self._steps_left <= 0 and (
            bool(self._trial) or self._clock() - self._trial_ended >= APART_S * self._apart
        )

    def _note(self, seconds: float) -> None:
        """A step outside trials took so long."""
        self._steps_left -= 1
        usual = seconds if self._usual_s is None else self._usual_s + _USUAL * (seconds - self._usual_s)
        self._usual_s = usual
        is_slow = not self._alone and usual > SUDDEN * self._alone_s
        if is_slow and self._clock() - self._trial_ended > SUDDEN_APART_S:
            self._steps_left, self._trial_ended = 0, -math.inf

    def _try(self, seconds: float) -> None:
        """A step of a trial took so long."""
        self._trial.append(seconds)
        number = len(self._trial)
        alone_s = self._alone_s if not self._alone or self._usual_s is None else self._usual_s
        newest = self._trial[-2:]
        if number == TRIAL:
            together, alone = (
                sum(self._trial[k] for k in range(TRIAL) if k % BLOCK and _is_alone(k) is kind)
                for kind in (False, True)
            )
            self._alone_s = alone / ((BLOCK - 1) * BLOCKS / 2)
            self._judge(math.log(max(alone, 1e-9) / max(together, 1e-9)))
        elif not _is_alone(number - 1) and number % BLOCK > 1 and min(newest) > LOST * alone_s:
            self._gain = min(self._gain, CLEAR)  # so that two such trials are enough
            self._judge(-LIMIT)

    def _judge(self, gain: float) -> None:
        """A trial told that a step with one thread takes e^`gain` times as long as with all."""
        self._gain += NEWEST * (min(max(gain, -LIMIT), LIMIT) - self._gain)
        was_alone, self._alone = self._alone, self._gain < math.log(WORTH if self._alone else KEPT)
        is_clear = self._alone is was_alone and (-gain if was_alone else gain) > CLEAR
        self._apart = min(2.0 * self._apart, MOST_APART) if is_clear else 1.0
        self._trial.clear()
        self._steps_left = round(APART_STEPS * self._apart)
        self._trial_ended = self._clock()
        self._usual_s = None


def _is_alone(k: int) -> bool:
    """Whether step `k` of a trial has one thread."""
    return k // BLOCK % 2 == 1

"""``ElasticThreads``: all threads or one for a step, whichever has been faster of late."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch

__all__ = ["ElasticThreads"]

BLOCK = 5  # steps of one kind in a row in a trial; the first finds its data in another core's cache and does not count
BLOCKS = 4  # of a trial, all threads and one by turns: what disturbs one kind disturbs the other as much
TRIAL = BLOCKS * BLOCK  # steps
APART_S = 1.0  # at least, from one trial to the next, …
APART_STEPS = 400  # … so that the slower kind has a fortieth of all steps at most
NEWEST = 0.25  # weight of a trial in what is remembered: it lasts 50 ms, and a window's frames come by chance
WORTH = 1.06  # all threads must be so much faster than one, which disturbs nobody, to be taken, …
KEPT = 1.02  # … and so much to stay


class ElasticThreads:
    """Lets each step of a training compute with all of torch's threads or with one.

    torch's threads meet at every operation, so all of them are as slow as the slowest: beside another program that
    keeps a core busy two threads are slower than one. Which is faster changes while a training goes on: a person
    explores the map, a compiler starts, a host gives two virtual cores one real one. So once a second a few steps are
    timed both ways. It is for computations whose result is the same bit for bit either way, as `choose_execution` makes
    sure.

    Parameters
    ----------
    n_threads
        All threads.
    set_threads
        Tells torch how many the calling thread may use.
    clock
        Seconds.
    """

    def __init__(
        self,
        n_threads: int,
        *,
        set_threads: Callable[[int], None] = torch.set_num_threads,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._n = n_threads
        self._set_threads = set_threads
        self._clock = clock
        self._alone = False  # whether steps have one thread at present
        self._gain = math.log(WORTH)  # of how much longer a step takes with one thread than with all
        self._trial: list[float] = []  # seconds of the steps of the trial under way
        self._steps_left = TRIAL  # until the next trial; the first ones find memory and kernels
        self._trial_ended = -math.inf

    @property
    def n_threads_now(self) -> int:
        """Threads of a step outside a trial."""
        return 1 if self._alone else self._n

    @contextmanager
    def step(self) -> Iterator[None]:
        """Around one step; torch has all threads again afterwards."""
        is_trial = self._steps_left <= 0 and (
            bool(self._trial) or self._clock() - self._trial_ended >= APART_S
        )
        alone = _is_alone(len(self._trial)) if is_trial else self._alone
        if alone:
            self._set_threads(1)
        begin = self._clock()
        try:
            yield
        finally:
            if alone:
                self._set_threads(self._n)
        if is_trial:
            self._trial.append(self._clock() - begin)
            if len(self._trial) == TRIAL:
                self._judge()
        else:
            self._steps_left -= 1

    def _judge(self) -> None:
        together, alone = (
            sum(self._trial[k] for k in range(TRIAL) if k % BLOCK and _is_alone(k) is kind)
            for kind in (False, True)
        )
        now = math.log(max(alone, 1e-9) / max(together, 1e-9))
        self._gain = (1.0 - NEWEST) * self._gain + NEWEST * now
        self._alone = self._gain < math.log(WORTH if self._alone else KEPT)
        self._trial.clear()
        self._steps_left = APART_STEPS
        self._trial_ended = self._clock()


def _is_alone(k: int) -> bool:
    """Whether step `k` of a trial has one thread."""
    return k // BLOCK % 2 == 1

"""``Crew``: threads that each compute a share of a batch; the one that calls them is one of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from itertools import pairwise
from typing import TypeVar

import torch

from vae_explorer.training.arenas import arena

__all__ = ["Crew", "shares_of"]

T = TypeVar("T")
ATTEMPTS = 8  # at threads with memory of their own


class Crew:
    """`n` threads, of which `n` − 1 sleep between calls.

    torch's own threads meet at the end of every operation, some six hundred times a step of a small residual network.
    They must either spin, which costs whoever else is busy, or sleep and be woken as often. A crew meets once a step.

    The threads inherit the niceness of the one that calls first.
    """

    def __init__(self, n: int) -> None:
        self.n = n
        self._pool: ThreadPoolExecutor | None = None  # from the first call on
        self._alone = False

    def set_threads(self, n: int) -> None:
        """Let one thread do all tasks one after the other, with the same results, or all threads share them again."""
        self._alone = n == 1

    def other_threads(self) -> list[int]:
        """The system's numbers of the threads beside the calling one."""
        if self.n == 1:
            return []
        return _of_each(self._begun(), self.n - 1, threading.get_native_id)

    def run(self, tasks: Sequence[Callable[[], T]]) -> list[T]:
        """Results of all `tasks`, in their order; the first one runs here.

        Raises
        ------
        Exception
            What a task raised, once none is running any more.
        """
        if self.n == 1 or self._alone:
            return [task() for task in tasks]
        pool = self._begun()
        others = [pool.submit(task) for task in tasks[1:]]
        try:
            first = tasks[0]()
        finally:
            wait(others)  # a failed step must not leave threads at work on the model
        return [first, *(other.result() for other in others)]

    def _begun(self) -> ThreadPoolExecutor:
        """The threads, begun in the first step: one that begins before computes with as many as torch is told until then."""
        if self._pool is None:
            self._pool = _threads_apart(self.n - 1)
        return self._pool

    def close(self) -> None:
        """End the threads."""
        if self._pool is not None:
            self._pool.shutdown()


def shares_of(n_images: int, n_threads: int) -> list[slice]:
    """Consecutive parts of a batch, one a thread, whose sizes differ by one at most; none is empty."""
    n = max(1, min(n_threads, n_images))
    ends = [n_images * k // n for k in range(n + 1)]
    return [slice(a, b) for a, b in pairwise(ends)]


def _threads_apart(n: int) -> ThreadPoolExecutor:
    """`n` threads that take memory from other arenas than the calling one and each other, as far as there are as many.

    A window's threads share a few. Two that train in one arena were a sixth slower than in two: each operation asks for
    memory. The C library deals arenas out in turn to threads that begin.
    """
    found: list[tuple[int, ThreadPoolExecutor]] = []
    for _ in range(ATTEMPTS):
        pool = ThreadPoolExecutor(n, "training share", initializer=_begin_thread)
        arenas = {arena(), *_of_each(pool, n, arena)}
        found.append((len(arenas), pool))
        if len(arenas) > n or arenas == {None}:
            break
    best = max(found, key=lambda each: each[0])[1]
    for _, pool in found:  # not before: the next thread would be dealt the same arena
        if pool is not best:
            pool.shutdown()
    return best


def _of_each(pool: ThreadPoolExecutor, n: int, ask: Callable[[], T]) -> list[T]:
    """What `ask` returns in each of the `n` threads of `pool`."""
    meet = threading.Barrier(n)  # so that each takes one task

    def answer() -> T:
        meet.wait()
        return ask()

    return [future.result() for future in [pool.submit(answer) for _ in range(n)]]


def _begin_thread() -> None:
    torch.set_flush_denormal(True)  # as the thread that trains does, see `denormals_flushed`
    # Said in each thread: oneDNN asks OpenMP, which gives every new thread a team of its own.
    torch.set_num_threads(1)

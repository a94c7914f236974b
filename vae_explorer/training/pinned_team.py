"""``PinnedTeam``: the threads that share a training's work, every one on a core of its own."""

from __future__ import annotations

import ctypes
import logging
import os
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

from vae_explorer.cores import usable_cores

__all__ = ["PinnedTeam", "openmp_threads"]

_log = logging.getLogger(__name__)
_Function = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


class PinnedTeam:
    """Binds the calling thread and those that it shares its work with to different cores.

    A team that fills the machine ends up with two of its threads on one core whenever another thread, such as that of a
    window, takes the other core for a moment; the system's scheduler parts them up to 20 ms later. Beside a window that was
    the twelfth part of an MLP's training. A single thread is bound to nothing, so that it goes where there is room.

    On Linux only, and only where the team fills the machine.

    Parameters
    ----------
    n_threads
        Of the team.
    find_others
        Gives the system's numbers of the threads beside the calling one, of which there are `n_threads` − 1; fewer where
        they cannot be told: then nothing is bound.
    """

    def __init__(self, n_threads: int, find_others: Callable[[], Sequence[int]]) -> None:
        self._n = n_threads
        self._find_others = find_others
        self._cores: list[int] | None = None  # of the team's threads; None: it is not bound
        self._all: set[int] = set()  # cores that a thread may use
        self._thread, self._others = 0, list[int]()
        self._is_bound = False  # the thread that calls
        self._tried = False

    def place(self, together: bool) -> None:
        """Before work: bind the calling thread if all threads share it, else let it go where it likes."""
        if together and not self._tried:
            self._tried = True
            self._bind_all()
        if self._cores is not None and together is not self._is_bound:
            self._is_bound = together
            _bind(self._thread, {self._cores[0]} if together else self._all)

    def close(self) -> None:
        """Let all threads go where they like again."""
        if self._cores is None:
            return
        self.place(False)
        for thread in self._others:
            _bind(thread, self._all)
        self._cores = None

    def _bind_all(self) -> None:
        """Give each thread of the team its core."""
        if not hasattr(os, "sched_setaffinity") or self._n < 2 or self._n != usable_cores():
            return
        self._thread, self._all = threading.get_native_id(), os.sched_getaffinity(0)
        cores, others = sorted(self._all), list(self._find_others())
        if not len(cores) == len(others) + 1 == self._n:
            return
        self._cores, self._others = cores, others
        for thread, core in zip(others, cores[1:], strict=True):
            _bind(thread, {core})
        _log.info("bound the threads of the team to the cores %s", cores)


def openmp_threads(n_threads: int) -> list[int]:
    """The system's numbers of the threads with which the calling one shares torch's operations, `n_threads` in all.

    Empty unless the OpenMP library is GNU's, as torch brings it for Linux.
    """
    library = _openmp()
    if library is None:
        return []
    found: dict[int, int] = {}  # by its number in the team

    def enter(_: object) -> None:
        found[library.omp_get_thread_num()] = threading.get_native_id()

    library.GOMP_parallel(_Function(enter), None, n_threads, 0)
    return [thread for number, thread in sorted(found.items()) if number]


def _bind(thread: int, cores: set[int]) -> None:
    """Let `thread` run on `cores` only; nothing happens if it has ended or the cores are gone."""
    with suppress(OSError):
        os.sched_setaffinity(thread, cores)


@cache
def _openmp() -> ctypes.CDLL | None:
    """The OpenMP library that torch has loaded, if it is GNU's."""
    if not sys.platform.startswith("linux"):
        return None
    with suppress(OSError, AttributeError):
        for line in Path("/proc/self/maps").read_text("utf-8").splitlines():
            if "/libgomp" in line:
                library = ctypes.CDLL("/" + line.partition("/")[2])
                library.GOMP_parallel.argtypes = [_Function, ctypes.c_void_p, ctypes.c_uint, ctypes.c_uint]
                library.GOMP_parallel.restype = None
                library.omp_get_thread_num.restype = ctypes.c_int
                return library
    return None

"""The machine's cores: how many this process may use, and whether part of it uses one beside a training."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["core_taken", "is_core_taken", "openmp_environment", "usable_cores"]

_lock = threading.Lock()
_n_taken = 0  # threads of this process that compute at present beside a training


def openmp_environment(*, trains: bool) -> dict[str, str]:
    """What torch's OpenMP threads must be told before torch is imported: to sleep when they have nothing to do.

    Spinning ones are five times slower beside another busy program. In a program that trains they spin for some 100 µs
    before they sleep, which bridges the gaps between the operations of a step: with a tenth of it, which is best for
    other work beside a busy program, an MLP trained at 0.86 of the speed. A training notices when another program wants
    that time (`ElasticThreads`).
    """
    return {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "10000" if trains else "1000"}


def usable_cores() -> int:
    """Cores that the system lets this process run on, at least 1."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(os.getpid()))  # of the first thread; others may be bound to fewer
    return os.cpu_count() or 1


@contextmanager
def core_taken() -> Iterator[None]:
    """While open, a training leaves this thread a core if it can (`ElasticThreads`)."""
    global _n_taken
    with _lock:
        _n_taken += 1
    try:
        yield
    finally:
        with _lock:
            _n_taken -= 1


def is_core_taken() -> bool:
    """Whether any thread is inside `core_taken`."""
    return _n_taken > 0

"""Fair measuring: series that take turns, in processes of their own where their settings differ."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Self

__all__ = ["Worker", "alternating", "busy_neighbour", "data_root", "milliseconds"]


def alternating(measures: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """`rounds` figures of each of `measures`, taken in turns; each second round in the opposite order."""
    found: dict[str, list[float]] = {name: [] for name in measures}
    for number in range(rounds):
        names = list(measures) if number % 2 == 0 else list(measures)[::-1]
        for name in names:
            found[name].append(measures[name]())
    return found


def milliseconds(action: Callable[[], object]) -> float:
    """How long `action` takes."""
    begin = time.perf_counter()
    action()
    return 1000.0 * (time.perf_counter() - begin)


class Worker:
    """A process with an environment of its own that runs functions when asked and sleeps in between.

    What a series needs before torch or Qt is imported (threads, how they wait) differs between the sides of a
    comparison; so each lives in a worker, and the workers take turns. State stays in the
    worker's modules.

    Parameters
    ----------
    environment
        Variables to set; None as a value removes one.
    """

    def __init__(self, environment: Mapping[str, str | None] | None = None) -> None:
        self._environment = dict(environment or {})
        self._pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
        self._begun = False

    def call(self, function: Callable[..., Any], *arguments: object) -> Any:  # Any: what `function` returns
        """`function` of an importable module, run in the worker."""
        if self._begun:
            return self._pool.submit(function, *arguments).result()
        before = dict(os.environ)
        for name, value in self._environment.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        try:
            self._pool.submit(int).result()  # the process starts here and inherits this environment
        finally:
            os.environ.clear()
            os.environ.update(before)
        self._begun = True
        return self.call(function, *arguments)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


class busy_neighbour:  # noqa: N801 - a context manager, used like a function
    """While open, one other process keeps one core busy."""

    def __enter__(self) -> Self:
        self._process = multiprocessing.get_context("spawn").Process(target=_spin, daemon=True)
        self._process.start()
        time.sleep(1.0)  # until it has started
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.join()


def data_root() -> str | None:
    """Where MNIST lies in torchvision's layout, from ``VAE_EXPLORER_TEST_DATA``; None: nowhere."""
    named = os.environ.get("VAE_EXPLORER_TEST_DATA")
    root = Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "data"
    return str(root) if (root / "MNIST" / "raw").is_dir() else None


def _spin() -> None:
    while True:
        sum(range(10_000))

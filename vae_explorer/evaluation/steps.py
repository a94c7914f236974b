"""``Steps``: long work that yields the share of it that is done, in [0, 1], and returns its result at the end.

Whoever drives it may leave after any step, which ends the work; so a step should take well below a second.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeVar

__all__ = ["Steps", "drained", "mapped", "part"]

T = TypeVar("T")
A = TypeVar("A")
B = TypeVar("B")

Steps = Generator[float, None, T]


def mapped(steps: Generator[A, None, T], change: Callable[[A], B]) -> Generator[B, None, T]:
    """`steps` with each thing that it yields changed; returns what it returns, and closes it when left."""
    try:
        while True:
            try:
                item = next(steps)
            except StopIteration as end:
                value: T = end.value
                return value
            yield change(item)
    finally:
        steps.close()


def part(steps: Steps[T], begin: float, end: float) -> Steps[T]:
    """`steps` as the part from `begin` to `end` of longer work."""
    return mapped(steps, lambda share: begin + (end - begin) * share)


def drained(steps: Steps[T]) -> T:
    """What `steps` returns at its end."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            value: T = end.value
            return value

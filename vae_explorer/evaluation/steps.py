"""``Steps``: long work that yields the share of it that is done, in [0, 1], and returns its result at the end.

Whoever drives it may leave after any step, which ends the work; so a step should take well below a second.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

__all__ = ["Steps", "drained"]

T = TypeVar("T")

Steps = Generator[float, None, T]


def drained(steps: Steps[T]) -> T:
    """What `steps` returns at its end."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            value: T = end.value
            return value

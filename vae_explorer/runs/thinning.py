"""Which snapshots of a long run stay on disk."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["steps_to_keep"]

_NEWEST = 3  # kept whatever their step: a damaged newest one still leaves a recent one


def steps_to_keep(steps: Sequence[int]) -> set[int]:
    """The first step, the first at or after each power of two, and the newest three.

    A run of any length keeps a few dozen: dense at the beginning, where a model changes most.
    Deciding again over what was kept changes nothing.
    """
    ordered = sorted(steps)
    octaves = {step.bit_length(): step for step in reversed(ordered)}  # the smallest of each octave stays
    return {*octaves.values(), *ordered[-_NEWEST:]}

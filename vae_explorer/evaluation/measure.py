"""``Measure``: one part of an evaluation, from a subject to findings.

A new measure is a module with a generator function and one `Measure`, and a line in `registry.MEASURES`::

    def _sharpness(subject: Subject) -> Iterator[Step | Finding]:
        for batch in subject.batches(subject.chosen):
            ...
            yield Step(batch.done, batch.total)
        yield subject.mean_figure("psnr", "PSNR of reconstructions", values, "dB")

    MEASURE = Measure("sharpness", "Sharpness of reconstructions", _sharpness)
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import TypeVar

from vae_explorer.evaluation.figures import Finding
from vae_explorer.evaluation.steps import Steps, mapped
from vae_explorer.evaluation.subject import Subject

__all__ = ["Measure", "Step", "part_of"]

T = TypeVar("T")


@dataclass(frozen=True)
class Step:
    """`done` of `total` parts of a measure's work; a consumer may leave after any of them."""

    done: float
    total: float


def part_of(steps: Steps[T], begin: float, end: float) -> Generator[Step, None, T]:
    """`steps` as the part of a measure's work from `begin` to `end`, in [0, 1]."""
    return mapped(steps, lambda share: Step(begin + (end - begin) * share, 1.0))


def _always(_: Subject) -> str | None:
    return None


@dataclass(frozen=True)
class Measure:
    """One part of an evaluation.

    Attributes
    ----------
    group
        Short key that a person selects it by, e.g. ``"likelihood"``.
    title
        Heading of its findings.
    run
        Yields steps for progress (at least twice a second) and findings as soon as they are there.
    missing
        One sentence why the measure cannot be made on a subject, or None.
    """

    group: str
    title: str
    run: Callable[[Subject], Iterator[Step | Finding]]
    missing: Callable[[Subject], str | None] = _always

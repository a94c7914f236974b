"""Work in steps: its parts, its result, and that leaving it leaves what it is made of."""

from __future__ import annotations

from vae_explorer.evaluation.measure import Step, part_of
from vae_explorer.evaluation.steps import Steps, drained, part


def _work(closed: list[str]) -> Steps[str]:
    try:
        yield from (0.25, 0.5, 1.0)
    finally:
        closed.append("closed")
    return "done"


def test_that_parts_lie_between_their_ends_and_return_what_they_are_made_of() -> None:
    assert list(part(_work([]), 0.5, 0.9)) == [0.6, 0.7, 0.9]
    assert list(part_of(_work([]), 0.0, 0.5)) == [Step(0.125, 1.0), Step(0.25, 1.0), Step(0.5, 1.0)]
    assert drained(part(_work([]), 0.5, 0.9)) == "done"


def test_that_leaving_a_part_leaves_the_work_inside() -> None:
    closed: list[str] = []
    inner = _work(closed)
    steps = part(part(inner, 0.0, 0.5), 0.0, 1.0)
    next(steps)
    steps.close()
    assert closed == ["closed"]

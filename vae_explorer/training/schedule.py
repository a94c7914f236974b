"""The learning rate over a training, as a share of the one that was chosen."""

from __future__ import annotations

import math

from vae_explorer.runs.config import ScheduleName

__all__ = ["learning_rate_share"]

RISE = 0.3  # share of all steps
START, END = 1 / 25, 1 / 10_000  # share of the highest rate


def learning_rate_share(schedule: ScheduleName, step: int, n_steps: int) -> float:
    """Share of the highest learning rate at optimiser step `step` (0-based) of `n_steps`; in (0, 1].

    ``one-cycle`` (Smith & Topin 2019, *Super-convergence*) rises from 1/25 to 1 over the first 30 % of the
    steps and falls to 1/10,000 at the end, both along half a cosine. Steps beyond the last keep its share.
    """
    if schedule == "constant":
        return 1.0
    peak = RISE * n_steps
    if step < peak:
        return _half_cosine(START, 1.0, step / peak)
    return _half_cosine(1.0, END, min(1.0, (step - peak) / max(n_steps - 1 - peak, 1.0)))


def _half_cosine(start: float, end: float, t: float) -> float:
    return end + (start - end) * (1.0 + math.cos(math.pi * t)) / 2.0

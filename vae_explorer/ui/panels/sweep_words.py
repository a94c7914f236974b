"""What the sweep's panel says: what is missing, where the sweep is, what came of it."""

from __future__ import annotations

from vae_explorer.runs.folder import RunFolder
from vae_explorer.runs.sweep_file import Sweep
from vae_explorer.ui.panels.time_words import duration
from vae_explorer.ui.sweep_work import SweepAdvanced

__all__ = ["missing_words", "progress_words", "summary"]


def missing_words(run: RunFolder | None) -> tuple[str, str] | None:
    """Title and sentence where `run` has nothing to sweep; None if it has."""
    if run is None:
        return (
            "No model to sweep",
            "Start training or open a run; its settings can then be trained with several β.",
        )
    objective = run.info.config.objective
    if objective.uses_beta:
        return None
    return (
        "No β to sweep",
        f"The objective of this run, {objective.name}, has no β: open or train a run with the objective vae.",
    )


def progress_words(told: SweepAdvanced) -> str:
    """E.g. ``β = 0.5 (2 of 5) · epoch 3 of 20 · 2:10 left``."""
    if told.beta is None:
        return "Measuring this run …"
    epoch = min(told.epoch + 1, told.epochs)
    what = "measuring" if told.is_measuring else f"epoch {epoch:,} of {told.epochs:,}"
    rest = "" if told.left_s is None else f"  ·  {duration(told.left_s)} left"
    return f"β = {told.beta:g} ({told.place + 1} of {told.n_runs})  ·  {what}{rest}"


def summary(sweep: Sweep) -> str:
    """What a sweep has come to; empty if nothing was asked for."""
    missing = sweep.missing
    if not sweep.points:
        return f"No point yet; Continue sweep goes on at β = {missing[0]:g}." if missing else ""
    best, first = min(sweep.points, key=lambda point: point.bound), sweep.points[0]
    words = [
        f"{len(sweep.points)} of {len(sweep.points) + len(missing)} β, {first.epochs:,} epochs each",
        f"lowest −ELBO {best.bound:,.2f} at β = {best.beta:g}".replace(" -", " −"),
        f"{sweep.data}, {first.split}, {first.n_images:,} images",
    ]
    return "  ·  ".join(words)

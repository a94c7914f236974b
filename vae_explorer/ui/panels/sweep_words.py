"""What the sweep's panel says: what is missing, why it cannot begin, where the sweep is, what came of it."""

from __future__ import annotations

from vae_explorer.runs.folder import RunFolder
from vae_explorer.runs.sweep_file import Sweep
from vae_explorer.ui.panels.time_words import duration
from vae_explorer.ui.session import Session
from vae_explorer.ui.sweep_work import StoredSweep, SweepAdvanced

__all__ = ["missing_words", "progress_words", "reason_words", "stale_words", "summary"]


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


def reason_words(session: Session, run: RunFolder | None) -> str:
    """Why no sweep of `run` can begin now; empty if one can."""
    if session.training_state.is_active:
        return "A training is under way: a sweep can begin when it has ended."
    if run is None or session.explorer is None:
        return "The model is not open yet."
    if session.images is None:
        return (
            "The pictures of this model are not loaded: download them or choose their folder on the Data card, "
            "at the left."
        )
    return ""


def stale_words(swept: RunFolder | None, run: RunFolder | None, stored: StoredSweep | None) -> str:
    """That the sweep under way, of `swept`, is not of the `run` on screen; empty if it is, or there is none."""
    if swept is None or run is None:
        return ""
    is_of_it = stored is not None and run.path.parent == stored.folder
    if is_of_it or swept.path == run.path:
        return ""
    return f"This sweep is of “{swept.name}”; on screen is “{run.name}”."


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

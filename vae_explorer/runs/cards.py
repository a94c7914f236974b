"""``RunCard``: one line about a run, read without loading weights."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from vae_explorer.errors import RunError
from vae_explorer.runs.folder import RunFolder
from vae_explorer.runs.info import RunStatus
from vae_explorer.runs.lock import is_locked
from vae_explorer.vae.recon_label import ReconLabel

__all__ = ["RunCard", "cards_in", "cards_of", "read_card"]


@dataclass(frozen=True)
class RunCard:
    """What a list of runs shows of one.

    Attributes
    ----------
    status
        A run that says "running" but whose program is gone counts as stopped.
    elbo
        Validation ELBO in nats an image: the final one, else that of the last epoch, else None.
    """

    path: Path
    title: str
    created: datetime
    status: RunStatus
    data_name: str
    latent_dim: int
    elbo: float | None
    label: ReconLabel  # what `elbo` is


def read_card(path: Path) -> RunCard:
    """The card of the run at `path`.

    Raises
    ------
    RunError
        If it is damaged or no run.
    """
    run = RunFolder.open(path)
    info = run.info
    return RunCard(
        path=run.path,
        title=info.title or run.name,
        created=info.created,
        status="stopped" if info.status == "running" and not is_locked(run.path) else info.status,
        data_name=info.data.name,
        latent_dim=info.config.model.latent_dim,
        elbo=_validation_elbo(run),
        label=info.label,
    )


def cards_of(paths: Iterable[Path]) -> list[RunCard]:
    """Cards of the runs among `paths` that can be opened and hold weights; the others are left out."""
    cards = []
    for path in paths:
        try:
            if RunFolder.open(path).snapshots():
                cards.append(read_card(path))
        except RunError:
            continue
    return cards


def cards_in(folder: Path) -> list[RunCard]:
    """Cards of all runs directly inside `folder`; empty if it does not exist."""
    try:
        return cards_of(sorted(path for path in folder.iterdir() if path.is_dir()))
    except OSError:
        return []


def _validation_elbo(run: RunFolder) -> float | None:
    summary = run.info.summary
    if summary is not None:
        return summary.validation.elbo if summary.validation is not None else None
    epochs = run.history().epochs
    if not epochs or epochs[-1].validation is None:
        return None
    return epochs[-1].validation.elbo

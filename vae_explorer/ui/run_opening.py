"""Opens runs behind the window: what lies in the folder of one, and its newest weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vae_explorer.latent.encodings import Encodings
from vae_explorer.runs.folder import RunFolder
from vae_explorer.runs.history import History
from vae_explorer.ui.run_codes import list_as_recent, stored_codes
from vae_explorer.ui.session import Session

if TYPE_CHECKING:
    from vae_explorer.latent.explorer import Explorer

__all__ = ["OpenedRun", "give_up_opening", "load_model_behind", "open_run_behind"]

_OPENING = "open run"


@dataclass(frozen=True, eq=False)
class OpenedRun:
    """What a folder tells before its weights are read."""

    folder: RunFolder
    history: History
    encodings: Encodings | None  # of its newest weights, if it keeps any


def open_run_behind(session: Session, path: Path, deliver: Callable[[OpenedRun], None]) -> None:
    """Open the run in folder `path`, then `deliver` it; a bad folder is a `problem` of the session."""

    def work(_is_stale: object) -> OpenedRun:
        run = RunFolder.open(path)
        list_as_recent(run)
        return OpenedRun(run, run.history(), stored_codes(run))

    session.slow.request(_OPENING, work, deliver, priority=-10)


def give_up_opening(session: Session) -> None:
    """A run that is being opened does not come any more: it must not take the screen from a training."""
    session.slow.cancel(_OPENING)


def load_model_behind(session: Session, run: RunFolder, deliver: Callable[[Explorer], None]) -> None:
    """Read the newest weights of `run` that are whole, then `deliver` the model."""

    def work(_is_stale: object) -> Explorer:
        from vae_explorer.latent.explorer import Explorer
        from vae_explorer.training.devices import configure_threads

        configure_threads(
            leave_one_free=True
        )  # before any thread computes and gets more of torch's than it should
        return Explorer.from_snapshot(run.load_snapshot())

    session.slow.request("open model", work, deliver, priority=-9)

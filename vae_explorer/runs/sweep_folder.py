"""Where a run's sweep over β lies, and how it is found again.

A sweep belongs to settings, not to a name: all but β, the number of epochs and the machine. So it is found again
from the run that it was begun with, from each of its own runs, and from any other run that differs in these alone.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from vae_explorer.locations import sweeps_folder
from vae_explorer.runs.folder import RunFolder
from vae_explorer.runs.sweep_file import SWEEP_FILE, read_sweep

__all__ = ["find_sweep", "sweep_path", "swept_name"]

_DIGITS = 8  # of the digest: a person has few sweeps
_NAME_MAX = 32  # characters: paths stay short on Windows
_APART = {"data", "device", "precision", "n_threads", "epochs"}  # may differ between runs of one curve


def sweep_path(run: RunFolder, epochs: int) -> Path:
    """Folder of the sweep with the settings of `run` and `epochs` for each β; it may not exist yet.

    Raises
    ------
    RunError
        If `run` lies in a sweep whose file is damaged.
    """
    around = read_sweep(run.path.parent)
    if around is not None and (around.epochs or run.info.config.epochs) == epochs:
        return run.path.parent
    digest = _digest(run)
    known = sorted(sweeps_folder().glob(f"*-{digest}-{epochs}-epochs"))
    if known:
        return known[0]
    return sweeps_folder() / f"{swept_name(run)[:_NAME_MAX]}-{digest}-{epochs}-epochs"


def swept_name(run: RunFolder) -> str:
    """Of the run whose settings are swept: `run`, or if that is of a sweep, the one that the sweep was begun with.

    Raises
    ------
    RunError
        If `run` lies in a sweep whose file is damaged.
    """
    around = read_sweep(run.path.parent)
    return (around.base if around is not None else "") or run.name


def find_sweep(run: RunFolder, epochs: int | None = None) -> Path | None:
    """The sweep that `run` lies in, else the newest with its settings; None without one.

    Parameters
    ----------
    epochs
        Only a sweep with so many for each β.

    Raises
    ------
    RunError
        If `epochs` is given and `run` lies in a sweep whose file is damaged.
    """
    if epochs is not None:
        path = sweep_path(run, epochs)
        return path if (path / SWEEP_FILE).is_file() else None
    if (run.path.parent / SWEEP_FILE).is_file():
        return run.path.parent
    files = list(sweeps_folder().glob(f"*-{_digest(run)}-*-epochs/{SWEEP_FILE}"))
    return max(files, key=lambda file: file.stat().st_mtime_ns).parent if files else None


def _digest(run: RunFolder) -> str:
    """The same for runs of one curve. Settings that have their default do not count: later versions add some."""
    settings = run.info.config.model_dump(mode="json", exclude=_APART, exclude_defaults=True)
    settings.get("objective", {}).pop("beta", None)
    if not settings.get("objective", True):
        del settings["objective"]
    text = json.dumps([settings, run.info.data.fingerprint], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]

"""Names of new run folders."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from vae_explorer.locations import runs_folder
from vae_explorer.runs.config import RunConfig

__all__ = ["new_run_path"]

_WORD_MAX = 32  # characters of a folder's name that go into the run's: paths stay short on Windows


def new_run_path(config: RunConfig, parent: Path | None = None) -> Path:
    """A path that does not exist yet, e.g. ``blooms-2d-2026-11-20-3``: data, latent dimension, day, number.

    Parameters
    ----------
    parent
        Where runs lie; by default the person's own folder of runs.
    """
    parent = parent or runs_folder()
    model = config.model
    kind = "-ae" if not config.objective.is_variational else ""
    stem = f"{_data_word(config)}-{model.latent_dim}d{kind}-{date.today().isoformat()}"
    number = 1
    while (parent / f"{stem}-{number}").exists():
        number += 1
    return parent / f"{stem}-{number}"


def _data_word(config: RunConfig) -> str:
    data = config.data
    word = data.path.stem if data.path is not None else data.source
    plain = re.sub(r"[^a-z0-9]+", "-", word.lower()).strip("-")[:_WORD_MAX].strip("-")
    return plain or data.source

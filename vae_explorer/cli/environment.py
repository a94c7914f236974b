"""What the libraries must be told before any of them is imported."""

from __future__ import annotations

import os

from vae_explorer.cores import openmp_environment

__all__ = ["prepare_environment"]

_TRAINING_COMMANDS = ("gui", "sweep", "train")


def prepare_environment(command: str = "gui") -> None:
    """What torch reads when it is imported, see `openmp_environment`. What the person has set stays."""
    for name, value in openmp_environment(trains=command in _TRAINING_COMMANDS).items():
        os.environ.setdefault(name, value)

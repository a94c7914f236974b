"""The person's preferences: one JSON file, read at the start, written when something changes."""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from vae_explorer.locations import settings_folder

__all__ = ["MapScope", "Preferences", "change_preferences", "load_preferences", "save_preferences"]

MapScope = Literal["auto", "validation", "all"]

_log = logging.getLogger(__name__)
_changing = threading.Lock()  # several threads may each change another one


class Preferences(BaseModel):
    """What is remembered between launches, besides the geometry of the window."""

    model_config = ConfigDict(extra="ignore", validate_assignment=True)

    theme: Literal["system", "light", "dark"] = "system"
    data_root: Path | None = None  # of the torchvision sets
    map_scope: MapScope = "auto"
    folder: Path | None = None  # where the last picture or run was chosen
    last_run: Path | None = None  # opened again at the next launch


def load_preferences() -> Preferences:
    """The stored preferences; defaults if there are none or they cannot be read (the log says why)."""
    path = _path()
    try:
        return Preferences.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return Preferences()
    except (OSError, ValidationError, ValueError) as error:
        _log.info("preferences at %s are not readable, defaults are used: %s", path, error)
        return Preferences()


def change_preferences(**changes: object) -> None:
    """Change some stored preferences and leave the others as they are on disk.

    Raises
    ------
    ValidationError
        If a value is not allowed.
    """
    with _changing:
        preferences = load_preferences()
        for name, value in changes.items():
            setattr(preferences, name, value)
        save_preferences(preferences)


def save_preferences(preferences: Preferences) -> None:
    """Write atomically; a folder that cannot be written is logged, never fatal."""
    path = _path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".tmp")
        with temporary.open("w", encoding="utf-8") as file:
            file.write(preferences.model_dump_json(indent=2))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        _log.info("preferences could not be written to %s: %s", path, error)


def _path() -> Path:
    return settings_folder() / "preferences.json"

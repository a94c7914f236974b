"""Where things lie: what ships with the program, and the person's own folders.

``VAE_EXPLORER_HOME`` puts every folder of the person's (cache, settings, runs) under one root;
tests and portable installations use it.
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

__all__ = [
    "cache_folder",
    "models_folder",
    "resources_folder",
    "runs_folder",
    "settings_folder",
    "sweeps_folder",
    "torchvision_folder",
]

_PACKAGE = Path(__file__).resolve().parent
_APP = "vae-explorer"


def resources_folder() -> Path:
    """Icons, style sheets and sample pictures, from a wheel, an editable install or a checkout."""
    return _shipped("resources")


def models_folder() -> Path:
    """Trained models that ship with the program, one run folder each."""
    return _shipped("models")


def cache_folder() -> Path:
    """Decoded pictures and generated sets; safe to delete."""
    return _own("cache", platformdirs.user_cache_path(_APP, appauthor=False))


def settings_folder() -> Path:
    """Preferences (JSON) and the window layout."""
    return _own("settings", platformdirs.user_config_path(_APP, appauthor=False))


def runs_folder() -> Path:
    """Default parent of new run folders."""
    return _own("runs", platformdirs.user_documents_path() / _APP / "runs")


def sweeps_folder() -> Path:
    """Where the window keeps its sweeps over β, a folder each."""
    return _own("sweeps", platformdirs.user_documents_path() / _APP / "sweeps")


def torchvision_folder() -> Path:
    """Default ``data_root`` of the downloadable sets."""
    return _own("datasets", platformdirs.user_data_path(_APP, appauthor=False) / "datasets")


def _shipped(name: str) -> Path:
    inside_wheel = _PACKAGE / f"_{name}"
    return inside_wheel if inside_wheel.is_dir() else _PACKAGE.parent / name


def _own(name: str, default: Path) -> Path:
    home = os.environ.get("VAE_EXPLORER_HOME")
    return Path(home) / name if home else default

"""Favourites survive the launch: they lie beside the run's other files, or with the settings for shipped models."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Slot

from vae_explorer.errors import RunError
from vae_explorer.locations import settings_folder
from vae_explorer.runs.files import read_arrays, write_arrays
from vae_explorer.runs.folder import RunFolder
from vae_explorer.ui.kept import Kept, kept_tray
from vae_explorer.ui.session import Session

__all__ = ["KeptStore", "kept_path"]

_log = logging.getLogger(__name__)


def kept_path(run: RunFolder) -> Path:
    """Where the favourites of `run` lie: ``kept.npz`` with ``z`` (K, D) and ``images`` (K, C, H, W)."""
    if run.is_writable():
        return run.path / "kept.npz"
    return settings_folder() / "kept" / f"{run.name}.npz"


class KeptStore(QObject):
    """Reads the tray when a run comes on screen, writes it when it changes; both off the GUI thread."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._tray = kept_tray(session)
        self._tray.changed.connect(self._on_tray_changed)
        self._path: Path | None = (
            None  # None until the stored favourites are read: nothing may overwrite them
        )

    @Slot(object)
    def open(self, run: RunFolder) -> None:
        """Fill the tray with the favourites of `run`."""
        path = kept_path(run)
        self._path = None
        self._tray.replace(())  # a run of the same name elsewhere has favourites of its own

        def take(stored: tuple[Kept, ...]) -> None:
            new = tuple(
                kept for kept in self._tray.items if not any(np.array_equal(kept.z, s.z) for s in stored)
            )
            self._tray.replace((*stored, *new))
            self._path = path
            if new:
                self._on_tray_changed(self._tray.items)

        self._session.slow.request("read kept", lambda _: _read(path) or (), take, priority=15)

    @Slot(object)
    def _on_tray_changed(self, items: tuple[Kept, ...]) -> None:
        path = self._path
        if path is not None:
            self._session.slow.request(
                f"write kept {path}", lambda _: _write(path, items), _ignore, priority=15, must_run=True
            )


def _read(path: Path) -> tuple[Kept, ...] | None:
    """The stored favourites; None if the file is there and cannot be read."""
    if not path.is_file():
        return ()
    try:
        arrays = read_arrays(path)
        return tuple(
            Kept(z, image) for z, image in zip(arrays["z"].astype(np.float64), arrays["images"], strict=True)
        )
    except (RunError, KeyError, ValueError) as error:
        _log.info("favourites at %s cannot be read: %s", path, error)
        return None


def _write(path: Path, items: tuple[Kept, ...]) -> None:
    if _read(path) is None:  # perhaps another program can read it: it is not ours to replace
        path.replace(path.with_name(f"{path.stem}-unreadable{path.suffix}"))
    if items:
        z, images = np.stack([kept.z for kept in items]), np.stack([kept.image for kept in items])
        write_arrays(path, {"z": z, "images": images})
    else:
        path.unlink(missing_ok=True)


def _ignore(_nothing: None) -> None:
    return

"""``RunFolder``: one run on disk, in JSON, safetensors and NumPy; no pickle, no torch at import.

::

    run.json                     RunInfo: config, data, versions, status, final losses
    history.json                 History: a record an epoch, a mark a change
    snapshots/step-….safetensors weights with their description
    resume.safetensors           everything that continues training exactly
    latents.npz                  encodings of the newest snapshot (optional)
    card.json                    what a shipped model says about itself (optional)

Every file is replaced atomically, so a kill at any moment leaves the last good state.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vae_explorer.data.image_set import ImageSet
from vae_explorer.errors import RunError
from vae_explorer.locations import models_folder
from vae_explorer.runs.config import RunConfig, settled
from vae_explorer.runs.files import (
    read_arrays,
    read_model,
    read_tensors,
    write_arrays,
    write_atomically,
    write_tensors,
)
from vae_explorer.runs.history import History
from vae_explorer.runs.info import FORMAT, FORMAT_VERSION, DataCard, Machine, RunInfo, RunStatus, Summary
from vae_explorer.runs.snapshot import Snapshot
from vae_explorer.runs.snapshot_file import check_same_model, read_snapshot, write_snapshot
from vae_explorer.runs.thinning import steps_to_keep
from vae_explorer.vae.plugins import is_plugin, origin_of

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["ResumeState", "RunFolder", "SnapshotRef"]

_log = logging.getLogger(__name__)

_RUN = "run.json"
_HISTORY = "history.json"
_SNAPSHOTS = "snapshots"
_RESUME = "resume.safetensors"
_LATENTS = "latents.npz"
_SNAPSHOT_NAME = re.compile(r"^step-(\d{1,15})\.safetensors$")


@dataclass(frozen=True)
class SnapshotRef:
    """A snapshot on disk."""

    step: int
    path: Path


@dataclass(frozen=True, eq=False)
class ResumeState:
    """What ``training`` needs to go on exactly; its meaning is training's own."""

    tensors: Mapping[str, Tensor]
    meta: Mapping[str, Any]


class RunFolder:
    """One run on disk. Make it by `create` or `open`.

    Attributes
    ----------
    path
        The folder.
    info
        Content of ``run.json``; replaced by `update`.
    """

    def __init__(self, path: Path, info: RunInfo) -> None:
        self.path = path
        self.info = info

    @classmethod
    def create(cls, path: Path, config: RunConfig, images: ImageSet, *, title: str = "") -> RunFolder:
        """A new run folder at `path`, made if needed.

        Raises
        ------
        RunError
            If `path` holds something already or cannot be written.
        ConfigError
            If `config` cannot be trained on `images`.
        """
        path = Path(path).absolute()
        if path.is_file():
            raise RunError(f"{path} is a file; choose a new folder for the run.")
        if path.is_dir() and any(path.iterdir()):
            raise RunError(f"{path} is not empty; choose a new folder for the run.")
        config = settled(config, images)
        info = RunInfo(
            title=title or path.name,
            config=config,
            plugin=origin_of(config.model.network) if is_plugin(config.model.network) else None,
            data=DataCard.of(images),
        )
        run = cls(path, info)
        run.write_history(History())
        run._write_info()
        return run

    @classmethod
    def open(cls, path: Path) -> RunFolder:
        """The run at `path`, a run folder or its ``run.json``.

        Raises
        ------
        RunError
            If it is no run folder, is damaged, or comes from a newer program.
        """
        path = Path(path).absolute()
        if path.name == _RUN and path.is_file():
            path = path.parent
        if path.is_file():
            raise RunError(f"{path} is a file; choose a run folder.")
        if not path.is_dir():
            raise RunError(f"{path} does not exist; choose a run folder.")
        if not (path / _RUN).is_file():
            raise RunError(f"{path} is not a run folder: it has no {_RUN}.")
        _check_format(path / _RUN)
        return cls(path, read_model(path / _RUN, RunInfo))

    @property
    def name(self) -> str:
        """The folder's own name; names the run in snapshots."""
        return self.path.name

    def update(
        self,
        *,
        status: RunStatus | None = None,
        summary: Summary | None = None,
        title: str | None = None,
        epochs: int | None = None,
        machine: Machine | None = None,
    ) -> None:
        """Change what ``run.json`` says; None leaves a field as it is.

        Raises
        ------
        RunError
            If it cannot be written.
        """
        changes: dict[str, Any] = {"status": status, "summary": summary, "title": title, "machine": machine}
        if epochs is not None:
            changes["config"] = self.info.config.model_copy(update={"epochs": epochs})
        kept = {name: value for name, value in changes.items() if value is not None}
        self.info = self.info.model_copy(update=kept)
        self._write_info()

    def history(self) -> History:
        """All records.

        Raises
        ------
        RunError
            If the file is missing or damaged.
        """
        return read_model(self.path / _HISTORY, History)

    def write_history(self, history: History) -> None:
        """Replace the records."""
        write_atomically(self.path / _HISTORY, history.model_dump_json(indent=1).encode())

    def save_snapshot(self, snapshot: Snapshot, *, half: bool = False) -> SnapshotRef:
        """Keep `snapshot` on disk and thin out older ones (see `steps_to_keep`).

        Parameters
        ----------
        half
            Store float16: half the size, for models that ship. They load as float32.
        """
        path = self.path / _SNAPSHOTS / f"step-{snapshot.step:010d}.safetensors"
        write_snapshot(path, snapshot, half=half)
        refs = self.snapshots()
        keep = steps_to_keep([ref.step for ref in refs])
        for ref in refs:
            if ref.step not in keep:
                with contextlib.suppress(OSError):  # still open elsewhere on Windows: goes next time
                    ref.path.unlink()
        return SnapshotRef(snapshot.step, path)

    def snapshots(self) -> list[SnapshotRef]:
        """All snapshots, oldest first."""
        folder = self.path / _SNAPSHOTS
        files = folder.iterdir() if folder.is_dir() else iter(())
        found = [
            SnapshotRef(int(match[1]), file) for file in files if (match := _SNAPSHOT_NAME.match(file.name))
        ]
        return sorted(found, key=lambda ref: ref.step)

    def load_snapshot(self, step: int | None = None) -> Snapshot:
        """The snapshot of `step`, or the newest that is whole.

        Raises
        ------
        RunError
            If there is none, that step is missing, every candidate is damaged, or the weights are of
            another model than ``run.json`` describes.
        """
        refs = [ref for ref in self.snapshots() if step is None or ref.step == step]
        if not refs:
            what = "no snapshot yet" if step is None else f"no snapshot of step {step:,}"
            raise RunError(f"{self.path} has {what}; there are no weights to load.")
        problem: RunError | None = None
        for ref in reversed(refs):
            try:
                snapshot = read_snapshot(ref.path, self.name)
            except RunError as error:
                _log.warning("%s", error)
                problem = problem or error
            else:
                check_same_model(snapshot, self.info, self.path / _RUN)
                return snapshot
        assert problem is not None
        raise problem

    def drop_snapshots_after(self, step: int) -> None:
        """Delete snapshots newer than `step`: training goes on from there and will make others."""
        for ref in self.snapshots():
            if ref.step > step:
                with contextlib.suppress(OSError):
                    ref.path.unlink()

    def sweep(self) -> None:
        """Delete half-written weights that a kill left behind; only for the holder of the run's lock."""
        left = (*self.path.glob(f".{_RESUME}.*.tmp"), *(self.path / _SNAPSHOTS).glob(".step-*.tmp"))
        for file in left:
            with contextlib.suppress(OSError):
                file.unlink()

    def save_resume_state(self, tensors: Mapping[str, Tensor], meta: Mapping[str, Any]) -> None:
        """Replace what training continues from."""
        write_tensors(self.path / _RESUME, tensors, meta)

    def has_resume_state(self) -> bool:
        """Whether training can go on from here (never for a shipped model)."""
        return (self.path / _RESUME).is_file()

    def load_resume_state(self) -> ResumeState | None:
        """What training continues from; None if the run never trained or is a shipped model.

        Raises
        ------
        RunError
            If the file is damaged.
        """
        if not (self.path / _RESUME).exists():
            return None
        return ResumeState(*read_tensors(self.path / _RESUME))

    def check_trainable(self) -> None:
        """Refuse to train where work that cannot be repeated would be overwritten.

        Raises
        ------
        RunError
            If the model ships with the program, or was trained and holds no state to go on from.
        """
        if self._ships():
            raise RunError(
                f"{self.path} ships with the program and cannot be trained on; train a new run instead."
            )
        if self.has_resume_state():
            return
        if any(ref.step > 0 for ref in self.snapshots()) or self.history().epochs:
            raise RunError(
                f"{self.path} was trained and holds no state to go on from; train a new run instead."
            )

    def has_epochs_left(self, epochs: int) -> bool:
        """Whether training up to `epochs` has anything left to do, be it only the final figures.

        Raises
        ------
        RunError
            If the history is missing or damaged.
        """
        done = len(self.history().epochs)
        was_cut_off = self.info.status != "finished" and self.info.config.epochs == done
        return epochs > done or (epochs == done and was_cut_off)

    def is_writable(self) -> bool:
        """Whether files can be put here: False for shipped models and on read-only media."""
        return not self._ships() and os.access(self.path, os.W_OK)

    def save_latents(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Keep encodings, so that the map shows before anything is computed."""
        write_arrays(self.path / _LATENTS, arrays)

    def load_latents(self) -> dict[str, np.ndarray] | None:
        """Kept encodings; None if there are none.

        Raises
        ------
        RunError
            If the file is damaged.
        """
        return read_arrays(self.path / _LATENTS) if (self.path / _LATENTS).exists() else None

    def _ships(self) -> bool:
        return self.path.resolve().is_relative_to(models_folder().resolve())

    def _write_info(self) -> None:
        write_atomically(self.path / _RUN, self.info.model_dump_json(indent=1).encode())


def _check_format(path: Path) -> None:
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise RunError(f"{path} cannot be read ({error.strerror or error}).") from error
    except ValueError as error:
        raise RunError(f"{path} is damaged: it is not JSON.") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise RunError(f"{path} was not written by vae-explorer; choose a run folder.")
    version = content.get("format_version")
    if isinstance(version, int) and version > FORMAT_VERSION:
        raise RunError(
            f"{path.parent} was written by a newer vae-explorer (format {version}, this program reads "
            f"{FORMAT_VERSION}); update the program."
        )

"""A `Snapshot` as a safetensors file: written with its description, read, and compared with its run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from vae_explorer.errors import RunError
from vae_explorer.runs.files import read_tensors, write_tensors
from vae_explorer.runs.info import FORMAT, FORMAT_VERSION, RunInfo
from vae_explorer.runs.snapshot import Snapshot
from vae_explorer.vae.config import ModelConfig, ObjectiveConfig
from vae_explorer.vae.plugins import PluginOrigin

__all__ = ["check_same_model", "read_snapshot", "write_snapshot"]


def write_snapshot(path: Path, snapshot: Snapshot, *, half: bool = False) -> None:
    """Write weights and description; `half` stores float16.

    Raises
    ------
    RunError
        If the file cannot be written.
    """
    weights = {name: tensor.half() if half else tensor for name, tensor in snapshot.weights.items()}
    write_tensors(path, weights, _describe(snapshot))


def read_snapshot(path: Path, run_name: str) -> Snapshot:
    """The snapshot in the file `path`, as float32.

    Raises
    ------
    RunError
        If it is missing, damaged, or written by another program.
    """
    weights, meta = read_tensors(path)
    try:
        c, h, w = (int(side) for side in meta["image_shape"])
        return Snapshot(
            run_name=run_name,
            step=int(meta["step"]),
            epoch=float(meta["epoch"]),
            model=ModelConfig.model_validate(meta["model"]),
            objective=ObjectiveConfig.model_validate(meta["objective"]),
            image_shape=(c, h, w),
            weights={name: tensor.float() for name, tensor in weights.items()},
            plugin=None if meta.get("plugin") is None else PluginOrigin.model_validate(meta["plugin"]),
        )
    except (KeyError, TypeError, ValueError, ValidationError) as error:
        raise RunError(f"{path} is damaged: its description is incomplete.") from error


def check_same_model(snapshot: Snapshot, info: RunInfo, run_json: Path) -> None:
    """Refuse weights of another model than `info`, the content of the file `run_json`, describes.

    Raises
    ------
    RunError
        If model, objective or image shape differ; β may, as it can change while a run goes on.
    """
    said: dict[str, Any] = info.config.model.model_dump()  # Any: settings of every kind
    found: dict[str, Any] = snapshot.model.model_dump()
    said |= {"objective": info.config.objective.name, "image shape": info.data.image_shape}
    found |= {"objective": snapshot.objective.name, "image shape": snapshot.image_shape}
    for name, value in said.items():
        if found[name] != value:
            raise RunError(
                f"{run_json} and the snapshot of step {snapshot.step:,} disagree: {name} is {value} in one "
                f"and {found[name]} in the other; restore {run_json.name} or choose another run."
            )


def _describe(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "step": snapshot.step,
        "epoch": snapshot.epoch,
        "model": snapshot.model.model_dump(mode="json"),
        "objective": snapshot.objective.model_dump(mode="json"),
        "image_shape": snapshot.image_shape,
        **({} if snapshot.plugin is None else {"plugin": snapshot.plugin.model_dump()}),
    }

"""``memory``: peak memory of training without and with the window, beside bare imports that hold the data."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.measuring import Worker, data_root
from benchmarks.rows import Row, paired
from benchmarks.train_cache import ENVIRONMENT

__all__ = ["run"]

_N_IMAGES, _SIDE = 70_000, 28
_MODEL: dict[str, Any] = {"network": "mlp", "hidden": (400,), "latent_dim": 20}
_LIMIT = 1.3  # times the reference
_ROUNDS = 2  # of fresh processes; figures differ by a few megabytes


def run(name: str, *, quick: bool) -> list[Row]:
    """Rows of ``memory``."""
    rounds = 1 if quick else _ROUNDS
    seconds = 4.0 if quick else 15.0
    with tempfile.TemporaryDirectory(prefix="images-") as folder:
        data = _data(Path(folder))
        alone, holding_alone = _peaks(train_alone, hold_alone, rounds, data, 2)
        beside, holding_beside = _peaks(train_in_window, hold_in_window, rounds, data, seconds)
    what = "MNIST" if "source" in data and data["source"] == "mnist" else "noise like MNIST"
    how = f"peak resident memory of a fresh process; reference: one that only imported {{}} and holds {what}"
    return [
        paired(
            name,
            f"{what}, 784-400-20, two epochs and all losses",
            alone,
            holding_alone,
            "MB",
            better="lower",
            must=_LIMIT * median(holding_alone),
            note=_note(how.format("torch"), alone, holding_alone),
        ),
        paired(
            name,
            f"{what}, 784-400-20, {seconds:g} s in the window",
            beside,
            holding_beside,
            "MB",
            better="lower",
            must=_LIMIT * median(holding_beside),
            note=_note(how.format("torch and Qt's widgets"), beside, holding_beside),
        ),
    ]


def _note(how: str, ours: list[float], theirs: list[float]) -> str:
    return f"{median(ours) / median(theirs):.2f} times the reference (must: {_LIMIT:g} at most); {how}"


def _data(folder: Path) -> dict[str, Any]:
    """A `DataSpec` of MNIST, or of noise of its size where it is absent."""
    root = data_root()
    if root is not None:
        return {"source": "mnist", "data_root": root}
    rng = np.random.default_rng(0)
    np.save(folder / "noise.npy", rng.integers(0, 256, (_N_IMAGES, _SIDE, _SIDE), dtype=np.uint8))
    return {"source": "array", "path": str(folder / "noise.npy")}


def _peaks(
    ours: Callable[..., float], theirs: Callable[[], float], rounds: int, *arguments: object
) -> tuple[list[float], list[float]]:
    """Megabytes of both, each in processes of its own."""
    found: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for series, function, given in ((found[0], ours, arguments), (found[1], theirs, ())):
            with Worker(ENVIRONMENT) as worker:
                series.append(float(worker.call(function, *given)))
    return found


def hold_alone() -> float:
    """Peak of a process that imported torch and holds the data."""
    import torch

    return _peak_holding(torch)


def hold_in_window() -> float:
    """Peak of a process that imported torch and Qt and holds the data."""
    import torch
    from PySide6 import QtCore, QtGui, QtWidgets

    return _peak_holding(torch, QtCore, QtGui, QtWidgets)


def _peak_holding(*_modules: object) -> float:
    data = np.ones((_N_IMAGES, 1, _SIDE, _SIDE), dtype=np.uint8)
    assert data.flags.owndata
    return peak_mb()


def train_alone(data: dict[str, Any], epochs: int) -> float:
    """Peak of a process that trains as the command line does and evaluates every split."""
    from vae_explorer.data.load import load_now
    from vae_explorer.data.spec import DataSpec
    from vae_explorer.runs.config import RunConfig
    from vae_explorer.training.devices import configure_threads
    from vae_explorer.training.events import Finished
    from vae_explorer.training.train import train

    configure_threads(leave_one_free=False)
    images = load_now(DataSpec.model_validate(data))
    *_, last = train(RunConfig.model_validate({"model": _MODEL, "epochs": epochs, "device": "cpu"}), images)
    assert isinstance(last, Finished)
    return peak_mb()


def train_in_window(data: dict[str, Any], seconds: float) -> float:
    """Peak of a process whose window trains for so long, with its map, chart and pictures."""
    from benchmarks.window import close_window, open_window, pump, pump_until, start_training, stop_training
    from vae_explorer.data.spec import DataSpec
    from vae_explorer.runs.config import RunConfig

    window = open_window()
    pump(1.0)
    spec = DataSpec.model_validate(data)
    config = {"data": spec, "model": _MODEL, "epochs": 10_000, "device": "cpu"}
    start_training(window, RunConfig.model_validate(config))
    pump_until(lambda: window.workspace.is_training)
    begin = time.perf_counter()
    pump_until(lambda: time.perf_counter() - begin > seconds, timeout_s=seconds + 60.0)
    stop_training(window)
    close_window(window)
    return peak_mb()


def peak_mb() -> float:
    """The most memory that this process ever had resident, in MB."""
    status = Path("/proc/self/status")
    if status.exists():  # ru_maxrss would count what the parent had before this program was started, too
        lines = dict(line.split(":", 1) for line in status.read_text("utf-8").splitlines() if ":" in line)
        return float(int(lines["VmHWM"].split()[0]) * 1024 / 1e6)
    import resource
    import sys

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)

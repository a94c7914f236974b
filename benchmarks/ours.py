"""The program's side of the training benchmarks: ``train()`` as the command line runs it, inside a worker."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.measuring import data_root
from vae_explorer.cores import openmp_environment

__all__ = ["ENVIRONMENT", "chosen", "end", "execution", "mnist", "noise_set", "start", "train_rate"]

# What `vae-explorer` sets before torch is imported; a number of threads of the caller's is not passed on.
ENVIRONMENT: dict[str, str | None] = {**openmp_environment(trains=True), "OMP_NUM_THREADS": None}

_STATE: dict[str, Any] = {}  # of this worker: the training under way


def mnist() -> Any:
    """The MNIST image set, or noise of its size where MNIST is absent."""
    root = data_root()
    if root is None:
        return noise_set(60_000, (1, 28, 28))
    from pathlib import Path

    from vae_explorer.data.load import load
    from vae_explorer.data.spec import DataSpec

    *_, loaded = load(DataSpec(source="mnist", data_root=Path(root)))
    return loaded.images


def noise_set(n_images: int, shape: tuple[int, int, int], seed: int = 0) -> Any:
    """Smooth random pictures, all for training: (n, C, H, W)."""
    from vae_explorer.data.image_set import ImageSet

    return ImageSet(
        "noise", noise_pixels(n_images, shape, seed), np.zeros(n_images, np.uint8), f"noise-{n_images}"
    )


def noise_pixels(n_images: int, shape: tuple[int, int, int], seed: int = 0) -> NDArray[np.uint8]:
    """uint8, (n, C, H, W)."""
    return np.random.default_rng(seed).integers(0, 256, (n_images, *shape), dtype=np.uint8)


def start(config_json: str, images: str | tuple[int, tuple[int, int, int]], all_threads: bool = True) -> str:
    """Begin a training in this worker; returns how it computes."""
    from vae_explorer.runs.config import RunConfig
    from vae_explorer.training import train as module
    from vae_explorer.training.devices import configure_threads
    from vae_explorer.training.events import Started

    configure_threads(leave_one_free=not all_threads)
    config = RunConfig.model_validate_json(config_json)
    image_set = mnist() if images == "mnist" else noise_set(*images)
    _STATE["n_train"] = int((image_set.split == 0).sum())
    _STATE["epochs"] = config.epochs
    _STATE["events"] = module.train(config, image_set)
    for event in _STATE["events"]:
        if isinstance(event, Started):
            break
    return chosen()


def execution() -> Any:  # Any: Execution; what needs torch is imported inside
    """How the training in this worker computes."""
    return _STATE["events"].gi_frame.f_locals["execution"]


def chosen() -> str:
    """Precision and threads of the training in this worker, in words."""
    way = execution()
    on_cpu = _STATE["events"].gi_frame.f_locals["device"].type == "cpu"
    words = [way.precision, f"{way.n_threads} of {os.cpu_count()} threads" if on_cpu else "CUDA"]
    if way.precision == "bfloat16" and on_cpu and not way.casts:
        words[0] = "bfloat16 inside products"
    if way.captured:
        words.append("steps replayed as graphs")
    if way.memory_format == "channels_last":
        words.insert(1, "channels-last")
    if way.sharing == "batch":
        words.append("each a share of the batch")
    return ", ".join(words)


def end() -> None:
    """End the training in this worker."""
    _STATE.pop("events").close()


def train_rate(seconds: float) -> float:
    """Images a second of the training in this worker over the next `seconds`: everything included that it does."""
    from vae_explorer.training.events import Progressed

    events: Iterator[Any] = _STATE["events"]
    total = _STATE["epochs"] * _STATE["n_train"]
    first = begin = None
    for event in events:
        if not isinstance(event, Progressed):
            continue
        now = time.perf_counter()
        if first is None or begin is None:
            first, begin = event.fraction, now
        elif now - begin > seconds:
            return float((event.fraction - first) * total / (now - begin))
    raise RuntimeError("the training ended before it was measured; give it more epochs")

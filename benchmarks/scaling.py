"""``scaling``: how cost grows with the number of images and points and with the size of a picture."""

from __future__ import annotations

import json
import os
import tempfile
import threading
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks import train_cache
from benchmarks.growth_chart import Curve, Panel, draw, exponent
from benchmarks.machine import describe_machine
from benchmarks.measuring import Worker, alternating, milliseconds
from benchmarks.rows import Row

__all__ = ["run"]

_NUMBERS = (10_000, 100_000, 1_000_000)  # of images and of points
_SIDES = (28, 32, 64, 128, 256)  # pixels
_BUDGET_MB = 256  # for a set of images: the largest has 784 MB
_MODEL: dict[str, Any] = {"network": "mlp", "hidden": (400,), "latent_dim": 20}
_LINEAR = 1.05  # the exponent of linear growth, and what a fit through noisy figures may be off
_NETWORKS = {"residual": {"network": "residual"}, "MLP": {"network": "mlp", "hidden": (400,)}}
_SAMPLE_S = 0.02  # between two looks at a process's memory
_ROWS_AT_ONCE = 50_000


def run(name: str, *, quick: bool) -> list[Row]:
    """Rows of ``scaling``; the picture and its numbers are written beside each other."""
    numbers = tuple(n // 10 for n in _NUMBERS) if quick else _NUMBERS
    epochs, grown_mb = _epochs(numbers, seconds=1.0 if quick else 4.0, rounds=2 if quick else 3)
    with Worker(train_cache.ENVIRONMENT) as worker:
        worker.call(frame_ms, numbers[0], 20)  # fonts and icons are found once in a process
        frames = {n: float(worker.call(frame_ms, n, 20 if quick else 60)) for n in numbers}
    latencies = _latencies(rounds=2 if quick else 5, decodes=5 if quick else 40)
    panels = _panels(numbers, epochs, frames, latencies)
    place = _write(panels)
    return [*_rows(name, panels, place), _memory_row(name, numbers, grown_mb)]


def _rows(name: str, panels: list[Panel], place: Path) -> list[Row]:
    rows = []
    for panel in panels:
        for curve in panel.curves:
            figures = ", ".join(
                f"{words} {value:.3g}" for (_, words), value in zip(panel.x_ticks, curve.values, strict=True)
            )
            case = panel.title if len(panel.curves) == 1 else f"{panel.title}, {curve.name}"
            rows.append(
                Row(
                    name,
                    case,
                    exponent(curve.sizes, curve.values),
                    "exponent",
                    must=_LINEAR,
                    better="lower",
                    statistic="fitted",
                    samples=curve.values,
                    note=f"{panel.y_words}: {figures}; {panel.subtitle}; drawn in {place.name}/scaling.png",
                )
            )
    return rows


def _memory_row(name: str, numbers: tuple[int, ...], grown_mb: dict[int, float]) -> Row:
    figures = ", ".join(f"{n:,} images {grown_mb[n]:,.0f}" for n in numbers)
    return Row(
        name,
        f"memory for training on {numbers[0]:,} to {numbers[-1]:,} images",
        max(grown_mb.values()),
        "MB",
        must=_BUDGET_MB,
        better="lower",
        statistic="most",
        note=(
            f"peak of private memory while loading and training over that before, in MB: {figures}; the sets "
            f"have 784 bytes an image, and beyond the budget of {_BUDGET_MB} MB lie in the memory-mapped cache"
        ),
    )


# --- what is measured -------------------------------------------------------------------------------


def _epochs(
    numbers: tuple[int, ...], *, seconds: float, rounds: int
) -> tuple[dict[int, float], dict[int, float]]:
    """Seconds of an epoch and megabytes that it takes, by the number of images."""
    environment = {**train_cache.ENVIRONMENT, "VAE_EXPLORER_MEMORY_BUDGET_MB": str(_BUDGET_MB)}
    workers = {n: Worker(environment) for n in numbers}
    how: tuple[str, int] | None = None
    try:
        with tempfile.TemporaryDirectory(prefix="images-") as folder:
            for n, worker in workers.items():
                path = Path(folder, f"{n}.npy")
                _write_noise(path, n)
                worker.call(begin, str(path), how)
                how = how or worker.call(train_cache.chosen)
                path.unlink()
        rates = alternating({str(n): _rate_of(worker, seconds) for n, worker in workers.items()}, rounds)
        grown = {n: float(worker.call(grown_by)) for n, worker in workers.items()}
    finally:
        for worker in workers.values():
            worker.__exit__(None, None, None)
    return {n: n / median(rates[str(n)]) for n in numbers}, grown


def _rate_of(worker: Worker, seconds: float) -> Any:
    return lambda: float(worker.call(train_cache.rate, seconds))


def begin(path: str, how: tuple[str, int] | None) -> None:
    """Load a file and begin to train on it, in a worker whose private memory is watched from now on."""
    import torch  # what every process of the program has is no cost of the images

    del torch
    _WATCH.start()
    train_cache.begin(path, _MODEL, how)


def grown_by() -> float:
    """Megabytes of private memory at its peak over what it was at first."""
    return _WATCH.stop()


def frame_ms(n: int, frames: int) -> float:
    """Median milliseconds of a frame of the map with `n` points."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from benchmarks import map_frames

    return map_frames.frame_ms(n, frames)


def _latencies(rounds: int, decodes: int) -> dict[str, dict[int, float]]:
    """Milliseconds to decode one latent, by network and side; all take turns."""
    with Worker(train_cache.ENVIRONMENT) as worker:
        measures = {
            f"{network}/{side}": _latency_of(worker, network, side, decodes)
            for network in _NETWORKS
            for side in _SIDES
        }
        found = alternating(measures, rounds)
    return {network: {side: median(found[f"{network}/{side}"]) for side in _SIDES} for network in _NETWORKS}


def _latency_of(worker: Worker, network: str, side: int, decodes: int) -> Any:
    return lambda: float(worker.call(decode_ms, network, side, decodes))


def decode_ms(network: str, side: int, decodes: int) -> float:
    """Median milliseconds of `Explorer.decode` of one latent, fresh weights, colour pictures."""
    import torch

    torch.set_num_threads(1)  # as beside the window
    explorer = _explorer(network, side)
    latents = np.random.default_rng(0).normal(size=(decodes + 2, 1, explorer.latent_dim))
    taken = [milliseconds(lambda z=z: explorer.decode(z)) for z in latents]
    return median(taken[2:])  # kernels are chosen in the first two


def _explorer(network: str, side: int) -> Any:
    from vae_explorer.latent.explorer import Explorer
    from vae_explorer.runs.snapshot import Snapshot
    from vae_explorer.vae.config import ModelConfig, ObjectiveConfig
    from vae_explorer.vae.model import build_model

    known = _EXPLORERS.get((network, side))
    if known is None:
        shape = (3, side, side)
        model = ModelConfig.model_validate({**_NETWORKS[network], "latent_dim": 10})
        weights = build_model(model, ObjectiveConfig(), shape).state_dict()
        snapshot = Snapshot("fresh", 0, 0.0, model, ObjectiveConfig(), shape, weights)
        known = _EXPLORERS[network, side] = Explorer.from_snapshot(snapshot)
    return known


_EXPLORERS: dict[tuple[str, int], Any] = {}  # of a worker


class _Watch:
    """Looks at this process's private memory every few milliseconds."""

    def __init__(self) -> None:
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._first = self._peak = 0.0

    def start(self) -> None:
        self._first = self._peak = _private_mb()
        self._thread.start()

    def stop(self) -> float:
        self._ended.set()
        self._thread.join()
        return self._peak - self._first

    def _look(self) -> None:
        while not self._ended.wait(_SAMPLE_S):
            self._peak = max(self._peak, _private_mb())


_WATCH = _Watch()


def _private_mb() -> float:
    """Memory that is this process's alone: not the pages of mapped files, which the system may take back."""
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    values = dict(line.split(":", 1) for line in lines if ":" in line)
    return int(values["RssAnon"].split()[0]) * 1024 / 1e6


def _write_noise(path: Path, n: int) -> None:
    rng = np.random.default_rng(0)
    images = np.lib.format.open_memmap(path, mode="w+", dtype=np.uint8, shape=(n, 1, 28, 28))
    for start in range(0, n, _ROWS_AT_ONCE):
        images[start : start + _ROWS_AT_ONCE] = rng.integers(
            0, 256, images[start : start + _ROWS_AT_ONCE].shape, dtype=np.uint8
        )


# --- what is shown ----------------------------------------------------------------------------------


def _panels(
    numbers: tuple[int, ...],
    epochs: dict[int, float],
    frames: dict[int, float],
    latencies: dict[str, dict[int, float]],
) -> list[Panel]:
    ticks = tuple((float(n), f"{n:,}") for n in numbers)
    sizes = tuple(float(n) for n in numbers)
    pixels = tuple(float(side * side) for side in _SIDES)
    return [
        Panel(
            "Training, one epoch",
            "784-400-20, 28×28 grey; extrapolated from a few seconds where longer",
            "images",
            "seconds an epoch",
            (Curve("train()", sizes, tuple(epochs[n] for n in numbers)),),
            ticks,
        ),
        Panel(
            "Map, one pan frame",
            "900×700 px, ten classes",
            "points",
            "milliseconds a frame",
            (Curve("map", sizes, tuple(frames[n] for n in numbers)),),
            ticks,
        ),
        Panel(
            "Decoding one latent",
            "Explorer.decode, colour, as the window asks; exponent over the number of pixels",
            "picture, pixels",
            "milliseconds",
            tuple(
                Curve(network, pixels, tuple(values[side] for side in _SIDES))
                for network, values in latencies.items()
            ),
            tuple((float(side * side), f"{side}²") for side in _SIDES),
        ),
    ]


def _write(panels: list[Panel]) -> Path:
    """``scaling.png`` and ``scaling.json``, where ``python -m benchmarks`` says; their folder."""
    folder = Path(os.environ.get("VAE_EXPLORER_BENCHMARK_OUTPUT", "."))
    draw(panels, folder / "scaling.png")
    series = [
        {
            "title": panel.title,
            "what": panel.subtitle,
            "x": panel.x_words,
            "y": panel.y_words,
            "curves": [
                {
                    "name": curve.name,
                    "sizes": curve.sizes,
                    "values": curve.values,
                    "exponent": exponent(curve.sizes, curve.values),
                }
                for curve in panel.curves
            ],
        }
        for panel in panels
    ]
    text = json.dumps({"machine": describe_machine(), "panels": series}, indent=1, ensure_ascii=False)
    (folder / "scaling.json").write_text(text + "\n", "utf-8")
    return folder.resolve()

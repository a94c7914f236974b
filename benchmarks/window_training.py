"""``gui-stall`` and ``train-gui``: a window that trains: how late it answers, and what it costs the training."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measuring import Worker, alternating, data_root
from benchmarks.rows import Row, paired, percentile
from benchmarks.window import (
    Wanderer,
    close_window,
    open_window,
    pump,
    pump_until,
    start_training,
    stop_training,
)
from vae_explorer.data.spec import DataSpec
from vae_explorer.runs.config import RunConfig
from vae_explorer.vae.config import ModelConfig

TICK_MS = 5.0
TRAIN_AFTER_S = 3.0  # from the window's first picture to the press on Train
LONG = 10_000  # epochs: no training here ends of itself


def run(name: str, *, quick: bool) -> list[Row]:
    """Rows of ``gui-stall`` or ``train-gui``."""
    with tempfile.TemporaryDirectory() as folder:
        configs = {
            "blooms, residual": _blooms_config(),
            f"{'MNIST' if data_root() else 'noise like MNIST'}, 784-400-20": _mnist_config(Path(folder)),
        }
        if name == "gui-stall":
            cases = [(case, config, False) for case, config in configs.items()]
            cases.append(("blooms, residual, mouse over the map", configs["blooms, residual"], True))
            return [row for case in cases for row in _stall_rows(*case, seconds=10.0 if quick else 60.0)]
        return [_rate_row(case, config, quick=quick) for case, config in configs.items()]


def _blooms_config() -> RunConfig:
    return RunConfig(
        data=DataSpec(source="blooms"),
        model=ModelConfig(network="residual", latent_dim=2, likelihood="gaussian", sigma=0.3),
        epochs=LONG,
    )


def _mnist_config(folder: Path) -> RunConfig:
    """MNIST, or where it is not at hand as many grey images of noise."""
    root = data_root()
    if root is not None:
        spec = DataSpec(source="mnist", data_root=Path(root))
    else:
        path = folder / "noise.npy"
        rng = np.random.default_rng(0)
        np.save(path, rng.integers(0, 256, (70_000, 28, 28), dtype=np.uint8))
        spec = DataSpec(source="array", path=path)
    model = ModelConfig(network="mlp", hidden=(400,), latent_dim=20, likelihood="bernoulli")
    return RunConfig(data=spec, model=model, epochs=LONG)


# --- gui-stall --------------------------------------------------------------------------------------


def _stall_rows(case: str, config: RunConfig, mouse: bool, *, seconds: float) -> list[Row]:
    with Worker() as worker:
        found = worker.call(measure_lags, config, mouse, seconds)
    lags: list[float] = found.pop("lags")
    note = (
        "each due time of the 5 ms timer counts, also those that a stall swallowed; torch's import included"
    )
    extra = {**found, "p50": percentile(lags, 0.5), "p95": percentile(lags, 0.95)}
    return [
        Row(
            "gui-stall", case, percentile(lags, 0.99), "ms", must=16.0, aim=8.0, better="lower",
            statistic="p99", note=note, extra=extra,
        ),
        Row(
            "gui-stall", case, max(lags), "ms", must=60.0, aim=33.0, better="lower", statistic="max", extra=extra
        ),
    ]  # fmt: skip


def measure_lags(config: RunConfig, mouse: bool, seconds: float) -> dict[str, Any]:
    """How late a 5 ms timer was in a window that opens, trains `config` and goes on for `seconds`."""
    window = open_window()
    session = window.session
    watch = Lags()
    wanderer = Wanderer(window)
    watch.start()
    if mouse:
        wanderer.start()
    pump(TRAIN_AFTER_S)
    window.show_map()
    start_training(window, config)
    pressed = len(watch.ticks)
    refreshes: list[float] = []
    points: list[int] = []

    def count(encodings: object) -> None:
        if encodings is not None and window.workspace.is_training:
            refreshes.append(time.perf_counter())
            points.append(len(encodings))  # type: ignore[arg-type]  # Encodings

    session.encodings_changed.connect(count)
    pump(seconds - TRAIN_AFTER_S)
    watch.stop()
    wanderer.stop()
    rate = _images_per_s(window, 0.0)
    stop_training(window)
    close_window(window)
    return {
        "lags": watch.lags(),
        "after": [round(percentile(watch.lags(pressed), q), 1) for q in (0.5, 0.95, 0.99, 1.0)],
        "worst_at": watch.worst(),
        "refresh_s": float(np.median(np.diff(refreshes))) if len(refreshes) > 1 else None,
        "points": points[-1] if points else 0,
        "images_per_s": rate,
        "moves": wanderer.moves,
    }


class Lags:
    """When a precise timer of 5 ms was served."""

    def __init__(self) -> None:
        from PySide6.QtCore import QObject, Qt, QTimer

        self._owner = QObject()
        self._timer = QTimer(self._owner)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(round(TICK_MS))
        self._timer.timeout.connect(self._tick)
        self.ticks: list[float] = []

    def start(self) -> None:
        self.ticks = [1000.0 * time.perf_counter()]
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def _tick(self) -> None:
        self.ticks.append(1000.0 * time.perf_counter())

    def lags(self, first: int = 0, last: int | None = None) -> list[float]:
        """Lateness in ms of every due time: 5 ms after a tick, and each 5 ms on until the next came."""
        ticks = self.ticks[first:last]
        late: list[float] = []
        for before, now in pairwise(ticks):
            lag = now - before - TICK_MS
            late.append(max(0.0, lag))
            while (lag := lag - TICK_MS) > 0.0:
                late.append(lag)
        return late

    def worst(self, number: int = 8) -> list[tuple[float, float]]:
        """(seconds since the start, lag in ms) of the worst."""
        gaps = np.diff(self.ticks) - TICK_MS
        return [
            (round((self.ticks[k] - self.ticks[0]) / 1000.0, 2), round(float(gaps[k]), 1))
            for k in np.argsort(-gaps)[:number]
        ]


# --- train-gui --------------------------------------------------------------------------------------


def _rate_row(case: str, config: RunConfig, *, quick: bool) -> Row:
    seconds, rounds = (2.0, 2) if quick else (2.5, 15)  # short turns, see `train_mlp`
    with Worker() as beside, Worker() as alone:
        beside.call(begin_in_window, config)
        alone.call(begin_headless, config)
        found = alternating(
            {
                "window": lambda: beside.call(rate_in_window, seconds),
                "headless": lambda: alone.call(rate_headless, seconds),
            },
            rounds,
        )
        points, interval = beside.call(map_in_window)
        beside.call(end_in_window)
        alone.call(end_headless)
    return paired(
        "train-gui",
        case,
        found["window"],
        found["headless"],
        "images/s",
        better="higher",
        must_ratio=0.85,
        aim_ratio=0.95,
        note=f"the map showed {points:,} points, new every {interval:.2f} s; reference: train() as the command runs it",
        extra={"points": points, "refresh_s": interval},
    )


_open: dict[str, Any] = {}  # what a worker keeps between calls


def begin_in_window(config: RunConfig) -> None:
    """Open the window, train, and pause once the map moves."""
    window = open_window()
    _open["window"] = window
    _open["points"], _open["times"] = [], []

    def count(encodings: object) -> None:
        if encodings is not None and window.workspace.is_training:
            _open["points"].append(len(encodings))  # type: ignore[arg-type]  # Encodings
            _open["times"].append(time.perf_counter())

    window.session.encodings_changed.connect(count)
    pump_until(lambda: window.session.explorer is not None)
    window.show_map()
    start_training(window, config)
    pump_until(lambda: len(_open["points"]) >= 3)
    pump(2.0)
    window.workspace.desk.pause()
    pump(0.5)


def rate_in_window(seconds: float) -> float:
    """Images a second that the window's training does in `seconds`."""
    window = _open["window"]
    window.workspace.desk.resume()
    pump(1.0)
    rate = _images_per_s(window, seconds)
    window.workspace.desk.pause()
    pump(0.3)
    return rate


def map_in_window() -> tuple[int, float]:
    """Points on the map, and seconds from one refresh to the next (median)."""
    gaps = np.diff(_open["times"])
    return _open["points"][-1], float(np.median(gaps[gaps < 5.0]))  # longer ones are pauses


def end_in_window() -> None:
    window = _open.pop("window")
    window.workspace.desk.resume()
    stop_training(window)
    close_window(window)


def begin_headless(config: RunConfig) -> None:
    """Train as the command does, for a moment."""
    from vae_explorer.cli.environment import prepare_environment

    prepare_environment()
    from vae_explorer.data.load import load_now
    from vae_explorer.runs.folder import RunFolder
    from vae_explorer.runs.naming import new_run_path
    from vae_explorer.training.devices import configure_threads
    from vae_explorer.training.train import train

    configure_threads(leave_one_free=False)
    images = load_now(config.data)
    run = RunFolder.create(new_run_path(config), config, images)
    _open["events"] = train(config, images, run)
    _open["batch"] = config.batch_size
    _images_of(_open["events"], 2.0)


def end_headless() -> None:
    _open.pop("events").close()


def rate_headless(seconds: float) -> float:
    """Images a second that the command's training does in `seconds`."""
    _images_of(_open["events"], 1.0)
    return _images_of(_open["events"], seconds)


def _images_of(events: Iterator[object], seconds: float) -> float:
    from vae_explorer.training.events import Progressed

    first: tuple[float, int] | None = None
    for event in events:
        if isinstance(event, Progressed):
            now = time.perf_counter()
            if first is None:
                first = (now, event.step)
            elif now - first[0] >= seconds:
                return float((event.step - first[1]) * _open["batch"] / (now - first[0]))
    raise RuntimeError("the training ended")


def _images_per_s(window: Any, seconds: float) -> float:  # Any: MainWindow
    """Images a second over `seconds` of the event loop, by the steps that progress tells; 0 s: its own figure."""
    from vae_explorer.training.events import Progressed

    seen: list[tuple[float, int, float]] = []

    def note(event: object) -> None:
        if isinstance(event, Progressed):
            seen.append((time.perf_counter(), event.step, event.images_per_s))

    window.session.training_event.connect(note)
    try:
        pump_until(lambda: bool(seen))
        if seconds == 0.0:
            return seen[-1][2]
        begin = seen[-1]
        pump(seconds)
        end = seen[-1]
    finally:
        window.session.training_event.disconnect(note)
    batch = window.workspace.run.info.config.batch_size
    return float((end[1] - begin[1]) * batch / (end[0] - begin[0]))

"""``decode-latency``: from a mouse move on the map to the decoded pixels painted, idle and while training."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import ours
from benchmarks.measuring import Worker
from benchmarks.rows import Row, percentile
from benchmarks.window import (
    Wanderer,
    close_window,
    open_window,
    pump,
    pump_until,
    start_training,
    stop_training,
)

__all__ = ["run"]

SIDES = (32, 64)
EVERY_S = 1 / 60  # a move at most so often
MUST_MS, AIM_MS = {"idle": 16.0, "training": 33.0}, {"idle": 8.0, "training": 16.0}


def run(name: str, *, quick: bool) -> list[Row]:
    """Two rows a size of the residual net: nothing else going on, and the same net training beside."""
    rows = []
    for side in SIDES:
        with Worker(ours.ENVIRONMENT) as worker:
            found: dict[str, list[float]] = worker.call(latencies, side, 40 if quick else 300)
        rows += [
            Row(
                name,
                f"residual, {side} × {side} colour, {state}",
                percentile(samples, 0.95),
                "ms",
                must=MUST_MS[state],
                aim=AIM_MS[state],
                better="lower",
                statistic="p95",
                samples=tuple(samples),
                note=f"median {statistics.median(samples):.1f} ms; each move waits for the picture of the one before",
            )
            for state, samples in found.items()
        ]
    return rows


def latencies(side: int, n_moves: int) -> dict[str, list[float]]:
    """Milliseconds of `n_moves` moves in a real window of this process, idle and training."""
    from vae_explorer.data.load import load
    from vae_explorer.data.spec import DataSpec
    from vae_explorer.runs.config import RunConfig
    from vae_explorer.runs.folder import RunFolder
    from vae_explorer.training.events import Progressed
    from vae_explorer.training.train import train
    from vae_explorer.vae.config import ModelConfig

    spec = DataSpec(source="blooms", n_images=2000, width=side, height=side)
    model = ModelConfig(network="residual", latent_dim=2, likelihood="gaussian", sigma=0.3)
    config = RunConfig(data=spec, model=model, epochs=10_000)
    *_, loaded = load(spec)
    with tempfile.TemporaryDirectory() as folder:
        run_folder = RunFolder.create(Path(folder, "run"), config, loaded.images)
        events = train(config, loaded.images, run_folder)
        next(event for event in events if isinstance(event, Progressed))
        events.close()  # type: ignore[attr-defined]  # a generator; closing saves
        window = open_window(str(run_folder.path))
        pump_until(lambda: window.session.decoded is not None)
        pump(2.0)
        found = {"idle": _series(window, n_moves)}
        start_training(window, config)
        pump_until(lambda: window.workspace.is_training)
        pump(3.0)
        found["training"] = _series(window, n_moves)
        stop_training(window)
        close_window(window)
    return found


def _series(window: Any, n_moves: int) -> list[float]:
    from PySide6.QtCore import QEvent, QObject
    from PySide6.QtWidgets import QApplication

    class Painted(QObject):
        """Notes when the picture that `session` decoded last is painted."""

        def __init__(self) -> None:
            super().__init__()
            self.fresh = False
            self.at: float | None = None

        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and self.fresh:
                self.at = time.perf_counter()
            return False

    watch = Painted()
    picture = window.panels.decoded.image
    picture.installEventFilter(watch)

    def note(_image: object) -> None:
        watch.fresh = True

    window.session.decoded_changed.connect(note)
    wanderer = Wanderer(window)
    samples = []
    for _ in range(n_moves):
        watch.fresh, watch.at = False, None
        begin = time.perf_counter()
        wanderer.move()
        while watch.at is None and time.perf_counter() - begin < 1.0:
            QApplication.processEvents()
            time.sleep(0.0002)
        samples.append(1000.0 * ((watch.at or time.perf_counter()) - begin))
        pump(max(0.001, EVERY_S - (time.perf_counter() - begin)))
    window.session.decoded_changed.disconnect(note)
    picture.removeEventFilter(watch)
    return [float(sample) for sample in np.asarray(samples)]

"""Milliseconds a frame of the map while panning and while points move, beside pyqtgraph's scatter plot, in one run.

``python -m benchmarks.map_points [points …]`` (default: 10000 60000 1000000): prints one line a number and
action. *pan* moves the view by a pixel; *move* gives every point a newer place, as each second of a training
does. Both paint 900 × 700 pixels, and the best of several frames counts. The reference draws the same points
with ``ScatterPlotItem``, one brush a class; it is left out above 60,000 points, where a frame takes it seconds.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtWidgets import QApplication

from vae_explorer.ui.theme import class_colours, theme_manager
from vae_explorer.ui.widgets.map.canvas import Layer, MapCanvas
from vae_explorer.ui.widgets.map.point_colours import by_category
from vae_explorer.ui.widgets.map.projection import Projected

WIDTH, HEIGHT = 900, 700  # logical px
N_CLASSES = 10
FRAMES = 9
REFERENCE_MAX = 60_000  # points


def main() -> None:
    """Measure all numbers of points."""
    app = QApplication.instance() or QApplication([])
    theme_manager().apply()
    print(f"{'points':>10}{'':>6}{'map':>10}{'pyqtgraph':>12}{'ratio':>8}   (ms a frame, {WIDTH} × {HEIGHT})")
    for n in [int(text) for text in sys.argv[1:]] or [10_000, 60_000, 1_000_000]:
        rng = np.random.default_rng(0)
        label = rng.integers(0, N_CLASSES, n)
        xy = (rng.normal(size=(N_CLASSES, 2))[label] + 0.4 * rng.normal(size=(n, 2))).astype(np.float32)
        ours = map_frames(xy, label)
        theirs = scatter_frames(xy, label) if n <= REFERENCE_MAX else {}
        for action, frame in ours.items():
            ours_ms = best_ms(frame)
            theirs_ms = best_ms(theirs[action]) if action in theirs else float("nan")
            print(f"{n:10,}{action:>6}{ours_ms:10.1f}{theirs_ms:12.1f}{theirs_ms / ours_ms:8.1f}")
    del app


def best_ms(frame: Callable[[], None]) -> float:
    """The fastest of several frames: others on the machine only ever slow down."""
    times = []
    for _ in range(FRAMES):
        begin = time.perf_counter()
        frame()
        times.append(1000.0 * (time.perf_counter() - begin))
    return min(times)


def map_frames(xy: NDArray[np.float32], label: NDArray[np.int64]) -> dict[str, Callable[[], None]]:
    """The program's map without its tapestry."""
    canvas = MapCanvas()
    canvas.resize(WIDTH, HEIGHT)
    canvas.set_layer(Layer.TAPESTRY, False)
    canvas.set_points(Projected(xy))
    names = [str(k) for k in range(N_CLASSES)]
    canvas.set_colouring(by_category(label, names, class_colours(N_CLASSES), (128, 128, 128)))
    canvas.fit()

    def pan() -> None:
        canvas.set_viewport(canvas.viewport.panned(1.0, 0.0))
        canvas.grab()

    def move() -> None:
        canvas.set_points(Projected(canvas.projected.xy + np.float32(0.001)))
        canvas.grab()

    return {"pan": pan, "move": move}


def scatter_frames(xy: NDArray[np.float32], label: NDArray[np.int64]) -> dict[str, Callable[[], None]]:
    """pyqtgraph's scatter plot."""
    plot = pg.PlotWidget()
    plot.resize(WIDTH, HEIGHT)
    brushes = [pg.mkBrush(*(int(c) for c in colour)) for colour in class_colours(N_CLASSES)]
    chosen = np.array(brushes, dtype=object)[label]
    item = pg.ScatterPlotItem(xy[:, 0], xy[:, 1], size=4, pen=None, brush=chosen)
    plot.addItem(item)

    def pan() -> None:
        plot.getViewBox().translateBy(x=0.01)
        plot.grab()

    def move() -> None:
        item.setData(x=xy[:, 0] + 0.001, y=xy[:, 1], size=4, pen=None, brush=chosen)
        plot.grab()

    return {"pan": pan, "move": move}


if __name__ == "__main__":
    main()

"""A frame of the map while it is panned and zoomed, and after its points moved, beside pyqtgraph's scatter plot.

Both sides show the same points in the same colours and sizes on the same 900 × 700 pixels, in shown windows of
Qt's offscreen platform, and a frame is one changed view and one `grab()`. The reference is
`ScatterPlotItem` with its brushes prepared and its axes hidden, so that it paints nothing but points.
"""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable
from functools import partial

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtWidgets import QApplication

from benchmarks.measuring import alternating, milliseconds
from benchmarks.rows import Row, percentile
from vae_explorer.latent.encodings import Encodings
from vae_explorer.ui.panels.latent_map import LatentMapPanel
from vae_explorer.ui.session import Session
from vae_explorer.ui.theme import class_colours, theme_manager
from vae_explorer.ui.widgets.map.canvas import MapCanvas
from vae_explorer.ui.widgets.map.layer import Layer
from vae_explorer.ui.widgets.map.point_colours import by_category
from vae_explorer.ui.widgets.map.projection import Projected

__all__ = ["frame_ms", "run"]

WIDTH, HEIGHT = 900, 700  # logical px
N_CLASSES = 10
PAN_PX = 7.0  # a frame; there and back again
ZOOM_STEP = 1.03
SWING = 8  # frames in one direction before they turn back
BURST = 4  # frames of the map beside one of the reference, which takes many times longer
UPDATE_POINTS = 70_000
SETTLE_ROUNDS = 2  # that do not count
MUST_MS = 33.0
FRAME_WORDS = (
    "900 × 700 px, shown window, grab(); reference: ScatterPlotItem, prepared brushes, same size of points"
)


class Swing:
    """Steps forth and back again."""

    def __init__(self) -> None:
        self._frame = 0

    def forth(self) -> bool:
        """Whether the next step goes forth."""
        self._frame += 1
        return (self._frame - 1) % (2 * SWING) < SWING


class OurMap:
    """The program's map with its points alone: no tapestry under them."""

    def __init__(self, xy: NDArray[np.float32], label: NDArray[np.int64]) -> None:
        self.xy = xy
        self._step = np.float32(0.001)
        self._pan, self._zoom = Swing(), Swing()
        self.canvas = MapCanvas()
        self.canvas.resize(WIDTH, HEIGHT)
        self.canvas.set_layer(Layer.TAPESTRY, False)
        self.canvas.set_points(Projected(xy))
        names = [str(k) for k in range(N_CLASSES)]
        self.canvas.set_colouring(by_category(label, names, class_colours(N_CLASSES), (128, 128, 128)))
        self.canvas.show()
        application().processEvents()
        self.canvas.fit()
        self.canvas.grab()

    @property
    def point_px(self) -> float:
        """Width of a point."""
        return 2.0 * self.canvas.points.radius_px(self.canvas.viewport)

    def pan(self) -> None:
        sign = 1.0 if self._pan.forth() else -1.0
        self.canvas.set_viewport(self.canvas.viewport.panned(sign * PAN_PX, 0.0))
        self.canvas.grab()

    def zoom(self) -> None:
        self.canvas.zoom(ZOOM_STEP if self._zoom.forth() else 1.0 / ZOOM_STEP, (0.4 * WIDTH, 0.6 * HEIGHT))
        self.canvas.grab()

    def replace(self) -> None:
        """Every point at another place, as a refresh brings them: the box of the cloud, the size of a point."""
        self._step = -self._step
        self.canvas.set_points(Projected(self.xy + self._step))
        self.canvas.grab()


class Scatter:
    """pyqtgraph's scatter plot of the same points in the same part of the plane."""

    def __init__(self, ours: OurMap, label: NDArray[np.int64]) -> None:
        self._xy = ours.xy
        self._step = 0.001
        self._pan, self._zoom = Swing(), Swing()
        brushes = [pg.mkBrush(*(int(c) for c in colour)) for colour in class_colours(N_CLASSES)]
        self._looks = {
            "size": max(1.0, ours.point_px),
            "pen": None,
            "brush": np.array(brushes, dtype=object)[label],
        }
        self.plot = pg.PlotWidget()
        self.plot.resize(WIDTH, HEIGHT)
        for axis in ("left", "bottom"):
            self.plot.hideAxis(axis)
        self._item = pg.ScatterPlotItem(self._xy[:, 0], self._xy[:, 1], **self._looks)
        self.plot.addItem(self._item)
        x0, y0, x1, y1 = ours.canvas.viewport.box
        self.plot.setRange(xRange=(x0, x1), yRange=(y0, y1), padding=0.0)
        self._unit_px = ours.canvas.viewport.scale
        self.plot.show()
        application().processEvents()
        self.plot.grab()

    def pan(self) -> None:
        sign = 1.0 if self._pan.forth() else -1.0
        self.plot.getViewBox().translateBy(x=sign * PAN_PX / self._unit_px)
        self.plot.grab()

    def zoom(self) -> None:
        factor = 1.0 / ZOOM_STEP if self._zoom.forth() else ZOOM_STEP
        self.plot.getViewBox().scaleBy((factor, factor))
        self.plot.grab()

    def replace(self) -> None:
        self._step = -self._step
        moved = self._xy + np.float32(self._step)
        self._item.setData(x=moved[:, 0], y=moved[:, 1], **self._looks)
        self.plot.grab()


class OurRefresh:
    """The whole latent map panel when a training's newer encodings arrive."""

    def __init__(self, xy: NDArray[np.float32], label: NDArray[np.int64]) -> None:
        n = len(xy)
        self._rng = np.random.default_rng(1)
        self._xy, self._label = xy, label
        self._step = 1
        self._losses = self._rng.gamma(9.0, 10.0, (2, n)).astype(np.float32)
        self.session = Session()
        self.panel = LatentMapPanel(self.session)
        self.panel.resize(WIDTH, HEIGHT)
        self.panel.show()
        application().processEvents()
        self.session.replace_model("benchmark", 2)
        self._split = np.zeros(n, dtype=np.uint8)
        self._index = np.arange(n)
        for _ in range(3):
            self.replace()
        application().processEvents()

    def replace(self) -> None:
        """What happens in the window's thread, up to the first painted frame of the points' way."""
        self._step += 1
        moved = self._xy + np.float32(0.001 * (self._step % 2))
        encodings = Encodings(
            self._index, moved, np.full_like(moved, -3.0), self._losses[0], self._losses[1],
            np.ones(2, dtype=np.float32), self._step, self._label, self._split,
            tuple(str(k) for k in range(N_CLASSES)),
        )  # fmt: skip
        self.session.set_encodings(encodings)
        self.panel.view.grab()

    def close(self) -> None:
        self.panel.close()
        self.session.shut_down()


def run(name: str, *, quick: bool = False) -> list[Row]:
    """Rows of ``map-points`` or ``map-update``."""
    application()
    return _update_rows(quick=quick) if name == "map-update" else _frame_rows(quick=quick)


def frame_ms(n: int, frames: int) -> float:
    """Median milliseconds of a pan frame of the map with `n` points."""
    application()
    ours = OurMap(*cloud(n))
    for _ in range(SETTLE_ROUNDS):
        ours.pan()
    return statistics.median(milliseconds(ours.pan) for _ in range(frames))


def cloud(n: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """`n` points of ten overlapping clusters, (n, 2), and their classes, (n,)."""
    rng = np.random.default_rng(0)
    label = rng.integers(0, N_CLASSES, n)
    xy = rng.normal(size=(N_CLASSES, 2))[label] + 0.4 * rng.normal(size=(n, 2))
    return xy.astype(np.float32), label


def application() -> QApplication:
    """The one application, in the program's theme."""
    found = QApplication.instance()
    if isinstance(found, QApplication):
        return found
    app = QApplication([])
    theme_manager().apply()
    _KEPT.append(app)
    return app


_KEPT: list[QApplication] = []  # for as long as the process lives


def _frame_rows(*, quick: bool) -> list[Row]:
    rows = []
    for n in (10_000, 70_000, 1_000_000):
        xy, label = cloud(n)
        ours = OurMap(xy, label)
        theirs = Scatter(ours, label)
        rounds = (4 if quick else 25) if n >= 1_000_000 else (8 if quick else 50)
        for action in ("pan", "zoom"):
            limits = {"must": MUST_MS, "must_ratio": 15.0} if n == 1_000_000 else {}
            case = f"{n:,} points, {action}"
            rows.append(
                _row("map-points", case, getattr(ours, action), getattr(theirs, action), rounds, **limits)
            )
        theirs.plot.close()
        ours.canvas.close()
    n = 200_000 if quick else 5_000_000
    ours = OurMap(*cloud(n))
    for action in ("pan", "zoom"):
        case = f"{n:,} points, {action}"
        rows.append(_row("map-points", case, getattr(ours, action), None, 3 if quick else 20, aim=MUST_MS))
    ours.canvas.close()
    return rows


def _update_rows(*, quick: bool) -> list[Row]:
    xy, label = cloud(UPDATE_POINTS)
    ours, refresh = OurMap(xy, label), OurRefresh(xy, label)
    theirs = Scatter(ours, label)
    rounds = 6 if quick else 40
    row = partial(_row, "map-update", rounds=rounds)
    rows = [
        row(
            f"{UPDATE_POINTS:,} points: positions and frame",
            ours.replace,
            theirs.replace,
            must_ratio=50.0,
            note="each side: every position and one frame; the map keeps its colours, setData takes its prepared "
            "brushes again, as it must",
        ),
        row(
            f"{UPDATE_POINTS:,} points: refresh of the panel",
            refresh.replace,
            theirs.replace,
            note="ours: all that newer encodings cause in the window's thread (projection, colours by class, "
            "legend, hints, view), and the first frame of the points' glide",
        ),
    ]
    refresh.close()
    theirs.plot.close()
    ours.canvas.close()
    return rows


def _row(
    name: str,
    case: str,
    ours: Callable[[], None],
    theirs: Callable[[], None] | None,
    rounds: int,
    *,
    note: str = FRAME_WORDS,
    must: float | None = None,
    must_ratio: float | None = None,
    aim: float | None = None,
) -> Row:
    """p95 of all frames of the map; the ratio is of medians, round by round."""
    frames: list[float] = []

    def burst() -> float:
        times = [milliseconds(ours) for _ in range(BURST)]
        frames.extend(times)
        return statistics.median(times)

    measures: dict[str, Callable[[], float]] = {"ours": burst}
    if theirs is not None:
        measures["theirs"] = partial(milliseconds, theirs)
    alternating(measures, SETTLE_ROUNDS)
    frames.clear()
    found = alternating(measures, rounds)
    reference = found.get("theirs", [])
    median = statistics.median(frames)
    return Row(
        name,
        case,
        percentile(frames, 0.95),
        "ms",
        reference=statistics.median(reference) if reference else None,
        ratio=statistics.median([b / a for a, b in zip(found["ours"], reference, strict=True)])
        if reference
        else None,
        must=must,
        must_ratio=must_ratio,
        aim=aim,
        better="lower",
        statistic="p95",
        samples=tuple(frames),
        reference_samples=tuple(reference),
        note=f"median {median:.1f} ms; {note}" if reference else f"median {median:.1f} ms; no reference",
        extra={"median_ms": median},
    )

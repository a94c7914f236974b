"""How long the map takes to fill with 32 × 32 decoded tiles: from asking to the last tile painted.

The latent map's panel with its session, feeder and threads, as the window has them, shows a shipped model and its
points in a view of exactly 32 × 32 tiles. Each time all tiles are forgotten, as when the person turns the
plane, and everything comes anew: the first impression of coarser tiles, then all.
"""

from __future__ import annotations

import os
import statistics
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from benchmarks.rows import Row
from vae_explorer.latent.encodings import Encodings
from vae_explorer.locations import models_folder
from vae_explorer.runs.folder import RunFolder
from vae_explorer.ui.panels.latent_map import LatentMapPanel
from vae_explorer.ui.session import Session
from vae_explorer.ui.theme import theme_manager
from vae_explorer.ui.widgets.map.tapestry_grid import LEVEL_FACTOR, MIN_TILE_PX
from vae_explorer.ui.widgets.map.viewport import Viewport

__all__ = ["Filling", "run"]

SIDE_TILES = 32
SIDE_PX = round(SIDE_TILES * MIN_TILE_PX) - 2  # a pixel less at each side: the next tiles are not in view
TILE_UNITS = LEVEL_FACTOR**-4  # a tile's width on the plane: 32 of them are about ±3σ of the prior
ROUNDS, QUICK_ROUNDS = 15, 3
TIMEOUT_S = 60.0
MODELS = {
    "blooms-2d": "shipped blooms-2d: residual decoder of width 16, 32 × 32 colour",
    "mnist-2d": "shipped mnist-2d: residual decoder of width 16, 28 × 28 grey",
}


class Filling:
    """The panel with one model in a view of 32 × 32 tiles."""

    def __init__(self, folder: Path) -> None:
        from vae_explorer.latent.explorer import Explorer

        run = RunFolder.open(folder)
        self.session = Session()
        self.panel = LatentMapPanel(self.session)
        self.view = self.panel.view
        self.panel.resize(SIDE_PX, SIDE_PX)
        self.panel.show()
        QApplication.processEvents()
        self.session.replace_model(run.name, run.info.config.model.latent_dim)
        arrays = run.load_latents()
        self.session.set_encodings(Encodings.from_arrays(arrays) if arrays is not None else None)
        self.session.set_explorer(Explorer.from_snapshot(run.load_snapshot()))
        self.view.set_viewport(Viewport(0.0, 0.0, MIN_TILE_PX / TILE_UNITS, SIDE_PX, SIDE_PX))
        self._wait()

    @property
    def n_tiles(self) -> int:
        """Tiles in view, at the level that the view wants."""
        grid = self.view.tapestry.grid
        return grid.n_tiles * len(grid.visible(self.view.viewport, grid.level(self.view.viewport)))

    def fill(self) -> tuple[float, float]:
        """Forget all tiles; milliseconds until the first of them and until all are painted."""
        layer = self.view.tapestry
        layer.reset(layer.grid)
        self.view.repaint()
        begin = time.perf_counter()
        self.panel.tapestry.pump()
        while layer.is_empty:
            _next_events()
        self.view.repaint()
        first = time.perf_counter()
        self._wait()
        self.view.repaint()
        end = time.perf_counter()
        return 1000.0 * (first - begin), 1000.0 * (end - begin)

    def close(self) -> None:
        self.panel.close()
        self.session.shut_down()

    def _wait(self) -> None:
        end = time.perf_counter() + TIMEOUT_S
        while self.view.tapestry.wanted(self.view.viewport):
            _next_events()
            if time.perf_counter() > end:
                raise TimeoutError(f"the tapestry was not complete within {TIMEOUT_S:g} s")


def run(name: str, *, quick: bool = False) -> list[Row]:
    """Rows of ``tapestry``."""
    app = QApplication.instance() or QApplication([])
    theme_manager().apply()
    rows = [_row(name, model, QUICK_ROUNDS if quick else ROUNDS) for model in MODELS]
    del app
    return rows


def _row(name: str, model: str, rounds: int) -> Row:
    import torch

    filling = Filling(models_folder() / model)
    try:
        assert filling.n_tiles == SIDE_TILES**2, filling.n_tiles
        filling.fill()
        times = [filling.fill() for _ in range(rounds)]
    finally:
        filling.close()
    first = statistics.median(begun for begun, _ in times)
    totals = tuple(total for _, total in times)
    asked = {"must": 250.0, "aim": 120.0} if model == "blooms-2d" else {}
    return Row(
        name,
        f"{SIDE_TILES} × {SIDE_TILES} tiles, {model}",
        statistics.median(totals),
        "ms",
        better="lower",
        samples=totals,
        note=f"{MODELS[model]}; first tiles after {first:.0f} ms; the window's environment, "
        f"{torch.get_num_threads()} OpenMP thread{'s' if torch.get_num_threads() != 1 else ''} by default",
        extra={"first_ms": first},
        **asked,
    )


def _next_events() -> None:
    QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)

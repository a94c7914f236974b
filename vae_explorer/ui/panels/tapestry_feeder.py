"""``TapestryFeeder``: decodes the tapestry's blocks off the GUI thread, a few at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Slot

from vae_explorer.latent.plane import Plane
from vae_explorer.ui.session import Session
from vae_explorer.ui.widgets.map.canvas import Layer
from vae_explorer.ui.widgets.map.map_view import MapView
from vae_explorer.ui.widgets.map.tapestry_grid import Block, TapestryGrid

if TYPE_CHECKING:
    from vae_explorer.latent.explorer import Explorer

__all__ = ["TapestryFeeder"]

BATCH_MS = 45.0  # aimed at: other slow work and a moving view come in between
FIRST_BATCH_TILES, MAX_BATCH_TILES = 64, 512
REST_FACTOR = 4.0  # while weights change, rest four times as long as decoding took: at most a fifth of a core
_CHANNEL, _PRIORITY = "tapestry", 5

Answer = tuple[list[tuple[Block, NDArray[np.uint8]]], int, float]


class TapestryFeeder(QObject):
    """Keeps the tapestry of `view` up with the session's model, plane and with what is in view.

    What is being decoded when the view moves is kept, not thrown away: it is a small batch, and panning back
    finds it. Newer weights wait until the view is complete and a rest is over.
    """

    def __init__(self, session: Session, view: MapView) -> None:
        super().__init__(view)
        self._session = session
        self._view = view
        self._explorer: Explorer | None = None  # of the generation being decoded
        self._plane: Plane | None = None
        self._busy = False
        self._batch_tiles = FIRST_BATCH_TILES
        self._spent_ms = 0.0  # on this generation
        self._newer_waits = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.timeout.connect(self._on_rest_timeout)
        session.explorer_changed.connect(self._on_session_explorer_changed)
        session.plane_changed.connect(self._on_session_plane_changed)
        session.model_replaced.connect(self._on_session_model_replaced)
        view.view_changed.connect(self.pump)

    @Slot()
    def pump(self) -> None:
        """Decode the next blocks that the view wants, unless some are under way."""
        explorer, plane, view = self._explorer, self._plane, self._view
        if self._busy or explorer is None or plane is None or plane.latent_dim != explorer.latent_dim:
            return
        if Layer.TAPESTRY not in view.layers or not view.isVisible():
            return
        layer = view.tapestry
        wanted = layer.wanted(view.viewport)
        if not wanted:
            self._complete()
            return
        grid, generation = layer.grid, layer.generation
        batch = wanted[: max(1, self._batch_tiles // grid.n_tiles)]

        def decode(_is_stale: Callable[[], bool]) -> Answer:
            begin = time.perf_counter()
            places = np.concatenate([grid.centres(block) for block in batch])  # (n, 2)
            tiles = explorer.decode(plane.to_latent(places))  # (n, C, H, W)
            blocks = [
                (block, tiles[k * grid.n_tiles : (k + 1) * grid.n_tiles]) for k, block in enumerate(batch)
            ]
            return blocks, generation, 1000.0 * (time.perf_counter() - begin)

        self._busy = True
        self._session.slow.request(_CHANNEL, decode, self._take, priority=_PRIORITY, on_error=self._on_error)

    # --- answers -------------------------------------------------------------------------------

    def _take(self, answer: Answer) -> None:
        blocks, generation, spent_ms = answer
        self._busy = False
        self._spent_ms += spent_ms
        faster = BATCH_MS / max(spent_ms, 1.0)
        self._batch_tiles = int(np.clip(self._batch_tiles * np.clip(faster, 0.5, 2.0), 16, MAX_BATCH_TILES))
        for block, tiles in blocks:
            self._view.tapestry.put(block, tiles, generation, self._view.devicePixelRatioF())
        self._view.redraw()
        self.pump()

    def _on_error(self, error: Exception) -> None:
        self._busy = False
        self._explorer = None  # do not ask the same again; newer weights may do better
        self._session.problem.emit(f"The tapestry cannot be decoded: {error}")

    def _complete(self) -> None:
        """Everything in view is of this generation."""
        if self._newer_waits and not self._rest.isActive():
            self._rest.start(int(REST_FACTOR * self._spent_ms))

    # --- slots ---------------------------------------------------------------------------------

    @Slot()
    def _on_rest_timeout(self) -> None:
        if self._newer_waits:
            self._begin_generation()

    @Slot(object)
    def _on_session_explorer_changed(self, explorer: Explorer | None) -> None:
        if explorer is None:
            self._explorer = None
        elif self._explorer is None:
            _, h, w = explorer.image_shape
            grid = TapestryGrid(h / w, explorer.latent_dim == 1)
            if grid != self._view.tapestry.grid:
                self._view.tapestry.reset(grid)
            self._begin_generation()
        else:
            self._newer_waits = True
            self.pump()

    @Slot(object)
    def _on_session_plane_changed(self, plane: Plane | None) -> None:
        before, self._plane = self._plane, plane
        if plane is None:
            return
        same = before is not None and before.latent_dim == plane.latent_dim
        if (
            before is not None
            and same
            and np.array_equal(before.u, plane.u)
            and np.array_equal(before.v, plane.v)
        ):
            self._view.tapestry.renew()
        else:
            self._view.tapestry.reset(self._view.tapestry.grid)
            self._view.redraw()
        self.pump()

    @Slot()
    def _on_session_model_replaced(self) -> None:
        self._session.slow.cancel(_CHANNEL)
        self._busy = False
        self._explorer = None
        self._newer_waits = False
        self._rest.stop()
        self._view.tapestry.reset(self._view.tapestry.grid)
        self._view.redraw()

    def _begin_generation(self) -> None:
        self._explorer = self._session.explorer
        self._plane = self._session.plane
        self._newer_waits = False
        self._spent_ms = 0.0
        self._view.tapestry.renew()
        self.pump()

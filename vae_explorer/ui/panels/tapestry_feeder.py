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
from vae_explorer.ui.threads.latest_runner import LatestRunner
from vae_explorer.ui.widgets.map.layer import Layer
from vae_explorer.ui.widgets.map.map_view import MapView
from vae_explorer.ui.widgets.map.tapestry_grid import Block, TapestryGrid

if TYPE_CHECKING:
    from vae_explorer.latent.explorer import Explorer

__all__ = ["TapestryFeeder"]

BATCH_MS = 45.0  # aimed at: other slow work and a moving view come in between
FIRST_BATCH_TILES, MAX_BATCH_TILES = 64, 512
SMALLEST_SHARE = 6  # blocks; fewer at once cost more in asking and painting than a second thread saves
SHOW_MS = 70.0  # between pictures of a tapestry that grows: painting it takes cores from decoding it
# While weights change, rest so many times as long as a tapestry took, a thirty-seventh of a core; but no longer than the
# model has been there: the first tapestry of a training is even grey, and the next ones differ most.
REST_FACTOR = 36.0
SOON_MS = 250.0  # a view that is complete so soon needs no coarse impression before it
_CHANNEL, _SPARE_CHANNEL, _PRIORITY = "tapestry", "tapestry beside", 5

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
        self._under_way: dict[str, list[Block]] = {}  # by lane
        self._batch_tiles = FIRST_BATCH_TILES
        self._spent_ms = 0.0  # on this generation
        self._tile_ms = float("inf")  # that a tile took last; nothing is known yet
        self._shown_at = 0.0  # seconds of the clock
        self._met_at = 0.0  # likewise, when the model came
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
        """Decode the next blocks that the view wants, on every thread that has time for it."""
        explorer, plane, view = self._explorer, self._plane, self._view
        if explorer is None or plane is None or plane.latent_dim != explorer.latent_dim:
            return
        if Layer.TAPESTRY not in view.layers or not view.isVisible():
            return
        lanes = self._lanes()
        free = [lane for lane in lanes if lane not in self._under_way]
        for lane in free:
            wanted = self._wanted()
            if not wanted:
                break
            most = max(1, self._batch_tiles // self._view.tapestry.grid.n_tiles)
            share = max(SMALLEST_SHARE, -(-len(wanted) // len(lanes)))  # so that both end together
            self._ask(lane, wanted[: min(most, share)], explorer, plane)
        if not self._under_way:
            self._complete()

    def _lanes(self) -> dict[str, LatestRunner]:
        """Threads by their channel; beside a training, which needs its core, there is one."""
        session = self._session
        lanes = {_CHANNEL: session.slow}
        if not session.training_state.is_active:
            lanes[_SPARE_CHANNEL] = session.spare
        return lanes

    def _wanted(self) -> list[Block]:
        """Blocks that nobody is decoding yet, most urgent first."""
        layer, viewport = self._view.tapestry, self._view.viewport
        missing = layer.missing(viewport)
        soon = layer.grid.n_tiles * len(missing) * self._tile_ms < SOON_MS
        taken = {block for blocks in self._under_way.values() for block in blocks}
        return [block for block in (missing if soon else layer.wanted(viewport)) if block not in taken]

    def _ask(self, lane: str, batch: list[Block], explorer: Explorer, plane: Plane) -> None:
        grid, generation = self._view.tapestry.grid, self._view.tapestry.generation

        def decode(_is_stale: Callable[[], bool]) -> Answer:
            begin = time.perf_counter()
            places = np.concatenate([grid.centres(block) for block in batch])  # (n, 2)
            tiles = explorer.decode(plane.to_latent(places))  # (n, C, H, W)
            blocks = [
                (block, tiles[k * grid.n_tiles : (k + 1) * grid.n_tiles]) for k, block in enumerate(batch)
            ]
            return blocks, generation, 1000.0 * (time.perf_counter() - begin)

        self._under_way[lane] = batch
        self._lanes()[lane].request(
            lane, decode, lambda answer: self._take(lane, answer), priority=_PRIORITY, on_error=self._on_error
        )

    # --- answers -------------------------------------------------------------------------------

    def _take(self, lane: str, answer: Answer) -> None:
        blocks, generation, spent_ms = answer
        self._under_way.pop(lane, None)
        self._spent_ms += spent_ms
        self._tile_ms = spent_ms / max(1, sum(len(tiles) for _, tiles in blocks))
        faster = BATCH_MS / max(spent_ms, 1.0)
        self._batch_tiles = int(np.clip(self._batch_tiles * np.clip(faster, 0.5, 2.0), 16, MAX_BATCH_TILES))
        was_covered = self._view.tapestry.is_covered(self._view.viewport)
        for block, tiles in blocks:
            self._view.tapestry.put(block, tiles, generation, self._view.devicePixelRatioF())
        self.pump()  # so that the next are decoded while these are painted
        now = time.perf_counter()
        # What a training makes obsolete each second is shown once it is complete, unless there is nothing else to show.
        grows = not self._session.training_state.is_active or not was_covered
        if not self._under_way or (grows and 1000.0 * (now - self._shown_at) > SHOW_MS):
            self._shown_at = now
            self._view.redraw()

    def _on_error(self, error: Exception) -> None:
        self._forget()  # do not ask the same again; newer weights may do better
        self._session.problem.emit(f"The tapestry cannot be decoded: {error}")

    def _forget(self) -> None:
        """Drop the model and what is being decoded of it."""
        self._session.slow.cancel(_CHANNEL)
        self._session.spare.cancel(_SPARE_CHANNEL)
        self._under_way.clear()
        self._explorer = None

    def _complete(self) -> None:
        """Everything in view is of this generation."""
        if self._newer_waits and not self._rest.isActive():
            age_ms = 1000.0 * (time.perf_counter() - self._met_at)
            cost_ms = self._spent_ms + self._view.tapestry.paint_ms
            self._rest.start(int(min(REST_FACTOR * cost_ms, age_ms)))

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
            self._met_at = time.perf_counter()
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
        self._forget()
        self._newer_waits = False
        self._tile_ms = float("inf")
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

"""``MapSelection``: the selected image on the map, with its posterior and its nearest neighbours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Slot

from vae_explorer.ui.nearest import Nearest, nearest_finder
from vae_explorer.ui.panels.map_points import MapPoints
from vae_explorer.ui.session import Session
from vae_explorer.ui.widgets.map.map_view import MapView
from vae_explorer.ui.widgets.map.projection import ellipse_on

__all__ = ["NEIGHBOURS", "MapSelection"]

NEIGHBOURS = 8
VISIBLE_MARGIN_PX = 16.0
POINT_LOG_VAR = -19.0  # below: a plain autoencoder's code has no spread to draw


class MapSelection(QObject):
    """Follows the session's selection; moves the view only to a point that is outside it."""

    def __init__(self, session: Session, view: MapView, points: MapPoints) -> None:
        super().__init__(view)
        self._session = session
        self._view = view
        self._points = points
        self._finder = nearest_finder(session)
        self._neighbours = np.empty(0, dtype=np.int64)  # images
        session.selection_changed.connect(self._on_session_selection_changed)
        points.placed.connect(self._on_points_placed)

    @Slot(object)
    def _on_session_selection_changed(self, image: int | None) -> None:
        self._neighbours = np.empty(0, dtype=np.int64)
        self._draw()
        self._ask_neighbours()
        marked = self._view.marks.selected
        if marked is not None and not self._view.viewport.contains(marked, VISIBLE_MARGIN_PX):
            self._view.set_viewport(self._view.viewport.centred_on(marked), animated=True)

    @Slot()
    def _on_points_placed(self) -> None:
        self._draw()
        self._ask_neighbours()

    def _draw(self) -> None:
        image, shown, plane = self._session.selection, self._points.shown, self._session.plane
        row = self._points.row_of(image) if image is not None else None
        if row is None or shown is None or plane is None:
            self._view.change_marks(selected=None, ellipse=None, neighbours=None)
            return
        xy = self._view.projected.xy
        log_var = shown.log_var[row]
        spread = ellipse_on(plane, shown.mu[row], log_var) if float(log_var.max()) > POINT_LOG_VAR else None
        self._view.change_marks(
            selected=(float(xy[row, 0]), float(xy[row, 1])),
            ellipse=spread,
            neighbours=xy[self._points.rows_of(self._neighbours)].astype(np.float64),
        )

    def _ask_neighbours(self) -> None:
        image, shown = self._session.selection, self._points.shown
        row = self._points.row_of(image) if image is not None else None
        if row is None or shown is None:
            self._finder.forget("map")
            return
        mean: NDArray[np.float64] = shown.mu[row].astype(np.float64)
        self._finder.ask("map", mean, NEIGHBOURS + 1, self._take_neighbours)

    def _take_neighbours(self, nearest: Nearest | None) -> None:
        found = nearest[0] if nearest is not None else np.empty(0, dtype=np.int64)
        self._neighbours = found[found != self._session.selection][:NEIGHBOURS]
        self._draw()

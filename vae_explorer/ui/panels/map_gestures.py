"""``MapGestures``: what the person does on the map, carried out on the session."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Slot

from vae_explorer.ui.panels.map_points import MapPoints
from vae_explorer.ui.session import Session
from vae_explorer.ui.undo import MoveCursor
from vae_explorer.ui.widgets.map.gesture import LassoMode
from vae_explorer.ui.widgets.map.map_view import MapView
from vae_explorer.ui.widgets.map.marks import PinMark

__all__ = ["MapGestures"]

WALK_REST_MS = 700  # without an arrow key, after which the walk becomes one step of the undo stack

Place = NDArray[np.float64]


class MapGestures(QObject):
    """The cursor follows the mouse and returns, when it leaves, to the *anchor*: the place last clicked.

    Moves of the cursor from elsewhere (typed coordinates, undo) move the anchor.
    """

    def __init__(self, session: Session, view: MapView, points: MapPoints) -> None:
        super().__init__(view)
        self._session = session
        self._view = view
        self._points = points
        self._anchor: Place | None = None  # (D,)
        self._moving = False  # this object is moving the cursor
        self._walk_start: Place | None = None
        self._walk_rest = QTimer(self)
        self._walk_rest.setSingleShot(True)
        self._walk_rest.setInterval(WALK_REST_MS)
        self._walk_rest.timeout.connect(self.end_walk)
        view.hovered.connect(self._on_view_hovered)
        view.hover_ended.connect(self._on_view_hover_ended)
        view.looked_at.connect(self._on_view_hovered)
        view.settled.connect(self._on_view_settled)
        view.clicked.connect(self._on_view_clicked)
        view.walked.connect(self._on_view_walked)
        view.pin_wanted.connect(self._on_view_pin_wanted)
        view.pin_placed.connect(self._on_view_pin_placed)
        view.pin_dragged.connect(self._on_view_pin_dragged)
        view.pin_clicked.connect(self._on_view_pin_clicked)
        view.pin_removed.connect(session.remove_pin)
        view.lassoed.connect(self._on_view_lassoed)
        view.cleared.connect(self._on_view_cleared)
        session.cursor_changed.connect(self._on_session_cursor_changed)
        session.pins_changed.connect(self.refresh)
        session.plane_changed.connect(self.refresh)

    @property
    def anchor(self) -> Place | None:
        """Where the cursor rests when the mouse is elsewhere, (D,)."""
        return self._anchor

    @Slot()
    def refresh(self) -> None:
        """Draw cursor and pins where the plane in force shows them."""
        plane = self._session.plane
        pins: tuple[PinMark, ...] = ()
        cursor = None
        if plane is not None:
            fitting = [pin for pin in self._session.pins if pin.z.shape[0] == plane.latent_dim]
            pins = tuple(
                PinMark(p.name, _pair(plane.project(p.z)), float(plane.distance(p.z))) for p in fitting
            )
            if self._anchor is not None and self._anchor.shape[0] == plane.latent_dim:
                cursor = _pair(plane.project(self._anchor))
        self._view.change_marks(pins=pins, cursor=cursor)

    @Slot()
    def end_walk(self) -> None:
        """Make the arrow keys' walk one undoable move."""
        self._walk_rest.stop()
        start, self._walk_start = self._walk_start, None
        if start is not None and self._anchor is not None:
            self._push_move(start, self._anchor)

    # --- the cursor ----------------------------------------------------------------------------

    @Slot(object)
    def _on_view_hovered(self, place: Place) -> None:
        z = self._latent(place)
        if z is not None:
            self._view.change_marks(hover=_pair(place))
            self._move(z)

    @Slot()
    def _on_view_hover_ended(self) -> None:
        self._view.change_marks(hover=None)
        if self._anchor is not None:
            self._move(self._anchor)

    @Slot(object)
    def _on_view_settled(self, place: Place) -> None:
        z = self._latent(place)
        if z is not None:
            self._settle(z)

    @Slot(object)
    def _on_view_walked(self, place: Place) -> None:
        z, cursor = self._latent(place), self._session.cursor
        if z is None or cursor is None:
            return
        if self._walk_start is None:
            self._walk_start = self._anchor
        self._anchor = z
        self._move(z)
        self._view.change_marks(cursor=_pair(place), hover=None)
        self._walk_rest.start()

    @Slot(object)
    def _on_session_cursor_changed(self, z: Place | None) -> None:
        if self._moving:
            return
        if self._walk_start is not None:
            self._walk_rest.stop()
            self._walk_start = None
        self._anchor = z
        self._view.change_marks(hover=None)
        self.refresh()

    # --- selecting -----------------------------------------------------------------------------

    @Slot(object, object)
    def _on_view_clicked(self, _place: Place, row: int | None) -> None:
        self._session.set_selection(self._points.image_of(row) if row is not None else None)

    @Slot(object, str)
    def _on_view_lassoed(self, rows: NDArray[np.int64], mode: str) -> None:
        shown = self._points.shown
        if shown is None:
            return
        inside, before = shown.index[rows], self._session.lasso
        if mode == LassoMode.ADD:
            inside = np.union1d(before, inside)
        elif mode == LassoMode.SUBTRACT:
            inside = np.setdiff1d(before, inside)
        self._session.set_lasso(inside.astype(np.int64))

    @Slot()
    def _on_view_cleared(self) -> None:
        if self._session.lasso.size:
            self._session.set_lasso(np.empty(0, dtype=np.int64))
        else:
            self._session.set_selection(None)

    # --- pins ----------------------------------------------------------------------------------

    @Slot()
    def _on_view_pin_wanted(self) -> None:
        self.end_walk()
        self._session.add_pin()

    @Slot(object)
    def _on_view_pin_placed(self, place: Place) -> None:
        z = self._latent(place)
        if z is not None:
            self._session.add_pin(z)

    @Slot(str, object)
    def _on_view_pin_dragged(self, name: str, place: Place) -> None:
        plane = self._session.plane
        pin = next((pin for pin in self._session.pins if pin.name == name), None)
        if plane is not None and pin is not None:
            self._session.move_pin(name, plane.through(pin.z).to_latent(place))  # its distance stays

    @Slot(str)
    def _on_view_pin_clicked(self, name: str) -> None:
        pin = next((pin for pin in self._session.pins if pin.name == name), None)
        if pin is not None:
            self._settle(pin.z)

    # --- private -------------------------------------------------------------------------------

    def _latent(self, place: Place) -> Place | None:
        plane = self._session.plane
        return plane.to_latent(place) if plane is not None and self._session.cursor is not None else None

    def _move(self, z: Place) -> None:
        self._moving = True
        try:
            self._session.set_cursor(z)
        finally:
            self._moving = False

    def _settle(self, z: Place) -> None:
        """Stay at `z`, undoably."""
        self.end_walk()
        before = self._anchor
        self._move(z)
        self._anchor = z
        if before is not None:
            self._push_move(before, z)
        self._view.change_marks(hover=None)
        self.refresh()

    def _push_move(self, before: Place, after: Place) -> None:
        """The cursor is at `after` already: pushing only remembers the way back."""
        if before.shape == after.shape and not np.array_equal(before, after):
            self._moving = True
            try:
                self._session.undo_stack.push(MoveCursor(self._session, before, after))
            finally:
                self._moving = False


def _pair(place: Place) -> tuple[float, float]:
    return (float(place[0]), float(place[1]))

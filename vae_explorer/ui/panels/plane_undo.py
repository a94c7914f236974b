"""Undo of a move that took the plane of the map along."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QUndoCommand

from vae_explorer.latent.plane import Plane
from vae_explorer.ui.session import Session

__all__ = ["MoveWithPlane", "Place"]


@dataclass(frozen=True, eq=False)
class Place:
    """Where the cursor is, (D,), and the plane that shows it."""

    cursor: NDArray[np.float64]
    plane: Plane


class MoveWithPlane(QUndoCommand):
    """From one place to another; the plane goes along, unless a person turned it in the meantime."""

    def __init__(self, session: Session, before: Place, after: Place) -> None:
        super().__init__("move cursor")
        self._session = session
        self._before = before
        self._after = after

    def redo(self) -> None:
        self._go(self._before, self._after)

    def undo(self) -> None:
        self._go(self._after, self._before)

    def _go(self, start: Place, end: Place) -> None:
        self._session.place_cursor(end.cursor)
        plane = self._session.plane
        if plane is start.plane:
            self._session.set_plane(end.plane)

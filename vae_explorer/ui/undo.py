"""Undo commands of the session: moves of the cursor, changes of the pins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QUndoCommand

if TYPE_CHECKING:
    from vae_explorer.ui.session import Pin, Session

__all__ = ["MoveCursor", "ReplacePins"]

_MERGE_PINS = 1


class MoveCursor(QUndoCommand):
    """From one latent to another."""

    def __init__(self, session: Session, before: NDArray[np.float64], after: NDArray[np.float64]) -> None:
        super().__init__("move cursor")
        self._session = session
        self._before = before
        self._after = after

    def redo(self) -> None:
        self._session.place_cursor(self._after)

    def undo(self) -> None:
        self._session.place_cursor(self._before)


class ReplacePins(QUndoCommand):
    """From one set of pins to another; moves of the same pin merge."""

    def __init__(self, session: Session, after: tuple[Pin, ...], text: str, *, merges: bool = False) -> None:
        super().__init__(text)
        self._session = session
        self._before = session.pins
        self._after = after
        self._merges = merges

    def id(self) -> int:
        return _MERGE_PINS if self._merges else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if isinstance(other, ReplacePins) and other.text() == self.text():
            self._after = other._after
            return True
        return False

    def redo(self) -> None:
        self._session.place_pins(self._after)

    def undo(self) -> None:
        self._session.place_pins(self._before)

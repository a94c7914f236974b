"""``HoverMoves``: looking at places under the mouse, so that a click can still be undone to before them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vae_explorer.ui.session import Session

__all__ = ["HoverMoves"]


class HoverMoves:
    """Moves the cursor for one panel: without a trace while hovering, undoably on a click."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._before: NDArray[np.float64] | None = None

    def look(self, z: Any) -> None:
        """Move the cursor without a trace; where it came from is kept for `go`."""
        if self._before is None:
            self._before = self._session.cursor
        self._session.set_cursor(z)

    def leave(self) -> None:
        """The mouse is gone; the cursor stays where it is."""
        self._before = None

    def go(self, z: Any) -> None:
        """Move the cursor; undo leads back to where it was before the hovering."""
        if self._before is not None:
            self._session.place_cursor(self._before)
            self._before = None
        self._session.jump_cursor(z)

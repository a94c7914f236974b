"""``KeptTray``: the favourites of a session, each a place with its picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from vae_explorer.ui.session import Session

__all__ = ["Kept", "KeptTray", "kept_tray"]


@dataclass(frozen=True, eq=False)
class Kept:
    """One favourite."""

    z: NDArray[np.float64]  # (D,)
    image: NDArray[np.uint8]  # (C, H, W), as it looked when it was kept


class KeptTray(QObject):
    """Favourites of the model on screen; those of other models wait until their model comes back.

    Signals
    -------
    changed
        ``tuple[Kept, ...]`` of the model on screen.
    """

    changed = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._model = "" if session.explorer is None else session.explorer.run_name
        self._kept: dict[tuple[str, int], tuple[Kept, ...]] = {}
        self._session = session
        session.model_replaced.connect(self._on_session_model_replaced)

    @property
    def items(self) -> tuple[Kept, ...]:
        """Oldest first."""
        return self._kept.get(self._key(), ())

    def keep(self, z: NDArray[np.float64], image: NDArray[np.uint8]) -> bool:
        """Add a favourite; False if this very place is kept already."""
        if self.holds(z):
            return False
        self.replace((*self.items, Kept(np.array(z, dtype=np.float64), image)))
        return True

    def holds(self, z: NDArray[np.float64] | None) -> bool:
        return z is not None and any(np.array_equal(kept.z, z) for kept in self.items)

    def drop(self, z: NDArray[np.float64]) -> None:
        """Remove the favourite at latent `z`."""
        self.replace(tuple(kept for kept in self.items if not np.array_equal(kept.z, z)))

    def remove(self, rows: Sequence[int]) -> None:
        """Remove favourites by their places in `items`."""
        gone = set(rows)
        self.replace(tuple(kept for row, kept in enumerate(self.items) if row not in gone))

    def replace(self, items: tuple[Kept, ...]) -> None:
        """Put `items` in place of all."""
        if len(items) != len(self.items) or any(a is not b for a, b in zip(items, self.items, strict=True)):
            self._kept[self._key()] = items
            self.changed.emit(items)

    def _key(self) -> tuple[str, int]:
        return (self._model, self._session.latent_dim)

    @Slot(str)
    def _on_session_model_replaced(self, name: str) -> None:
        self._model = name
        self.changed.emit(self.items)


def kept_tray(session: Session) -> KeptTray:
    """The one tray of `session`, made at the first call."""
    found = session.findChild(KeptTray)
    return found if isinstance(found, KeptTray) else KeptTray(session)

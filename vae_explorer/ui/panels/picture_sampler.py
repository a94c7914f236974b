"""``PictureSampler``: draws pixels of p(x|z) at the cursor, instead of their mean."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from vae_explorer.ui.session import Session

__all__ = ["PictureSampler"]

Picture = NDArray[np.uint8]

_CHANNEL = "decoded:sample"


class PictureSampler(QObject):
    """Keeps its seed from place to place, so that a picture changes with z alone.

    Signals
    -------
    drawn
        uint8, (C, H, W).
    """

    drawn = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._seed = 0

    def reseed(self) -> None:
        """Draw with another seed from now on."""
        self._seed += 1

    def draw(self) -> None:
        """Ask for a picture at the cursor; replaces what was asked for before."""
        explorer, z, seed = self._session.explorer, self._session.cursor, self._seed
        if explorer is None or z is None:
            return

        def work(_is_stale: Callable[[], bool]) -> Picture:
            image: Picture = explorer.sample_images(z[None], seed)[0]
            return image

        self._session.fast.request(_CHANNEL, work, self.drawn.emit, priority=1)

    def cancel(self) -> None:
        """Forget what was asked for."""
        self._session.fast.cancel(_CHANNEL)

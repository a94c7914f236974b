"""``NearestFinder``: which real images lie nearest to a latent, without ever holding up the mouse."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from vae_explorer.latent.encodings import Encodings
from vae_explorer.latent.neighbours import NearestImages
from vae_explorer.ui.session import Session

__all__ = ["Nearest", "NearestFinder", "nearest_finder"]

Nearest = tuple[NDArray[np.int64], NDArray[np.float64]]  # indices in the ImageSet, distances; nearest first

_FAST_PRIORITY = 3  # after the decode under the cursor


class NearestFinder(QObject):
    """Answers from a search that is prepared once for each `Encodings`, on the slow thread."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._ready: tuple[Encodings, NearestImages] | None = None
        self._building: Encodings | None = None
        self._waiting: dict[str, Callable[[], None]] = {}

    def ask(
        self, channel: str, z: NDArray[np.float64], k: int, deliver: Callable[[Nearest | None], None]
    ) -> None:
        """Deliver the `k` nearest encoded images of latent `z`, (D,); None if there are no encodings.

        Asking again on the same `channel` replaces what was asked before.
        """
        encodings = self._session.encodings
        if encodings is None or len(encodings) == 0 or encodings.latent_dim != z.shape[0]:
            self.forget(channel)
            deliver(None)
        elif self._ready is not None and self._ready[0] is encodings:
            search = self._ready[1]

            def find(_is_stale: Callable[[], bool]) -> Nearest:
                rows, distances = search.query(z, k)
                return encodings.index[rows], distances

            def take(nearest: Nearest) -> None:
                if self._session.encodings is encodings:  # else they are images of another set, or have moved
                    deliver(nearest)

            self._session.fast.request(f"nearest:{channel}", find, take, priority=_FAST_PRIORITY)
        else:
            self._session.fast.cancel(f"nearest:{channel}")  # it would answer for an older place
            self._waiting[channel] = lambda: self.ask(channel, z, k, deliver)
            self._build(encodings)

    def forget(self, channel: str) -> None:
        """Drop what `channel` asked for."""
        self._waiting.pop(channel, None)
        self._session.fast.cancel(f"nearest:{channel}")

    def _build(self, encodings: Encodings) -> None:
        if self._building is encodings:
            return
        self._building = encodings

        def build(_is_stale: Callable[[], bool]) -> NearestImages:
            return NearestImages(encodings.mu)

        self._session.slow.request(
            "nearest:search", build, self._take_search, priority=1, on_error=self._on_build_failed
        )

    def _on_build_failed(self, error: Exception) -> None:
        self._building = None  # the next question tries again
        self._waiting.clear()
        self._session.problem.emit(f"The nearest images cannot be found: {error}")

    def _take_search(self, search: NearestImages) -> None:
        if self._building is not None:
            self._ready = (self._building, search)
            self._building = None
        waiting, self._waiting = self._waiting, {}
        for ask in waiting.values():
            ask()


def nearest_finder(session: Session) -> NearestFinder:
    """The one finder of `session`, made at the first call."""
    found = session.findChild(NearestFinder)
    return found if isinstance(found, NearestFinder) else NearestFinder(session)

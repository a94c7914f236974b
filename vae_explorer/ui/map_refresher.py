"""Keeps the map's encodings up with the newest weights, one pass at a time, off the GUI thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from vae_explorer.data.image_set import ImageSet, Split
from vae_explorer.latent.encodings import Encodings
from vae_explorer.ui.live_points import LivePoints
from vae_explorer.ui.preferences import MapScope
from vae_explorer.ui.threads.latest_runner import LatestRunner

if TYPE_CHECKING:
    from vae_explorer.latent.explorer import Explorer
    from vae_explorer.runs.snapshot import Snapshot

    _Pass = tuple[Explorer, Encodings]

__all__ = ["MapRefresher", "map_indices"]

MEASURED = (
    8  # while training recon of each so manyth image is measured, enough to rank some: decoding costs most
)
AUTO_ALL_POINTS = 20_000  # sets up to this size show all their images on the map


def map_indices(images: ImageSet, scope: MapScope, limit: int | None = None) -> NDArray[np.int64]:
    """Images that the map shows, ascending: (n,).

    ``"validation"`` falls back to the test images, then to all, where a set has none; `limit` keeps an even
    subset.
    """
    index = images.indices(Split.VALIDATION)
    if scope == "all" or (scope == "auto" and len(images) <= AUTO_ALL_POINTS):
        index = images.indices()
    elif scope == "auto":
        index = images.indices(Split.VALIDATION, Split.TEST)
    if index.size == 0:
        index = images.indices(Split.TEST) if images.indices(Split.TEST).size else images.indices()
    if limit is not None and index.size > limit:
        index = index[np.linspace(0, index.size - 1, limit).astype(np.int64)]
    return index


class MapRefresher(QObject):
    """Encodes a subset for each snapshot while training, and the whole scope when asked.

    A pass under way is never thrown away for a newer snapshot (that would starve the map when a pass takes
    longer than the snapshots' interval); the newest snapshot waits and is next.

    Signals
    -------
    refreshed
        ``(Explorer, Encodings)``, in the GUI thread.
    failed
        One sentence.
    """

    refreshed = Signal(object, object)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = LatestRunner("map refresh", self)
        self._runner.failed.connect(self._on_runner_failed)
        self._busy = False
        self._next: Callable[[], None] | None = None
        self._live = LivePoints()

    def refresh(
        self,
        snapshot: Snapshot,
        images: ImageSet,
        scope: MapScope,
        *,
        measures_all: bool = False,
        rounded: bool = False,
    ) -> None:
        """Build the explorer of `snapshot` and encode as many images of `scope` as training can bear.

        Parameters
        ----------
        measures_all
            Whether recon of every point is wanted, not only of a few: then there are fewer points.
        rounded
            Whether the training computes in bfloat16; the points then do, too.
        """

        def work(is_stale: Callable[[], bool]) -> _Pass:
            from vae_explorer.latent.explorer import Explorer

            begin = time.thread_time()
            explorer = Explorer.from_snapshot(snapshot, shared=True)
            # Asked here, not in the GUI thread: the pass before has told by now what a point costs.
            index = map_indices(images, scope, self._live.count)
            n_measured = None if measures_all else max(1, index.size // MEASURED)
            encodings = explorer.encode(
                images, index, n_measured=n_measured, rounded=rounded, is_stale=is_stale
            )
            self._live.learn(len(encodings), time.thread_time() - begin)
            return explorer, encodings

        self._ask(work)

    def encode(self, explorer: Explorer, images: ImageSet, index: NDArray[np.int64]) -> None:
        """Encode images number `index` with the weights on screen."""
        self._ask(lambda is_stale: (explorer, explorer.encode(images, index, is_stale=is_stale)))

    def clear(self) -> None:
        """Forget what is under way; its answer is dropped."""
        self._next = None
        self._busy = False
        self._runner.cancel("refresh")
        self._live = LivePoints()

    def shut_down(self) -> None:
        self.clear()
        self._runner.shut_down()

    def _ask(self, work: Callable[[Callable[[], bool]], _Pass]) -> None:
        def start() -> None:
            self._busy = True
            self._runner.request("refresh", work, self._take)

        if self._busy:
            self._next = start
        else:
            start()

    def _take(self, answer: _Pass) -> None:
        self._busy = False
        self.refreshed.emit(*answer)
        self._start_next()

    @Slot(str)
    def _on_runner_failed(self, message: str) -> None:
        self._busy = False
        self.failed.emit(message)
        self._start_next()

    def _start_next(self) -> None:
        if self._next is not None and not self._busy:
            start, self._next = self._next, None
            start()

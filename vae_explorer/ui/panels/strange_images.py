"""``StrangeImages``: the images with the highest scores, worst first; a click selects one on the map."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Slot

from vae_explorer.ui.panels.empty_state import EmptyState, Pages
from vae_explorer.ui.session import Session
from vae_explorer.ui.widgets.image_grid import ImageGrid
from vae_explorer.ui.widgets.numbers import signed

__all__ = ["StrangeImages"]

SHOWN_MAX = 300  # worst images on screen
_TILE_START_PX = 48

_NONE = np.empty(0, dtype=np.int64)


class StrangeImages(Pages):
    """A grid of thumbnails, each with its score; without pictures, where to get them."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._shown = _NONE
        self.grid = ImageGrid()
        self.grid.set_tile_size(_TILE_START_PX)
        self.grid.setAccessibleName("Strangest images, worst first")
        self.grid.set_file_name("strange")
        self.grid.setWhatsThis(
            "The strangest images, worst first, with their score. Click one to select it on the map."
        )
        no_pictures = EmptyState()
        no_pictures.set_words(
            "The pictures of this model are not loaded",
            "Download them or choose their folder on the Data card, at the left.",
        )
        self.addWidget(no_pictures)
        self.addWidget(self.grid)
        session.selection_changed.connect(self._on_session_selection_changed)
        self.grid.clicked.connect(self._on_grid_clicked)
        self.grid.activated.connect(self._on_grid_clicked)

    @property
    def shown(self) -> NDArray[np.int64]:
        """Images in the grid, worst first, (k,)."""
        return self._shown

    def set_scores(self, index: NDArray[np.int64], scores: NDArray[np.float64]) -> None:
        """Show the worst of images number `index`, (n,), whose scores are `scores`, (n,)."""
        images = self._session.images
        order = np.argsort(-scores, kind="stable")[:SHOWN_MAX]
        self.setCurrentIndex(0 if images is None else 1)
        if images is None:
            self._shown = _NONE
            return
        inside = order[index[order] < len(images)]
        wanted = index[inside]
        captions = [signed(value, 1 if abs(value) < 1000 else 0) for value in scores[inside].tolist()]

        def take(pictures: NDArray[np.uint8]) -> None:
            self._shown = wanted
            self.grid.set_images(pictures, captions)
            self._show_selection()

        self._session.slow.request(
            "strange pictures",
            lambda _is_stale: np.ascontiguousarray(images.images[wanted]),
            take,
            priority=4,
        )

    @Slot(object)
    def _on_session_selection_changed(self, _image: object) -> None:
        self._show_selection()

    @Slot(int)
    def _on_grid_clicked(self, row: int) -> None:
        if 0 <= row < len(self._shown):
            self._session.set_selection(int(self._shown[row]))

    def _show_selection(self) -> None:
        selection = self._session.selection
        rows = np.flatnonzero(self._shown == selection) if selection is not None else _NONE
        self.grid.set_current(int(rows[0]) if len(rows) else -1)

"""``NearestImages``: the images whose codes lie nearest to that of the selected one; a click selects one of them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from vae_explorer.ui.nearest import Nearest, nearest_finder
from vae_explorer.ui.panels.controls import Caption
from vae_explorer.ui.panels.selected_image import SelectedImage
from vae_explorer.ui.session import Session
from vae_explorer.ui.theme import SPACE_L, SPACE_M, SPACE_S
from vae_explorer.ui.widgets.image_grid import ImageGrid

__all__ = ["NearestImages"]

N_NEIGHBOURS, NEIGHBOUR_COLUMNS = 8, 4


class NearestImages(QWidget):
    """Thumbnails with their distance, nearest first; hidden until there are some."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._finder = nearest_finder(session)
        self._answer: SelectedImage | None = None
        self._images = np.empty(0, dtype=np.int64)
        self._panel_width = 0
        self.title = Caption("Nearest images, with their distance")
        self.title.setWordWrap(True)
        self.grid = ImageGrid()
        self.grid.setAccessibleName("Nearest images")
        self.grid.set_file_name("neighbour")
        self.grid.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.grid.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.grid.setWhatsThis(
            "The real images whose codes lie nearest to this one's, with their distance in latent units. "
            "Click one to select it."
        )
        self.grid.clicked.connect(self._on_grid_clicked)
        self.grid.activated.connect(self._on_grid_clicked)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addWidget(self.title)
        column.addWidget(self.grid)
        self.setVisible(False)

    @property
    def images(self) -> NDArray[np.int64]:
        """Images in `grid`, nearest first, (k,)."""
        return self._images

    def set_answer(self, answer: SelectedImage) -> None:
        """The image whose neighbours are wanted."""
        self._answer = answer

    def ask(self) -> None:
        """Look for the neighbours anew."""
        if self._answer is not None:
            self._finder.ask("selection", self._answer.mu, N_NEIGHBOURS + 1, self._take)

    def reset(self) -> None:
        """Forget the image, and what is being looked for."""
        self._answer = None
        self._images = np.empty(0, dtype=np.int64)
        self._finder.forget("selection")
        self._session.slow.cancel("selection neighbours")

    def fit(self, panel_width: int) -> None:
        """Size the thumbnails for a panel so many pixels wide."""
        self._panel_width = panel_width
        if self.grid.images is None:
            return
        height, width = self.grid.images.shape[2:]
        room = min(panel_width, 400) - 2 * SPACE_M - (NEIGHBOUR_COLUMNS + 1) * SPACE_S - SPACE_M
        side = int(room / NEIGHBOUR_COLUMNS * max(height, width) / width)
        self.grid.set_tile_size(min(side, 80))
        lines = -(-self.grid.count // NEIGHBOUR_COLUMNS)
        tile = self.grid.tile_rect(0)
        self.grid.setFixedHeight(lines * (tile.height() + SPACE_S + SPACE_L + 2) + SPACE_S)

    @Slot(int)
    def _on_grid_clicked(self, row: int) -> None:
        if 0 <= row < len(self._images):
            self._session.set_selection(int(self._images[row]))

    def _take(self, nearest: Nearest | None) -> None:
        images, answer, encodings = self._session.images, self._answer, self._session.encodings
        if nearest is None or answer is None:
            self._show(None, ())
            return
        index, distances = nearest
        keep = index != answer.image
        keep &= index < len(images) if images is not None else True
        self._images, distances = index[keep][:N_NEIGHBOURS], distances[keep][:N_NEIGHBOURS]
        if images is not None:
            pictures = [images.images[k] for k in self._images]
            self._show(np.stack(pictures) if pictures else None, distances)
        elif encodings is not None and len(self._images):
            rows = np.searchsorted(encodings.index, self._images)
            labels = None if encodings.labels is None else encodings.labels[rows]
            self._redraw(encodings.mu[rows], labels, distances)

    def _redraw(
        self, mu: NDArray[np.float32], labels: NDArray[np.int64] | None, distances: NDArray[np.float64]
    ) -> None:
        """Without their pictures, the nearest images are shown as the model draws them."""
        explorer, answer = self._session.explorer, self._answer
        if explorer is None:
            return

        def take(pictures: NDArray[np.uint8]) -> None:
            if self._answer is answer and self._session.images is None:
                self._show(pictures, distances)

        self._session.slow.request(
            "selection neighbours", lambda _is_stale: explorer.decode(mu, labels), take, priority=3
        )

    def _show(self, pictures: NDArray[np.uint8] | None, distances: Iterable[float]) -> None:
        redrawn = ", redrawn" if self._session.images is None else ""
        self.title.setText(f"Nearest images{redrawn}, with their distance")
        self.setVisible(pictures is not None)
        self.grid.set_current(-1)
        self.grid.set_images(pictures, [f"{d:.2f}" for d in distances], columns=NEIGHBOUR_COLUMNS)
        self.fit(self._panel_width)

"""``VariationsView``: small random steps around the cursor, to browse and to walk on from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QSlider, QVBoxLayout, QWidget

from vae_explorer.latent.variations import variations
from vae_explorer.ui.panels.controls import Caption, labelled, set_help, tool_button
from vae_explorer.ui.panels.model_panel import Job, ModelPanel
from vae_explorer.ui.session import Session
from vae_explorer.ui.theme import SPACE_S
from vae_explorer.ui.widgets.image_grid import ImageGrid

__all__ = ["VariationsView"]

N_VARIATIONS, COLUMNS = 12, 4
_COLUMNS_TO_FIT = (4, 3, 6, 2)  # tried where the height is limited, the usual first
_WORDY_PX = 260  # a narrower view says nothing beside its slider
_GRID_LOW_PX = 96
_TILE_MAX_PX = 96
_UNLIMITED_PX = 16_777_215  # Qt's QWIDGETSIZE_MAX
_STRENGTH_STEP = 0.05  # prior standard deviations a slider step
_STRENGTH_START, _STRENGTH_MAX = 5, 30  # slider steps: 0.25 and 1.5


class VariationsView(ModelPanel):
    """Twelve places near the cursor; their steps stay the same until new ones are drawn.

    Signals
    -------
    previewed
        uint8 (C, H, W) of the picture under the mouse, None when there is none.
    """

    previewed = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, "variations", runner=session.fast, priority=2, parent=parent)
        self._seed = 0
        self._latents = np.empty((0, 0))  # (N, D)
        self._fits_height = False
        self._columns = COLUMNS
        self._strength = QSlider(Qt.Orientation.Horizontal)
        self._strength.setRange(1, _STRENGTH_MAX)
        self._strength.setValue(_STRENGTH_START)
        self._strength.setAccessibleName("Strength of the variations")
        set_help(
            self._strength,
            "How far the variations step from here",
            "How large a random step each variation takes, in standard deviations of the prior. Small steps "
            "keep the character of the picture, large ones lead to different pictures.",
        )
        self._value = QLabel()
        self._value.setMinimumWidth(44)
        self._value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._dice = tool_button("dice", "New variations")
        set_help(
            self._dice,
            "Draw other random steps",
            "Draws twelve new random directions around the current place. The strength stays as it is.",
        )
        self.grid = ImageGrid()
        self.grid.setAccessibleName("Variations of the current picture")
        self.grid.setWhatsThis(
            "Pictures decoded from random places near the current one. Point at one to see it large, click "
            "to go there and vary on from it."
        )
        self.grid.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.grid.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.grid.set_file_name("variation")
        self._row = labelled("Strength", self._strength, self._value, self._dice)
        layout = QVBoxLayout(self.body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        layout.addWidget(self._row)
        layout.addWidget(self.grid)
        self._strength.valueChanged.connect(self._on_strength_changed)
        self._dice.clicked.connect(self._on_dice_clicked)
        self.grid.clicked.connect(self._on_grid_clicked)
        self.grid.activated.connect(self._on_grid_activated)
        self.grid.hovered.connect(self._on_grid_hovered)
        self.grid.save_failed.connect(self.error.show_sentence)
        session.cursor_changed.connect(self.refresh)
        self._show_strength()

    @property
    def strength(self) -> float:
        """Step size in prior standard deviations."""
        return self._strength.value() * _STRENGTH_STEP

    @property
    def latents(self) -> NDArray[np.float64]:
        """Where the pictures on show lie, (N, D)."""
        return self._latents

    def set_fits_height(self, fits: bool) -> None:
        """Whether all twelve fit the view's own height (beside the picture), not the view theirs (under it)."""
        self._fits_height = fits
        self.grid.setMinimumHeight(_GRID_LOW_PX)
        self.grid.setMaximumHeight(_UNLIMITED_PX)
        self._fit_tiles()

    def _job(self) -> Job | None:
        explorer, cursor = self._session.explorer, self._session.cursor
        if explorer is None or cursor is None:
            return None
        places = variations(cursor, N_VARIATIONS, self.strength, np.random.default_rng(self._seed))

        def work(_is_stale: Callable[[], bool]) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
            return places, explorer.decode(places)

        return work

    def _take(self, answer: Any) -> None:
        self._latents, images = answer
        self.grid.set_images(images, columns=self._columns)
        self._fit_tiles()

    def _reset(self) -> None:
        self._latents = np.empty((0, 0))
        self.grid.set_images(None)

    def _show_strength(self) -> None:
        self._value.setText(f"{self.strength:.2f} σ")

    def _fit_tiles(self) -> None:
        """All twelve are in view without scrolling, as large as the room allows."""
        self._row.findChildren(Caption)[0].setVisible(self.width() >= _WORDY_PX)
        images = self.grid.images
        if images is None:
            return
        height, width = images.shape[2:]
        shape = QSize(int(width), int(height))
        room = QSize(self.width(), self.height() - self._row.sizeHint().height() - SPACE_S)
        if self._fits_height:
            sides = {columns: _tile_side(room, shape, columns) for columns in _COLUMNS_TO_FIT}
            self._columns = max(sides, key=lambda columns: sides[columns])
            side = sides[self._columns]
        else:
            self._columns = COLUMNS
            side = _tile_side(QSize(room.width(), _UNLIMITED_PX), shape, COLUMNS)
        self.grid.set_images(images, columns=self._columns)
        self.grid.set_tile_size(min(side, _TILE_MAX_PX))
        if not self._fits_height:
            rows = -(-len(images) // COLUMNS)
            self.grid.setFixedHeight(rows * (self.grid.tile_rect(0).height() + SPACE_S) + SPACE_S)

    def resizeEvent(self, event: Any) -> None:  # QResizeEvent
        super().resizeEvent(event)
        self._fit_tiles()

    @Slot()
    def _on_strength_changed(self) -> None:
        self._show_strength()
        self.refresh()

    @Slot()
    def _on_dice_clicked(self) -> None:
        self._seed += 1
        self.refresh()

    @Slot(int)
    def _on_grid_clicked(self, row: int) -> None:
        if 0 <= row < len(self._latents):
            self.previewed.emit(None)
            self._session.jump_cursor(self._latents[row])

    @Slot(int)
    def _on_grid_activated(self, row: int) -> None:
        """Enter goes there; the first press of a double click went there already."""
        if self.grid.hasFocus() and not self.grid.underMouse():
            self._on_grid_clicked(row)

    @Slot(int)
    def _on_grid_hovered(self, row: int) -> None:
        images = self.grid.images
        self.previewed.emit(images[row] if images is not None and 0 <= row < len(images) else None)


def _tile_side(room: QSize, shape: QSize, columns: int) -> int:
    """Longer side of a tile when all pictures of `shape` stand in `columns` within `room`, in px."""
    rows = -(-N_VARIATIONS // columns)
    wide = (room.width() - (columns + 1) * SPACE_S) / columns
    high = (room.height() - SPACE_S) / rows - SPACE_S
    return int(min(wide / shape.width(), high / shape.height()) * max(shape.width(), shape.height()))

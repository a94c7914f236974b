"""``ContactSheetPanel``: the lassoed images side by side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from vae_explorer.latent.pictures import grid, save_png
from vae_explorer.ui.panels.controls import ElidedCaption, header, set_help, tool_button
from vae_explorer.ui.panels.export_line import ExportLine, ask_export_path
from vae_explorer.ui.panels.model_panel import Job, ModelPanel
from vae_explorer.ui.session import Session
from vae_explorer.ui.theme import SPACE_XS
from vae_explorer.ui.widgets.image_grid import ImageGrid

__all__ = ["ContactSheetPanel", "class_counts"]

SHEET_MAX = 2_000  # pictures on screen; more are thinned evenly
_TILE_START_PX = 48
_COUNTED_CLASSES = 6  # named in the summary, largest first


def class_counts(labels: NDArray[np.int64], class_names: tuple[str, ...]) -> str:
    """``"7: 120 · 9: 31"``, the largest class first; small ones are summed as “others”."""
    counts = np.bincount(labels, minlength=len(class_names))
    order = [k for k in np.argsort(-counts, kind="stable").tolist() if counts[k]]
    parts = [f"{class_names[k]}: {counts[k]:,}" for k in order[:_COUNTED_CLASSES]]
    rest = int(sum(counts[k] for k in order[_COUNTED_CLASSES:]))
    return " · ".join([*parts, f"others: {rest:,}"] if rest else parts)


class _Sheet(NamedTuple):
    """What one job computes."""

    members: NDArray[np.int64]  # images on the sheet
    pictures: NDArray[np.uint8]  # (n, C, H, W)


class ContactSheetPanel(ModelPanel):
    """Originals or reconstructions of the images in the lasso, with their classes counted."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, "contact sheet", priority=4, parent=parent)
        self.setObjectName("contactSheetPanel")
        self._index = np.empty(0, dtype=np.int64)
        self._was_reconstructed = True  # nothing on show yet: whatever comes is new
        self.shows = QComboBox()
        self.shows.addItem("Originals", False)
        self.shows.addItem("Reconstructions", True)
        self.shows.setAccessibleName("Originals or reconstructions")
        set_help(
            self.shows,
            "Show the images themselves or what the model makes of them",
            "Originals are the images as they were loaded. Reconstructions are what the decoder makes of "
            "their codes.",
        )
        self.clear_button = tool_button("close", "Clear", text=True)
        set_help(
            self.clear_button,
            "Let go of the lassoed images",
            "Empties the lasso. The images stay on the map.",
        )
        self.export_button = tool_button("export", "Export", text=True)
        set_help(
            self.export_button,
            "Save the sheet as a PNG",
            "Writes all pictures of the sheet as one PNG, in the order shown.",
        )
        self.note = ElidedCaption()
        self.note.setWhatsThis(
            "How many images the lasso holds, and of which classes. A pure lasso says that the model keeps "
            "this class apart without ever having seen a label."
        )
        self.grid = ImageGrid()
        self.grid.set_tile_size(_TILE_START_PX)
        self.grid.setAccessibleName("Lassoed images")
        self.grid.set_file_name("lasso")
        self.grid.setWhatsThis("The images in the lasso. Click one to select it here and on the map.")
        self.export_line = ExportLine(session, "sheet")
        column = QVBoxLayout(self.body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(
            header(
                self.shows,
                self.grid.size_slider(),
                self.export_button,
                self.clear_button,
                self.note,
                message=self.export_line,
            )
        )
        inset = QVBoxLayout()
        inset.setContentsMargins(SPACE_XS, 0, 0, 0)  # the grid keeps a gap of its own
        inset.addWidget(self.grid, 1)
        column.addLayout(inset, 1)
        session.lasso_changed.connect(self.refresh)
        session.images_changed.connect(self.refresh)
        session.selection_changed.connect(self._on_session_selection_changed)
        self.shows.currentIndexChanged.connect(self._on_shows_changed)
        self.grid.clicked.connect(self._on_grid_clicked)
        self.grid.activated.connect(self._on_grid_clicked)
        self.grid.save_failed.connect(self.export_line.show_problem)
        self.clear_button.clicked.connect(self._on_clear_clicked)
        self.export_button.clicked.connect(self.export)

    # --- what is shown -------------------------------------------------------------------------

    @property
    def index(self) -> NDArray[np.int64]:
        """Images on the sheet, (n,)."""
        return self._index

    @property
    def shows_reconstructions(self) -> bool:
        return bool(self.shows.currentData())

    def _missing(self) -> tuple[str, str] | None:
        if self._session.images is None and len(self._session.lasso):
            return (
                "The pictures of this model are not loaded",
                "Download them or choose their folder on the Data card, at the left, to see the lassoed ones here.",
            )
        if len(self._session.lasso) == 0:
            return (
                "Nothing lassoed yet",
                "Shift-drag around points on the map to see their images side by side.",
            )
        if self.shows_reconstructions:
            return super()._missing()
        return None

    def _job(self) -> Job | None:
        images, explorer = self._session.images, self._session.explorer
        reconstructed, lasso = self.shows_reconstructions, self._session.lasso
        if images is None or (reconstructed and explorer is None):
            return None
        if (
            not reconstructed
            and np.array_equal(self._thinned(lasso), self._index)
            and not self._was_reconstructed
        ):
            return None  # newer weights do not change originals
        index = self._thinned(lasso)

        def work(_is_stale: Callable[[], bool]) -> tuple[_Sheet, bool]:
            pictures = np.ascontiguousarray(images.images[index])
            if reconstructed and explorer is not None:
                labels = None if images.labels is None else images.labels[index]
                mu, _ = explorer.encode_pictures(pictures, index, labels)
                pictures = explorer.decode(mu, labels)
            return _Sheet(index, pictures), reconstructed

        return work

    def _thinned(self, lasso: NDArray[np.int64]) -> NDArray[np.int64]:
        images = self._session.images
        inside = lasso[(lasso >= 0) & (lasso < (0 if images is None else len(images)))]
        if len(inside) <= SHEET_MAX:
            return inside
        return inside[np.linspace(0, len(inside) - 1, SHEET_MAX).astype(np.int64)]

    def _take(self, answer: Any) -> None:
        sheet, self._was_reconstructed = answer
        self._index = sheet.members
        self.grid.set_images(sheet.pictures)
        self._show_words()
        self._on_session_selection_changed()

    def _show_words(self) -> None:
        images, lasso = self._session.images, self._session.lasso
        if images is None:
            return
        text = f"{len(lasso):,} image{'s' if len(lasso) != 1 else ''}"
        if len(self._index) < len(lasso):
            text += f", {len(self._index):,} of them shown"
        if images.labels is not None and images.class_names:
            text += "  ·  " + class_counts(images.labels[lasso[lasso < len(images)]], images.class_names)
        self.note.setText(text)

    def _reset(self) -> None:
        self._index = np.empty(0, dtype=np.int64)
        self._was_reconstructed = True
        self.grid.set_images(None)

    # --- commands and slots --------------------------------------------------------------------

    @Slot()
    def export(self) -> None:
        """Ask where, then write the sheet as one PNG."""
        pictures = self.grid.images
        if pictures is None or self.export_line.is_busy:
            return
        path = ask_export_path(self, "Export the contact sheet", "lasso.png", "PNG (*.png)")
        if path is not None:
            columns = int(np.ceil(np.sqrt(len(pictures))))
            scale = 1 if len(pictures) > 400 else None
            self.export_line.start(
                path, lambda target: save_png(target, grid(pictures, columns, scale=scale))
            )

    @Slot()
    def _on_shows_changed(self) -> None:
        self.refresh()

    @Slot()
    def _on_clear_clicked(self) -> None:
        self._session.set_lasso(np.empty(0, dtype=np.int64))

    @Slot(int)
    def _on_grid_clicked(self, row: int) -> None:
        if 0 <= row < len(self._index):
            self._session.set_selection(int(self._index[row]))

    @Slot()
    def _on_session_selection_changed(self) -> None:
        selection = self._session.selection
        rows = np.flatnonzero(self._index == selection) if selection is not None else self._index[:0]
        self.grid.set_current(int(rows[0]) if len(rows) else -1)

"""``KeepersPanel``: the tray of favourites, one click from each place, exported as pictures or latents."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from vae_explorer.errors import ExportError
from vae_explorer.latent.coordinates import format_latent
from vae_explorer.latent.pictures import enlarge, grid, save_png, whole_scale
from vae_explorer.ui.kept import Kept, kept_tray
from vae_explorer.ui.panels.controls import ElidedCaption, header, set_help, tool_button
from vae_explorer.ui.panels.empty_state import FilledPanel
from vae_explorer.ui.panels.export_arrays import save_npz
from vae_explorer.ui.panels.export_button import export_button
from vae_explorer.ui.panels.export_line import ExportLine, ask_export_path
from vae_explorer.ui.session import Session
from vae_explorer.ui.theme import SPACE_XS
from vae_explorer.ui.widgets.image_grid import ImageGrid

__all__ = ["KeepersPanel", "save_latents", "save_sheet", "save_singles"]


def save_singles(path: Path, kept: tuple[Kept, ...]) -> None:
    """One PNG each beside `path`: ``name-01.png``, ``name-02.png`` …

    Raises
    ------
    ExportError
        If one of them is there already (the file dialog asked about none of them), or cannot be written.
    """
    targets = [path.with_name(f"{path.stem}-{number:02d}.png") for number in range(1, len(kept) + 1)]
    taken = next((target for target in targets if target.exists()), None)
    if taken is not None:
        raise ExportError(f"“{taken.name}” is there already: choose another name or folder.")
    for target, one in zip(targets, kept, strict=True):
        save_png(target, enlarge(one.image, whole_scale(one.image.shape, 512)))


def save_sheet(path: Path, kept: tuple[Kept, ...]) -> None:
    """All favourites on one PNG, near to a square."""
    columns = int(np.ceil(np.sqrt(len(kept))))
    save_png(path, grid(np.stack([one.image for one in kept]), columns=columns, gap=4))


def save_latents(path: Path, kept: tuple[Kept, ...]) -> None:
    """``z``, float64 (n, D), and ``images``, uint8 (n, C, H, W), for NumPy."""
    save_npz(path, z=np.stack([one.z for one in kept]), images=np.stack([one.image for one in kept]))


class KeepersPanel(FilledPanel):
    """The favourites as tiles; fits the shelf and the rail."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("keepersPanel")
        self._session = session
        self._tray = kept_tray(session)
        self._title = ElidedCaption()
        self._remove = tool_button("trash", "Remove", text=True)
        set_help(
            self._remove,
            "Remove the framed picture from the kept ones (Del)",
            "Takes the framed picture out of the tray. The place in the latent space stays where it is.",
        )
        self._pin = tool_button("pin", "Pin", text=True)
        set_help(
            self._pin,
            "Pin the framed picture's place on the map",
            "Puts a pin on the map at the framed picture's place. Two pins make a path to walk between "
            "pictures.",
        )
        self._export = self._make_export_button()
        self.grid = ImageGrid()
        self.grid.setAccessibleName("Kept pictures")
        self.grid.set_file_name("kept")
        self.grid.setWhatsThis(
            "Your favourites, each a place in the latent space. Click one to go back there; Delete takes it "
            "out."
        )
        self.grid.installEventFilter(self)
        self.export_line = ExportLine(session, "kept")
        self.show_words(
            "Nothing kept yet",
            "Press Keep under the decoded picture, and your favourites gather here to export.",
        )
        head = header(self._pin, self._remove, self._export, self._title, message=self.export_line)
        column = self.column
        column.addWidget(head)
        inset = QVBoxLayout()
        inset.setContentsMargins(SPACE_XS, 0, 0, 0)  # the grid keeps a gap of its own
        inset.addWidget(self.grid, 1)
        column.addLayout(inset, 1)
        self.grid.clicked.connect(self._go_to)
        self.grid.activated.connect(self._go_to)
        self.grid.current_changed.connect(self._on_grid_current_changed)
        self.grid.save_failed.connect(self.export_line.show_problem)
        self._remove.clicked.connect(self._on_remove_clicked)
        self._pin.clicked.connect(self._on_pin_clicked)
        self._tray.changed.connect(self._on_tray_changed)
        self._on_tray_changed()

    def _make_export_button(self) -> QToolButton:
        return export_button(
            "Save all kept pictures or their latents",
            "Writes all kept pictures as separate PNGs or one sheet, or their latents as a NumPy file. The "
            "latents can be decoded again with the command line or in Python.",
            ("images", "PNG pictures…", self.export_singles),
            ("grid", "Contact sheet, PNG…", self.export_sheet),
            ("array", "Latents, NumPy .npz…", self.export_latents),
        )

    # --- commands ------------------------------------------------------------------------------

    @Slot()
    def export_singles(self) -> None:
        """Ask where, then write one PNG a favourite."""
        self._write(
            "Export kept pictures: how the files' names begin", "kept.png", "PNG (*.png)", save_singles
        )

    @Slot()
    def export_sheet(self) -> None:
        """Ask where, then write all favourites on one PNG."""
        self._write("Export a contact sheet", "kept-sheet.png", "PNG (*.png)", save_sheet)

    @Slot()
    def export_latents(self) -> None:
        """Ask where, then write latents and pictures for NumPy."""
        self._write("Export latents", "kept.npz", "NumPy arrays (*.npz)", save_latents)

    def _write(
        self, title: str, name: str, filters: str, save: Callable[[Path, tuple[Kept, ...]], None]
    ) -> None:
        items = self._tray.items
        if items and not self.export_line.is_busy:
            path = ask_export_path(self, title, name, filters)
            if path is not None:
                self.export_line.start(path, lambda target: save(target, items))

    # --- slots ---------------------------------------------------------------------------------

    @Slot()
    def _on_tray_changed(self) -> None:
        items = self._tray.items
        self.show_content(bool(items))
        self.grid.set_images(np.stack([kept.image for kept in items]) if items else None)
        self._title.setText(f"{len(items)} kept" if len(items) != 1 else "1 kept")
        self._on_grid_current_changed(self.grid.current)

    @Slot(int)
    def _on_grid_current_changed(self, row: int) -> None:
        self._remove.setEnabled(row >= 0)
        self._pin.setEnabled(row >= 0)

    @Slot(int)
    def _go_to(self, row: int) -> None:
        if 0 <= row < len(self._tray.items):
            z, cursor = self._tray.items[row].z, self._session.cursor
            if cursor is not None and not np.array_equal(z, cursor):
                self._session.jump_cursor(z)
            self._session.notice.emit(f"Kept {row + 1}: z = {format_latent(z, limit=4)}")

    @Slot()
    def _on_remove_clicked(self) -> None:
        if self.grid.current >= 0:
            self._tray.remove([self.grid.current])

    @Slot()
    def _on_pin_clicked(self) -> None:
        if 0 <= self.grid.current < len(self._tray.items):
            self._session.add_pin(self._tray.items[self.grid.current].z)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            watched is self.grid
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
        ):
            self._on_remove_clicked()
            return True
        return super().eventFilter(watched, event)

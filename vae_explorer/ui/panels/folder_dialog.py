"""``FolderDialog``: how the pictures of a folder are to be fitted, seen on the pictures themselves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from vae_explorer.data.folder import preview
from vae_explorer.data.headers import default_size
from vae_explorer.data.listing import Listing, list_pictures
from vae_explorer.data.spec import DataSpec
from vae_explorer.errors import Cancelled, DataError
from vae_explorer.ui.icons import icon
from vae_explorer.ui.panels.folder_form import FolderForm
from vae_explorer.ui.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL
from vae_explorer.ui.threads.latest_runner import LatestRunner
from vae_explorer.ui.widgets.eliding_label import ElidingLabel
from vae_explorer.ui.widgets.form import InlineProblem
from vae_explorer.ui.widgets.image_grid import ImageGrid

__all__ = ["FolderDialog"]

_N_PREVIEWS = 12
_TILE_PX = 114
_N_NEEDED = 2  # one to train on, one to validate with


@dataclass(frozen=True, eq=False)
class _Previews:
    images: NDArray[np.uint8] | None  # (n, C, H, W)
    names: list[str]
    unreadable: list[str]  # sentences


@dataclass(frozen=True)
class _Found:
    listing: Listing
    size: tuple[int, int]  # (height, width) in pixels that the pictures suggest


class FolderDialog(QDialog):
    """Shows a few pictures of the folder as the model would see them; `spec` holds the choice.

    Files are listed and decoded on a thread of the dialog's own; a change of a setting replaces the
    previews under way.
    """

    def __init__(self, path: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("folderDialog")
        self.setWindowTitle("Pictures from a folder")
        self._path = path
        self._listing: Listing | None = None
        self._runner = LatestRunner("folder preview", self)
        title = ElidingLabel(path.name or str(path))
        title.setProperty("role", "heading")
        title.setToolTip(str(path))
        self._summary = ElidingLabel("Looking for pictures…")
        self._summary.setObjectName("folderSummary")
        self._summary.setProperty("role", "muted")
        self.grid = ImageGrid()
        self.grid.setObjectName("folderPreview")
        self.grid.setAccessibleName("Previews")
        self.grid.set_tile_size(_TILE_PX)
        self.grid.set_placeholder("Looking for pictures…")
        self._problem = InlineProblem()
        self._problem.setObjectName("folderProblem")
        self.form = FolderForm()
        self.form.changed.connect(self._on_form_changed)
        self._size_note = QLabel()
        self._size_note.setProperty("role", "caption")
        self._size_note.setWordWrap(True)
        buttons = QDialogButtonBox()
        self._use = buttons.addButton("Use these pictures", QDialogButtonBox.ButtonRole.AcceptRole)
        self._use.setObjectName("usePicturesButton")
        self._use.setProperty("variant", "primary")
        self._use.setIcon(icon("check", "on_accent"))
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        left = QVBoxLayout()
        left.setSpacing(SPACE_S)
        left.addWidget(title)
        left.addWidget(self._summary)
        left.addSpacing(SPACE_S)
        left.addWidget(self.grid, 1)
        left.addWidget(self._problem)
        right = QVBoxLayout()
        right.setSpacing(SPACE_M)
        right.addWidget(self.form)
        right.addWidget(self._size_note)
        right.addStretch(1)
        columns = QHBoxLayout()
        columns.setSpacing(SPACE_XL)
        columns.addLayout(left, 1)
        columns.addLayout(right)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.setSpacing(SPACE_L)
        layout.addLayout(columns, 1)
        layout.addWidget(buttons)
        self.resize(800, 560)
        self.form.width_field.setFocus()
        self._update()
        self._runner.request("list", self._list, self._take_listing, on_error=self._on_list_failed)

    def spec(self) -> DataSpec:
        """The folder, and how its pictures are fitted."""
        return DataSpec.model_validate({"source": "folder", "path": self._path, **self.form.values()})

    # --- work, on the dialog's thread ----------------------------------------------------------

    def _list(self, _is_stale: object) -> _Found:
        listing = list_pictures(self._path)
        if not listing.files:
            raise DataError(
                "There are no PNG, JPEG, WebP, BMP, TIFF or GIF pictures here. Choose another folder."
            )
        return _Found(listing, default_size(listing.files))

    def _request_previews(self) -> None:
        if self._listing is None or not self.form.is_valid:
            return
        files = _spread(self._listing.files, _N_PREVIEWS)
        spec = self.spec()

        def work(is_stale: object) -> _Previews:
            images, names, unreadable = [], [], []
            for file in files:
                if callable(is_stale) and is_stale():
                    raise Cancelled("newer settings")
                try:
                    images.append(preview(file, spec))
                    names.append(file.name)
                except DataError as error:
                    unreadable.append(str(error))
            return _Previews(np.stack(images) if images else None, names, unreadable)

        self._runner.request("previews", work, self._take_previews)

    # --- answers -------------------------------------------------------------------------------

    def _take_listing(self, found: _Found) -> None:
        listing = found.listing
        self.form.suggest_size(*found.size)
        self._listing = listing
        names = list(dict.fromkeys(listing.classes))
        words = f"{len(listing.files):,} picture{'s' if len(listing.files) != 1 else ''}"
        if len(names) > 1:
            words += f" · {len(names):,} classes: {', '.join(names)}"
        else:
            words += " · no classes (sub-folders would be classes)"
        self._summary.setText(words)
        self._summary.setToolTip(words if len(words) < 400 else f"{words[:400]}…")
        if len(listing.files) < _N_NEEDED:
            self._problem.show_problem("One picture is not enough: training needs at least two.")
        self._update()
        self._request_previews()

    def _on_list_failed(self, error: Exception) -> None:
        self._summary.setText("No pictures")
        self.grid.set_placeholder("Nothing to show.")
        self._problem.show_problem(str(error))

    def _take_previews(self, previews: _Previews) -> None:
        self.grid.set_images(previews.images, previews.names)
        self.grid.set_placeholder("None of the pictures tried can be read.")
        problem = ""
        if previews.unreadable:
            n = len(previews.unreadable)
            problem = (
                f"{previews.unreadable[0]} " if n == 1 else f"{n} of the pictures tried cannot be read. "
            )
            problem += "Such files are left out and listed after loading."
        self._problem.show_problem(problem)

    # --- slots ---------------------------------------------------------------------------------

    @Slot()
    def _on_form_changed(self) -> None:
        self._update()
        self._request_previews()

    def _update(self) -> None:
        n = 0 if self._listing is None else len(self._listing.files)
        self._use.setEnabled(self.form.is_valid and n >= _N_NEEDED)
        tooltip = (
            "Read all pictures of the folder"
            if self._use.isEnabled()
            else "Waits for pictures and valid sizes"
        )
        self._use.setToolTip(tooltip)
        if self.form.is_valid and n:
            spec = self.spec()
            megabytes = n * (spec.height or 64) * (spec.width or 64) * (spec.channels or 3) / 1e6
            self._size_note.setText(
                f"{megabytes:,.0f} MB in memory" if megabytes >= 1 else "Less than 1 MB in memory"
            )

    # --- Qt ------------------------------------------------------------------------------------

    def done(self, result: int) -> None:
        self.setEnabled(False)
        self._runner.shut_down()
        super().done(result)


def _spread(files: list[Path], n: int) -> list[Path]:
    """`n` files over the whole list, so that every class has its chance to be seen."""
    places = np.unique(np.linspace(0, len(files) - 1, min(n, len(files))).astype(int))
    return [files[int(place)] for place in places]

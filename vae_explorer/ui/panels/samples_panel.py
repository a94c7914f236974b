"""``SamplesPanel``: what the model makes up, decoded from draws of the prior."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QComboBox, QLabel, QSlider, QSpinBox, QToolButton, QVBoxLayout, QWidget

from vae_explorer.latent.pictures import grid, save_png
from vae_explorer.latent.variations import fit_gaussian
from vae_explorer.ui.kept import kept_tray
from vae_explorer.ui.panels.controls import ElidedCaption, header, labelled, set_help, tool_button
from vae_explorer.ui.panels.export_arrays import save_npz
from vae_explorer.ui.panels.export_button import export_button
from vae_explorer.ui.panels.export_line import ExportLine, ask_export_path
from vae_explorer.ui.panels.hover_moves import HoverMoves
from vae_explorer.ui.panels.model_panel import Job, ModelPanel
from vae_explorer.ui.session import Session
from vae_explorer.ui.theme import SPACE_M, SPACE_XS
from vae_explorer.ui.widgets.image_grid import ImageGrid

__all__ = ["SamplesPanel"]

N_START, N_MAX = 64, 400
SEED_MAX = 999_999
_TEMPERATURE_STEP = 0.05
_TEMPERATURE_MAX = 2.0
_TILE_START_PX = 56

_PRIOR, _FITTED = "prior", "fitted"


class SamplesPanel(ModelPanel):
    """A grid of pictures decoded from z ~ N(0, T²·I), or from a Gaussian fitted to the codes."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, "samples", parent=parent)
        self.setObjectName("samplesPanel")
        self._moves = HoverMoves(session)
        self._latents = np.empty((0, 0))  # (N, D)
        self.temperature = QSlider(Qt.Orientation.Horizontal)
        self.temperature.setRange(0, round(_TEMPERATURE_MAX / _TEMPERATURE_STEP))
        self.temperature.setValue(round(1.0 / _TEMPERATURE_STEP))
        self.temperature.setFixedWidth(96)
        self.temperature.setAccessibleName("Temperature")
        set_help(
            self.temperature,
            "Typical ⟷ varied: T = 1 is the prior itself",
            "Scales the standard deviation of the draws. Below 1 the samples are more typical and alike, "
            "above 1 they are more varied and more often broken.",
        )
        self._temperature_text = QLabel()
        self._temperature_text.setMinimumWidth(36)
        self.seed = QSpinBox()
        self.seed.setRange(0, SEED_MAX)
        self.seed.setFixedWidth(76)
        set_help(
            self.seed,
            "The same seed draws the same places",
            "Fixes the random draws, so that you find the same samples again. During training you can watch "
            "the same places become better pictures.",
        )
        self.dice = tool_button("dice", "New samples")
        set_help(
            self.dice,
            "Draw new samples",
            "Draws other places by taking a new seed. The seed beside it tells which, so that you can come "
            "back.",
        )
        self.count = QSpinBox()
        self.count.setRange(4, N_MAX)
        self.count.setSingleStep(4)
        self.count.setValue(N_START)
        self.count.setFixedWidth(64)
        set_help(
            self.count,
            "How many samples",
            "How many places are drawn and decoded. More of them show better which pictures are common.",
        )
        self.source = QComboBox()
        self.source.addItem("Fitted Gaussian", _FITTED)
        self.source.addItem("N(0, I)", _PRIOR)
        self.source.setAccessibleName("Where samples are drawn from")
        set_help(
            self.source,
            "Where the draws come from: an autoencoder has no prior",
            "A plain autoencoder learns no prior, so nothing says where its codes lie. A Gaussian fitted to "
            "them is a fair guess; N(0, I) shows what happens when one pretends that it is a VAE.",
        )
        self.note = ElidedCaption()
        self.note.setContentsMargins(SPACE_M, 0, SPACE_M, 0)
        self.keep = tool_button("star", "Keep")
        set_help(
            self.keep,
            "Keep the framed sample among your favourites",
            "Puts the framed sample and its place into the tab Kept. From there you can come back to it or "
            "export it.",
        )
        self.export_button = self._make_export_button()
        self.grid = ImageGrid()
        self.grid.set_tile_size(_TILE_START_PX)
        self.grid.setAccessibleName("Samples")
        self.grid.set_file_name("sample")
        self.grid.setWhatsThis(
            "Pictures decoded from random draws of the prior: what the model makes up. Click one to go to "
            "its place in the latent space."
        )
        self.export_line = ExportLine(session, "samples")
        self._lay_out()
        self._connect()
        self._show_temperature()
        self._show_source()

    # --- making --------------------------------------------------------------------------------

    def _make_export_button(self) -> QToolButton:
        return export_button(
            "Save all samples",
            "Writes all samples as one PNG sheet, or their latents as a NumPy file. The seed and the "
            "temperature are in the file's name.",
            ("grid", "Sheet, PNG…", self.export_sheet),
            ("array", "Latents, NumPy .npz…", self.export_latents),
            with_text=False,
        )

    def _lay_out(self) -> None:
        head = header(
            labelled("Temperature", self.temperature, self._temperature_text),
            labelled("Seed", self.seed, self.dice),
            labelled("Samples", self.count),
            self.source,
            self.keep,
            self.export_button,
            message=self.export_line,
        )
        column = QVBoxLayout(self.body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(self.note)
        inset = QVBoxLayout()
        inset.setContentsMargins(SPACE_XS, 0, 0, 0)  # the grid keeps a gap of its own
        inset.addWidget(self.grid, 1)
        column.addLayout(inset, 1)

    def _connect(self) -> None:
        self.temperature.valueChanged.connect(self._on_temperature_changed)
        self.seed.valueChanged.connect(self.refresh)
        self.count.valueChanged.connect(self.refresh)
        self.dice.clicked.connect(self._on_dice_clicked)
        self.source.currentIndexChanged.connect(self._on_source_changed)
        self.grid.clicked.connect(self._on_grid_clicked)
        self.grid.activated.connect(self._on_grid_activated)
        self.grid.hovered.connect(self._on_grid_hovered)
        self.grid.current_changed.connect(self._on_grid_current_changed)
        self.grid.save_failed.connect(self.export_line.show_problem)
        self.keep.clicked.connect(self._on_keep_clicked)
        self._session.explorer_changed.connect(self._show_source)
        self._session.encodings_changed.connect(self._on_session_encodings_changed)
        self.keep.setEnabled(False)

    # --- what is shown -------------------------------------------------------------------------

    @property
    def temperature_value(self) -> float:
        """T, 0 to 2."""
        return self.temperature.value() * _TEMPERATURE_STEP

    @property
    def latents(self) -> NDArray[np.float64]:
        """Where the samples on show lie, (N, D)."""
        return self._latents

    @property
    def draws_from_fit(self) -> bool:
        """Whether samples come from a Gaussian fitted to the codes."""
        explorer = self._session.explorer
        return explorer is not None and not explorer.variational and self.source.currentData() == _FITTED

    def _missing(self) -> tuple[str, str] | None:
        missing = super()._missing()
        if missing is None and self.draws_from_fit and self._session.encodings is None:
            return "Codes are on their way", "The Gaussian is fitted as soon as the images are encoded."
        return missing

    def _job(self) -> Job | None:
        explorer, encodings = self._session.explorer, self._session.encodings
        if explorer is None:
            return None
        n, seed, temperature = self.count.value(), self.seed.value(), self.temperature_value
        fitted = self.draws_from_fit

        def work(_is_stale: Callable[[], bool]) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
            if fitted and encodings is not None:
                latents = fit_gaussian(encodings.mu).sample(n, np.random.default_rng(seed), temperature)
            else:
                latents = explorer.sample_prior(n, seed, temperature)
            return latents, explorer.decode(latents)

        return work

    def _take(self, answer: Any) -> None:
        self._latents, images = answer
        self.grid.set_images(images)

    def _reset(self) -> None:
        self._latents = np.empty((0, 0))
        self._moves.leave()
        self.grid.set_images(None)

    # --- commands ------------------------------------------------------------------------------

    @Slot()
    def export_sheet(self) -> None:
        """Ask where, then write all samples as one PNG."""
        images = self.grid.images
        if images is not None and not self.export_line.is_busy:
            path = ask_export_path(self, "Export samples", f"{self._file_stem()}.png", "PNG (*.png)")
            if path is not None:
                columns = int(np.ceil(np.sqrt(len(images))))
                self.export_line.start(path, lambda target: save_png(target, grid(images, columns)))

    @Slot()
    def export_latents(self) -> None:
        """Ask where, then write latents and pictures for NumPy."""
        images, latents = self.grid.images, self._latents
        if images is not None and not self.export_line.is_busy:
            path = ask_export_path(self, "Export latents", f"{self._file_stem()}.npz", "NumPy arrays (*.npz)")
            if path is not None:
                self.export_line.start(path, lambda target: save_npz(target, z=latents, images=images))

    def _file_stem(self) -> str:
        return f"samples-seed{self.seed.value()}-T{self.temperature_value:.2f}"

    # --- slots ---------------------------------------------------------------------------------

    @Slot()
    def _show_source(self) -> None:
        explorer = self._session.explorer
        if explorer is None:
            return
        self.source.setVisible(not explorer.variational)
        self.note.setVisible(not explorer.variational)
        if self.source.currentData() == _FITTED:
            self.note.setText("An autoencoder has no prior: drawn from a Gaussian fitted to its codes.")
        else:
            self.note.setText(
                "An autoencoder has no prior: N(0, I) may lie far from its codes, and its pictures mean "
                "little."
            )

    def _show_temperature(self) -> None:
        self._temperature_text.setText(f"{self.temperature_value:.2f}")

    @Slot()
    def _on_temperature_changed(self) -> None:
        self._show_temperature()
        self.refresh()

    @Slot()
    def _on_dice_clicked(self) -> None:
        self.seed.setValue((self.seed.value() + 1) % (SEED_MAX + 1))

    @Slot()
    def _on_source_changed(self) -> None:
        self._show_source()
        self.refresh()

    @Slot()
    def _on_session_encodings_changed(self) -> None:
        if self.draws_from_fit:
            self.refresh() if self.is_empty else self.refresh_calmly()

    @Slot(int)
    def _on_grid_clicked(self, row: int) -> None:
        if 0 <= row < len(self._latents):
            self._moves.go(self._latents[row])

    @Slot(int)
    def _on_grid_activated(self, row: int) -> None:
        cursor = self._session.cursor
        if cursor is None or not 0 <= row < len(self._latents):
            return
        if not np.array_equal(self._latents[row], cursor):  # the first press of a double click went there
            self._moves.go(self._latents[row])

    @Slot(int)
    def _on_grid_hovered(self, row: int) -> None:
        if 0 <= row < len(self._latents):
            self._moves.look(self._latents[row])
        else:
            self._moves.leave()

    @Slot(int)
    def _on_grid_current_changed(self, row: int) -> None:
        self.keep.setEnabled(row >= 0)

    @Slot()
    def _on_keep_clicked(self) -> None:
        images, row = self.grid.images, self.grid.current
        if images is not None and 0 <= row < len(self._latents):
            added = kept_tray(self._session).keep(self._latents[row], images[row].copy())
            self._session.notice.emit("Kept" if added else "This sample is kept already")

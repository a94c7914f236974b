"""``SelectionPanel``: all that is known of the selected image."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from vae_explorer.ui.bits import bits_note, bits_text
from vae_explorer.ui.panels.controls import Caption, set_help, set_role, tool_button
from vae_explorer.ui.panels.model_panel import Job, ModelPanel
from vae_explorer.ui.panels.nearest_images import NearestImages
from vae_explorer.ui.panels.selected_image import SelectedImage, from_code, from_picture
from vae_explorer.ui.session import Session
from vae_explorer.ui.theme import SPACE_M, SPACE_S, SPACE_XS, difference_lut, theme_manager
from vae_explorer.ui.widgets.difference import difference_picture
from vae_explorer.ui.widgets.image_view import ImageView
from vae_explorer.ui.widgets.posterior_bars import PosteriorBar, PosteriorBars
from vae_explorer.vae.recon_label import ReconLabel

__all__ = ["SelectionPanel"]

DIMS_SHOWN = 12
_PICTURE_MAX_PX = 160
_NUMBER_NAMES = ("recon", "KL", "PSNR", "SSIM")
_NUMBER_HELP = {
    "recon": "Reconstruction loss: −log p(x|z) at the mean of the image's posterior, in nats. "
    "Smaller means that the model draws this image better.",
    "KL": "How far the image's posterior q(z|x) is from the prior, in nats. "
    "It is what the model pays to tell this image from others.",
    "PSNR": "Peak signal-to-noise ratio of the reconstruction, in decibels. "
    "Above 30 dB it is hard to see a difference.",
    "SSIM": "Structural similarity (Wang et al. 2004), 1 for equal pictures. "
    "It looks at local contrast and structure rather than single pixels.",
}


class SelectionPanel(ModelPanel):
    """Original, reconstruction, difference, numbers, posterior and nearest images; fits the rail."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, "selection", priority=2, parent=parent)
        self.setObjectName("selectionPanel")
        self._answer: SelectedImage | None = None
        self.title = QLabel()
        set_role(self.title, "strong")
        self.title.setWordWrap(True)
        self.facts = Caption()
        self.facts.setWordWrap(True)
        self.facts.setWhatsThis(
            "What is known of this image besides its pixels, as it was made. The model never sees these "
            "numbers."
        )
        self.go_button = tool_button("target", "Go to its code")
        set_help(
            self.go_button,
            "Move the cursor to this image's code",
            "Moves the cursor to the mean of this image's posterior. The large picture then shows its "
            "reconstruction.",
        )
        self.close_button = tool_button("close", "Clear the selection")
        set_help(
            self.close_button,
            "Select nothing",
            "Takes the mark off this image. The cursor stays where it is.",
        )
        self.pictures = {name: ImageView() for name in ("original", "reconstruction", "difference")}
        self._difference_name = Caption("difference")
        self._compared = (self._difference_name, self.pictures["difference"])  # absent without the original
        self.absence = Caption("The picture itself is not on this machine.")
        self.absence.setWordWrap(True)
        self.absence.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.absence.setVisible(False)
        self._numbers = {name: QLabel() for name in _NUMBER_NAMES}
        self._number_names = {name: Caption(name) for name in _NUMBER_NAMES}
        self.bits = Caption()
        self.bits.setWordWrap(True)
        self.bits.setVisible(False)
        self.recon_caption = Caption()
        self.recon_caption.setWordWrap(True)
        self.posterior_title = Caption()
        self.posterior_title.setWordWrap(True)
        self.posterior = PosteriorBars()
        self.posterior.setWhatsThis(
            "Where the encoder puts this image: the mean of each latent dimension with one (thick) and two "
            "(thin) standard deviations. The bands behind are the prior; a dimension that fills them tells "
            "nothing."
        )
        self.nearest = NearestImages(session)
        self.neighbours = self.nearest.grid
        self._lay_out()
        session.selection_changed.connect(self._on_session_selection_changed)
        session.images_changed.connect(self.refresh)
        session.recon_label_changed.connect(self._on_session_recon_label_changed)
        self._on_session_recon_label_changed(session.recon_label)
        session.encodings_changed.connect(self._on_session_encodings_changed)
        self.go_button.clicked.connect(self._on_go_clicked)
        self.close_button.clicked.connect(self._on_close_clicked)
        theme_manager().changed.connect(self._on_theme_changed)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(SPACE_XS)
        head.addWidget(self.title, 1)
        head.addWidget(self.go_button, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        pictures = QGridLayout()
        pictures.setSpacing(SPACE_S)
        for column, (name, view) in enumerate(self.pictures.items()):
            view.setAccessibleName(name.capitalize())
            view.setMaximumWidth(_PICTURE_MAX_PX)
            view.set_file_name(name)
            view.save_failed.connect(self.error.show_sentence)
            pictures.addWidget(self._difference_name if name == "difference" else Caption(name), 0, column)
            pictures.addWidget(view, 1, column)
            pictures.setColumnStretch(column, 1)
        pictures.addWidget(self.absence, 1, 0)
        self.pictures["difference"].setWhatsThis(
            "Reconstruction minus original, mean over colour channels. Red is brighter than the original, "
            "blue darker."
        )
        numbers = QGridLayout()
        numbers.setHorizontalSpacing(SPACE_S)
        numbers.setVerticalSpacing(0)
        for column, name in enumerate(_NUMBER_NAMES):
            for label in (self._number_names[name], self._numbers[name]):
                label.setWhatsThis(_NUMBER_HELP[name])
                label.setToolTip(_NUMBER_HELP[name].split(". ")[0].rstrip(".") + ".")
            numbers.addWidget(self._number_names[name], 0, column)
            numbers.addWidget(self._numbers[name], 1, column)
            numbers.setColumnStretch(column, 1)
        content = QWidget()
        column_layout = QVBoxLayout(content)
        column_layout.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_M)
        column_layout.setSpacing(SPACE_S)
        column_layout.addLayout(head)
        column_layout.addWidget(self.facts)
        column_layout.addLayout(pictures)
        column_layout.addLayout(numbers)
        column_layout.addWidget(self.bits)
        column_layout.addWidget(self.recon_caption)
        column_layout.addSpacing(SPACE_XS)
        column_layout.addWidget(self.posterior_title)
        column_layout.addWidget(self.posterior)
        column_layout.addSpacing(SPACE_XS)
        column_layout.addWidget(self.nearest)
        column_layout.addStretch(1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(content)
        body = QVBoxLayout(self.body)
        body.setContentsMargins(0, 0, 0, 0)
        body.addWidget(scroll)

    # --- what is shown -------------------------------------------------------------------------

    @property
    def neighbour_images(self) -> NDArray[np.int64]:
        """Images in `neighbours`, nearest first."""
        return self.nearest.images

    def _missing(self) -> tuple[str, str] | None:
        missing = super()._missing()
        if missing is not None:
            return missing
        images, selection, encodings = self._session.images, self._session.selection, self._session.encodings
        if images is not None:
            found = selection is not None and 0 <= selection < len(images)
        else:
            found = (
                selection is not None and encodings is not None and encodings.row_of(selection) is not None
            )
        return (
            None
            if found
            else ("No image selected", "Click a point on the map, or a row of the reconstructions.")
        )

    def _job(self) -> Job | None:
        explorer, images, image = self._session.explorer, self._session.images, self._session.selection
        encodings = self._session.encodings
        if explorer is None or image is None:
            return None
        if images is not None:
            return lambda _is_stale: from_picture(explorer, images, image)
        row = encodings.row_of(image) if encodings is not None else None
        if encodings is None or row is None:
            return None
        return lambda _is_stale: from_code(explorer, encodings, row)

    def _take(self, answer: Any) -> None:
        if answer.image != self._session.selection or (
            (answer.original is None) != (self._session.images is None)
        ):
            return
        self._answer = answer
        self.nearest.set_answer(answer)
        self.title.setText(answer.title)
        self.facts.setText(answer.facts)
        self.facts.setVisible(bool(answer.facts))
        self.pictures["original"].set_image(answer.original)
        self.pictures["reconstruction"].set_image(answer.reconstruction)
        self._show_difference()
        has_picture = answer.original is not None
        for widget in (*self._compared, self.pictures["original"]):
            widget.setVisible(has_picture)
        self.absence.setVisible(not has_picture)
        values = dict(answer.numbers)
        for name, label in self._numbers.items():
            label.setText(values.get(name, ""))
            label.setVisible(name in values)
            self._number_names[name].setVisible(name in values)
        self._show_bits()
        self._show_posterior(answer)
        self._ask_neighbours()

    def _show_bits(self) -> None:
        """recon and KL together in bits per dimension, where the model has them."""
        bits = "" if self._answer is None else bits_text(self._session.to_bits, self._answer.nats)
        self.bits.setText(f"recon + KL is {bits}")
        self.bits.setVisible(bool(bits))
        self.bits.setToolTip(
            f"{bits_note(self._session.recon_label)} recon is that at the posterior's mean, so this is a little less "
            "than what training and Evaluation state."
        )

    def _show_difference(self) -> None:
        signed = self._answer.signed if self._answer is not None else None
        lut = difference_lut(theme_manager().theme)
        self.pictures["difference"].set_image(None if signed is None else difference_picture(signed, lut))

    def _show_posterior(self, answer: SelectedImage) -> None:
        explorer = self._session.explorer
        variational = explorer is not None and explorer.variational
        n = len(answer.mu)
        if variational:
            kl = 0.5 * (answer.mu**2 + np.exp(answer.log_var) - 1.0 - answer.log_var)  # (D,), nats
        else:
            kl = np.abs(answer.mu)
        dims = np.arange(n) if n <= DIMS_SHOWN else np.argsort(-kl, kind="stable")[:DIMS_SHOWN]
        self.posterior.set_bars(
            [
                PosteriorBar(
                    f"z{d + 1}",
                    float(answer.mu[d]),
                    float(np.exp(0.5 * answer.log_var[d])) if variational else None,
                )
                for d in dims
            ]
        )
        title = "Posterior q(z|x), mean ± standard deviation" if variational else "Code"
        if n > DIMS_SHOWN:
            title += f" · {DIMS_SHOWN} of {n} dimensions, those that tell most"
        self.posterior_title.setText(title)

    def _ask_neighbours(self) -> None:
        if self._answer is not None and self.isVisible():
            self.nearest.ask()

    def _reset(self) -> None:
        self._answer = None
        self.nearest.reset()

    # --- slots ---------------------------------------------------------------------------------

    @Slot()
    def _on_session_selection_changed(self) -> None:
        self.refresh()

    @Slot(object)
    def _on_session_recon_label_changed(self, label: ReconLabel) -> None:
        self._number_names["recon"].setText(label.named("recon"))
        self.recon_caption.setText(label.caption)
        self.recon_caption.setVisible(bool(label.caption))
        self._show_bits()

    @Slot()
    def _on_session_encodings_changed(self) -> None:
        if self._session.images is None:
            self.refresh()  # the codes are all that is known
        else:
            self._ask_neighbours()

    @Slot()
    def _on_go_clicked(self) -> None:
        if self._answer is not None:
            self._session.jump_cursor(self._answer.mu)

    @Slot()
    def _on_close_clicked(self) -> None:
        self._session.set_selection(None)

    @Slot()
    def _on_theme_changed(self) -> None:
        self._show_difference()

    def resizeEvent(self, event: Any) -> None:  # QResizeEvent
        super().resizeEvent(event)
        self.nearest.fit(self.width())

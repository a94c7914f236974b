"""``DecodedPanel``: the picture at the cursor, large, with its coordinates and what one can do with it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from vae_explorer.latent.pictures import enlarge, save_png
from vae_explorer.ui.clipboard import put_on_clipboard
from vae_explorer.ui.kept import kept_tray
from vae_explorer.ui.panels.class_picker import ClassPicker
from vae_explorer.ui.panels.controls import Caption, set_help
from vae_explorer.ui.panels.coordinates_edit import CoordinatesEdit
from vae_explorer.ui.panels.decoded_buttons import (
    copy_button,
    keep_button,
    redraw_button,
    sample_button,
    smooth_button,
    variations_button,
)
from vae_explorer.ui.panels.export_line import ExportLine, ask_export_path
from vae_explorer.ui.panels.inline_error import InlineError
from vae_explorer.ui.panels.nearest_line import NearestLine
from vae_explorer.ui.panels.picture_sampler import PictureSampler
from vae_explorer.ui.panels.rail_image import RailImage
from vae_explorer.ui.panels.save_button import SaveButton
from vae_explorer.ui.panels.variations_view import VariationsView
from vae_explorer.ui.session import Session
from vae_explorer.ui.theme import SPACE_M, SPACE_S, SPACE_XS

__all__ = ["DecodedPanel"]

_STACKED_PX = 600  # in a lower panel the variations stand beside the picture, not under everything

Picture = NDArray[np.uint8]


class DecodedPanel(QWidget):
    """What the decoder makes of the place under the mouse.

    Signals
    -------
    kept
        The place on screen was put into the tray.
    """

    kept = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("decodedPanel")
        self._session = session
        self._tray = kept_tray(session)
        self._sampler = PictureSampler(session, self)
        self._sample: Picture | None = None
        self._preview: Picture | None = None
        self.image = RailImage()
        self.image.setObjectName("decodedImage")
        self.image.setAccessibleName("Decoded picture")
        self.image.setWhatsThis(
            "The picture that the decoder makes of the place under the mouse: the mean of p(x|z), which "
            "looks softer than a real picture. Drag it out of the window to use it elsewhere."
        )
        self.class_picker = ClassPicker(session)
        self.edit = CoordinatesEdit()
        set_help(
            self.edit,
            "Where this picture lies; write other numbers and press Enter to go there",
            "The latent coordinates z of the picture above, one number a dimension. Write others, separated "
            "by commas or spaces, and press Enter to jump there.",
        )
        self.error = InlineError()
        self.copy_button = copy_button(self.copy_image, self.copy_coordinates)
        self.save_button = SaveButton()
        self.keep_button = keep_button()
        self.variations_button = variations_button()
        self.sample_button = sample_button()
        self.redraw_button = redraw_button()
        self.smooth_button = smooth_button()
        self.time = Caption()
        self.time.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.time.setToolTip("Time the decoder took for this picture")
        self.time.setWhatsThis(
            "How long the decoder took for this picture. Below about 16 ms it keeps up with the mouse."
        )
        self.nearest = NearestLine(session)
        self.variations = VariationsView(session)
        self.variations.setVisible(False)
        self.export_line = ExportLine(session, "decoded")
        self._lay_out()
        self._connect()
        self._on_session_explorer_changed()
        self._on_session_cursor_changed()

    @property
    def scale(self) -> int:
        """Enlargement of saved pictures, a whole factor."""
        return self.save_button.scale

    @property
    def is_sampling(self) -> bool:
        """Whether pixels are drawn from p(x|z) rather than its mean shown."""
        return self.sample_button.isChecked()

    def _lay_out(self) -> None:
        coordinates = QHBoxLayout()
        coordinates.setSpacing(SPACE_S)
        coordinates.addWidget(self.edit, 1)
        coordinates.addWidget(self.copy_button)
        coordinates.addWidget(self.save_button)
        near = QHBoxLayout()
        near.setSpacing(SPACE_S)
        near.addWidget(self.nearest, 1)
        near.addWidget(self.time)
        actions = QHBoxLayout()
        actions.setSpacing(SPACE_XS)
        for button in (self.keep_button, self.variations_button, self.sample_button, self.redraw_button):
            actions.addWidget(button)
        actions.addStretch(1)
        actions.addWidget(self.smooth_button)
        self.redraw_button.setVisible(False)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_M)
        column.setSpacing(SPACE_S)
        self._upper = QHBoxLayout()
        self._upper.setSpacing(SPACE_S)
        self._upper.addWidget(self.image, 2)
        column.addLayout(self._upper, 100)  # it takes all the room up to the picture's proportions
        column.addWidget(self.class_picker)
        column.addLayout(coordinates)
        column.addWidget(self.error)
        column.addLayout(near)
        column.addLayout(actions)
        column.addWidget(self.export_line)
        column.addWidget(self.variations)
        column.addStretch(1)
        self._column = column
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)

    def _connect(self) -> None:
        session = self._session
        session.decoded_changed.connect(self._on_session_decoded_changed)
        session.cursor_changed.connect(self._on_session_cursor_changed)
        session.explorer_changed.connect(self._on_session_explorer_changed)
        session.model_replaced.connect(self._on_session_model_replaced)
        self.edit.submitted.connect(session.jump_cursor)
        self.edit.refused.connect(self._on_edit_refused)
        self.image.save_failed.connect(self.error.show_sentence)
        self.copy_button.clicked.connect(self.copy)
        self.save_button.save_wanted.connect(self.save_image)
        self.sample_button.toggled.connect(self._on_sample_toggled)
        self._sampler.drawn.connect(self._on_sampler_drawn)
        self.redraw_button.clicked.connect(self._on_redraw_clicked)
        self.variations_button.toggled.connect(self._on_variations_toggled)
        self.variations.previewed.connect(self._on_variations_previewed)
        self.keep_button.clicked.connect(self._on_keep_clicked)
        self.smooth_button.toggled.connect(self.image.set_smooth)
        self._tray.changed.connect(self._on_tray_changed)

    # --- commands ------------------------------------------------------------------------------

    @Slot()
    def copy(self) -> None:
        """Put the picture and its coordinates on the clipboard, together."""
        self._to_clipboard(picture=True, coordinates=True)

    @Slot()
    def copy_image(self) -> None:
        self._to_clipboard(picture=True)

    @Slot()
    def copy_coordinates(self) -> None:
        self._to_clipboard(coordinates=True)

    @Slot()
    def save_image(self) -> None:
        """Ask where, then write what is on show as a PNG at the chosen scale."""
        image, scale = self.image.image, self.scale
        if image is None or self.export_line.is_busy:
            return
        path = ask_export_path(self, "Save picture", "decoded.png", "PNG pictures (*.png)")
        if path is not None:
            self.export_line.start(path, lambda target: save_png(target, enlarge(image, scale)))

    def _to_clipboard(self, *, picture: bool = False, coordinates: bool = False) -> None:
        image, z = self.image.image, self._session.cursor
        if z is None or (picture and image is None):
            return
        shown = enlarge(image, self.scale) if picture and image is not None else None
        put_on_clipboard(shown, z if coordinates else None)
        self._session.notice.emit("Copied to the clipboard")

    # --- what is shown -------------------------------------------------------------------------

    def _place_variations(self) -> None:
        """Under everything, or beside the picture where the panel is too low for both."""
        beside = self.variations_button.isChecked() and self.height() < _STACKED_PX
        if beside == (self._upper.count() == 2):
            return
        self.image.set_shares(beside)
        self._upper.setAlignment(self.image, Qt.AlignmentFlag.AlignTop if beside else Qt.AlignmentFlag(0))
        if beside:
            self._column.removeWidget(self.variations)
            self._upper.addWidget(self.variations, 3)
        else:
            self._upper.removeWidget(self.variations)
            self._column.insertWidget(self._column.count() - 1, self.variations)
        self.variations.set_fits_height(beside)

    def _show_picture(self) -> None:
        image = self._session.decoded
        if self._preview is not None:
            image = self._preview
        elif self.is_sampling and self._sample is not None:
            image = self._sample
        self.image.set_image(image)
        self.save_button.set_picture(image)

    def _draw_sample(self) -> None:
        if self.isVisible():
            self._sampler.draw()

    def _show_state(self) -> None:
        there = self._session.explorer is not None
        for widget in (
            self.copy_button, self.save_button, self.sample_button, self.redraw_button,
            self.variations_button, self.keep_button, self.smooth_button,
        ):  # fmt: skip
            widget.setEnabled(there)
        if there:
            self.image.set_placeholder("Decoding …")
        else:
            self.image.set_placeholder(
                "The picture under the mouse appears here.\n"
                "Start training or open a run, then point at the map."
            )
        self.keep_button.setChecked(self._tray.holds(self._session.cursor))

    # --- slots ---------------------------------------------------------------------------------

    @Slot()
    def _on_session_decoded_changed(self) -> None:
        self.time.setText("" if self._session.decoded is None else f"{self._session.decode_ms:.1f} ms")
        if self.is_sampling:
            self._draw_sample()
        else:
            self._show_picture()

    @Slot()
    def _on_session_cursor_changed(self) -> None:
        self.edit.set_latent(self._session.cursor)
        self.keep_button.setChecked(self._tray.holds(self._session.cursor))

    @Slot()
    def _on_session_explorer_changed(self) -> None:
        self._show_state()

    @Slot()
    def _on_session_model_replaced(self) -> None:
        self._sampler.cancel()
        self._sample = self._preview = None
        self.error.clear()
        self._show_state()
        self._show_picture()

    @Slot(str)
    def _on_edit_refused(self, sentence: str) -> None:
        self.error.show_sentence(sentence)
        self.edit.setProperty("invalid", "true" if sentence else "false")
        self.edit.style().unpolish(self.edit)
        self.edit.style().polish(self.edit)

    @Slot(bool)
    def _on_sample_toggled(self, sampling: bool) -> None:
        self.redraw_button.setVisible(sampling)
        if sampling:
            self._draw_sample()
        else:
            self._sample = None
            self._show_picture()

    @Slot(object)
    def _on_sampler_drawn(self, image: Picture) -> None:
        if self.is_sampling:
            self._sample = image
            self._show_picture()

    @Slot()
    def _on_redraw_clicked(self) -> None:
        self._sampler.reseed()
        self._draw_sample()

    @Slot(bool)
    def _on_variations_toggled(self, shown: bool) -> None:
        self._place_variations()
        self.variations.setVisible(shown)

    @Slot(object)
    def _on_variations_previewed(self, image: Picture | None) -> None:
        self._preview = image
        self._show_picture()

    @Slot()
    def _on_keep_clicked(self) -> None:
        z, image = self._session.cursor, self._session.decoded
        if z is None or image is None:
            self.keep_button.setChecked(False)
        elif self._tray.holds(z):
            self._tray.drop(z)
        else:
            self._tray.keep(z, image)
            self.kept.emit()

    @Slot()
    def _on_tray_changed(self) -> None:
        self.keep_button.setChecked(self._tray.holds(self._session.cursor))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_variations()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._on_session_decoded_changed()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._sampler.cancel()

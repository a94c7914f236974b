"""``NearestLine``: how far the nearest real image is from the cursor, with its thumbnail."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QIcon, QPixmap, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from vae_explorer.ui.nearest import Nearest, nearest_finder
from vae_explorer.ui.panels.controls import ElidedCaption, set_help
from vae_explorer.ui.session import Session
from vae_explorer.ui.theme import SPACE_S
from vae_explorer.ui.widgets.picture import to_qimage

__all__ = ["NearestLine"]

_THUMB_PX = 28


class NearestLine(QWidget):
    """Follows the cursor; a click on the thumbnail selects the image.

    Signals
    -------
    found
        Index in the `ImageSet`, or None.
    """

    found = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._finder = nearest_finder(session)
        self._image: int | None = None
        self._thumb = QToolButton()
        self._thumb.setIconSize(QSize(_THUMB_PX, _THUMB_PX))
        self._thumb.setFixedSize(_THUMB_PX + 4, _THUMB_PX + 4)
        self._thumb.setAutoRaise(True)
        self._thumb.setStyleSheet("QToolButton { padding: 0; border: none; }")
        self._thumb.setAccessibleName("Select the nearest real image")
        self._text = ElidedCaption()
        words = (
            "The real picture whose code lies nearest to this place, and how far that is in latent units. "
            "Far from all of them the model makes things up."
        )
        set_help(self._thumb, "Select the nearest real image", words)
        self._text.setWhatsThis(words)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(self._thumb)
        row.addWidget(self._text, 1)
        self._thumb.clicked.connect(self._on_thumb_clicked)
        session.cursor_changed.connect(self.refresh)
        session.encodings_changed.connect(self.refresh)
        session.images_changed.connect(self._on_session_images_changed)
        self._show(None)

    @property
    def image(self) -> int | None:
        """Index of the nearest real image in the `ImageSet`."""
        return self._image

    @property
    def text(self) -> str:
        return self._text.text()

    @Slot()
    def refresh(self) -> None:
        """Search from where the cursor is now, if anybody sees it."""
        cursor = self._session.cursor
        if not self.isVisible():
            return
        if cursor is None:
            self._show(None)
        else:
            self._finder.ask("cursor", cursor, 1, self._show)

    def _show(self, nearest: Nearest | None) -> None:
        images = self._session.images
        if nearest is None or len(nearest[0]) == 0:
            self._image = None
            self._text.setText("No real images encoded yet" if self._session.explorer is not None else "")
            self._thumb.setVisible(False)
            return
        image, distance = int(nearest[0][0]), float(nearest[1][0])
        self._text.setText(f"Nearest real image {distance:.2f} away")
        if image != self._image:
            self._image = image
            shown = images is not None and image < len(images)
            if images is not None and shown:
                picture = to_qimage(images.images[image]).scaled(
                    2 * _THUMB_PX,
                    2 * _THUMB_PX,
                    Qt.AspectRatioMode.KeepAspectRatio,
                    Qt.TransformationMode.FastTransformation,
                )
                self._thumb.setIcon(QIcon(QPixmap.fromImage(picture)))
            self.found.emit(image)
        self._thumb.setVisible(images is not None)

    @Slot()
    def _on_session_images_changed(self) -> None:
        self._image = None  # the same number may be another picture now
        self.refresh()

    @Slot()
    def _on_thumb_clicked(self) -> None:
        if self._image is not None:
            self._session.set_selection(self._image)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

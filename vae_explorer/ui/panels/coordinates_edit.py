"""``CoordinatesEdit``: the cursor's latent as a line of text to read, edit and copy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from vae_explorer.errors import ConfigError
from vae_explorer.latent.coordinates import format_latent, parse_latent

__all__ = ["CoordinatesEdit"]

_ALL_SHOWN, _SOME_SHOWN = 8, 3  # numbers; more than the first are cut to the second until the field is edited
_EDITED_DIGITS = 4


class CoordinatesEdit(QLineEdit):
    """Shows ``z = 0.42, −1.07``; while it has the focus, all numbers, ready to be changed.

    Signals
    -------
    submitted
        float64 (D,), on Enter.
    refused
        One sentence about what was written; empty when it is fine again.
    """

    submitted = Signal(object)
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._z: NDArray[np.float64] | None = None
        self._written = ""  # what this class wrote; any other text is a person's
        self.setObjectName("coordinatesEdit")
        self.setAccessibleName("Coordinates of the place shown")
        self.setPlaceholderText("z")
        self.textEdited.connect(self._on_text_edited)
        self.returnPressed.connect(self._on_return_pressed)

    @property
    def latent(self) -> NDArray[np.float64] | None:
        """What is shown, (D,)."""
        return self._z

    @property
    def is_edited(self) -> bool:
        """Whether the text is a person's, not yet entered."""
        return self.text() != self._written

    def set_latent(self, z: NDArray[np.float64] | None) -> None:
        """Show another latent; what a person is writing stays."""
        self._z = z
        self.setEnabled(z is not None)
        if not self.is_edited:
            self._write()

    def _write(self) -> None:
        if self._z is None:
            text = ""
        elif self.hasFocus():
            text = format_latent(self._z, digits=_EDITED_DIGITS)
        else:
            limit = None if len(self._z) <= _ALL_SHOWN else _SOME_SHOWN
            text = "z = " + format_latent(self._z, limit=limit)
        self._written = text
        if text != self.text():
            self.setText(text)
            if not self.hasFocus():
                self.setCursorPosition(0)

    @Slot()
    def _on_text_edited(self) -> None:
        self.refused.emit("")

    @Slot()
    def _on_return_pressed(self) -> None:
        if self._z is None or not self.is_edited:
            return
        try:
            z = parse_latent(self.text(), self._z.shape[0])
        except ConfigError as error:
            self.refused.emit(str(error))
            return
        self._z = z
        self._write()
        self.refused.emit("")
        self.submitted.emit(z)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.is_edited:
            self._restore()
            event.accept()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.is_edited:
            self._write()
            self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            self._restore()

    def _restore(self) -> None:
        self._write()
        self.refused.emit("")

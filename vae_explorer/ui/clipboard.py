"""A picture and its latent on the clipboard, for other programs to take either."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

from vae_explorer.latent.coordinates import copyable_latent
from vae_explorer.ui.widgets.picture import to_qimage

__all__ = ["put_on_clipboard"]


def put_on_clipboard(picture: NDArray[np.uint8] | None, z: NDArray[np.float64] | None) -> None:
    """Replace what is on the clipboard by a picture (C, H, W), the coordinates of a latent (D,), or both."""
    mime = QMimeData()
    if z is not None:
        mime.setText(copyable_latent(z))
    if picture is not None:
        mime.setImageData(to_qimage(picture))
    QGuiApplication.clipboard().setMimeData(mime)

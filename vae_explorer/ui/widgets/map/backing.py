"""``Backing``: a picture of a widget that is painted again and again into the same memory."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QPixmap

from vae_explorer.ui.widgets.map.viewport import Viewport

__all__ = ["Backing"]


class Backing:
    """A pixmap that knows whether it is up to date.

    Fresh pixmaps are fresh memory, and the system's handing it out page by page takes longer than painting.
    """

    def __init__(self) -> None:
        self._pixmap = QPixmap()
        self._is_painted = False

    def forget(self) -> None:
        """What it shows is out of date."""
        self._is_painted = False

    def sized(self, viewport: Viewport, ratio: float) -> tuple[QPixmap, bool]:
        """The pixmap for a view of that size, and whether its picture still holds; if not, paint it now."""
        wanted = QSize(round(viewport.width * ratio), round(viewport.height * ratio))
        if self._pixmap.size() != wanted or self._pixmap.devicePixelRatio() != ratio:
            self._pixmap = QPixmap(wanted)
            self._pixmap.setDevicePixelRatio(ratio)
            self._is_painted = False
        held, self._is_painted = self._is_painted, True
        return self._pixmap, held

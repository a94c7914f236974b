"""``ImageView``: one picture, as large as it fits, its pixels crisp."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QApplication, QMenu, QSizePolicy, QWidget

from vae_explorer.errors import ExportError
from vae_explorer.ui.icons import icon
from vae_explorer.ui.theme import RADIUS_CARD, SPACE_L, theme_manager
from vae_explorer.ui.widgets.picture import (
    copy_picture,
    drag_picture,
    draw_picture,
    fitted,
    save_picture_as,
    to_qimage,
)

__all__ = ["ImageView", "to_qimage"]


class ImageView(QWidget):
    """Shows one uint8 picture, or a sentence where there is none.

    The widget keeps the picture's proportions (`heightForWidth`), offers Copy and Save in its context
    menu, and lets the picture be dragged out as a PNG.
    """

    clicked = Signal()
    save_failed = Signal(str)  # one sentence

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._array: NDArray[np.uint8] | None = None
        self._picture: QImage | None = None
        self._placeholder = ""
        self._file_name = "picture"
        self._smooth = False
        self._pressed_at: QPoint | None = None
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setMinimumSize(48, 48)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Picture")
        theme_manager().changed.connect(self._on_theme_changed)

    @property
    def image(self) -> NDArray[np.uint8] | None:
        """What is shown, uint8 (C, H, W)."""
        return self._array

    @property
    def picture(self) -> QImage | None:
        """What is shown, at its own size in pixels."""
        return self._picture

    @property
    def is_smooth(self) -> bool:
        return self._smooth

    def set_image(self, image: NDArray[np.uint8] | None) -> None:
        """Show a uint8 (C, H, W) picture; None shows the placeholder."""
        before = None if self._picture is None else self._picture.size()
        self._array = image
        self._picture = None if image is None else to_qimage(image)
        after = None if self._picture is None else self._picture.size()
        if before != after:
            self.updateGeometry()
            self._describe()
        self.update()

    def set_smooth(self, smooth: bool) -> None:
        """Blend pixels when the picture is enlarged (True) or keep them square (False)."""
        if smooth != self._smooth:
            self._smooth = smooth
            self.update()

    def set_placeholder(self, text: str) -> None:
        """What to say while there is no picture: what to do next."""
        if text != self._placeholder:
            self._placeholder = text
            self._describe()
            self.update()

    def set_file_name(self, name: str) -> None:
        """Name offered when the picture is saved or dragged out, without suffix."""
        self._file_name = name

    @Slot()
    def copy(self) -> None:
        """Put the picture on the clipboard, at its own size in pixels."""
        if self._picture is not None:
            copy_picture(self._picture)

    @Slot()
    def save_as(self) -> None:
        """Ask where, then save the picture, at its own size in pixels."""
        if self._picture is not None:
            try:
                save_picture_as(self.window(), self._picture, self._file_name)
            except ExportError as error:
                self.save_failed.emit(str(error))

    def picture_rect(self) -> QRect:
        """Where the picture lies in the widget."""
        return self.rect() if self._picture is None else fitted(self._picture.size(), self.rect())

    @Slot()
    def _on_theme_changed(self) -> None:
        self.update()

    def _describe(self) -> None:
        if self._picture is None:
            self.setAccessibleDescription(self._placeholder or "No picture yet")
        else:
            self.setAccessibleDescription(f"{self._picture.width()} × {self._picture.height()} pixels")

    def sizeHint(self) -> QSize:
        return QSize(280, self.heightForWidth(280))

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if self._picture is None or self._picture.width() == 0:
            return width
        return max(48, round(width * self._picture.height() / self._picture.width()))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_manager().theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self.picture_rect()
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(area), RADIUS_CARD, RADIUS_CARD)
        painter.fillPath(shape, QColor(theme.ground))
        if self._picture is None:
            painter.setPen(QColor(theme.muted))
            room = area.adjusted(SPACE_L, SPACE_L, -SPACE_L, -SPACE_L)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(room, int(flags), self._placeholder)
        else:
            painter.setClipPath(shape)
            draw_picture(painter, area, self._picture, smooth=self._smooth)
            painter.setClipping(False)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.accent_bright), 2))
            painter.drawRoundedRect(QRectF(area).adjusted(1, 1, -1, -1), RADIUS_CARD, RADIUS_CARD)
        elif self._picture is None:
            painter.setPen(QPen(QColor(theme.line), 1))
            painter.drawRoundedRect(QRectF(area).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_CARD, RADIUS_CARD)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = event.position().toPoint()
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed_at is None or self._picture is None:
            return
        moved = (event.position().toPoint() - self._pressed_at).manhattanLength()
        if moved >= QApplication.startDragDistance():
            self._pressed_at = None
            drag_picture(self, self._picture, self._file_name)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed_at is not None and event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = None
            self.clicked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self._picture is None:
            return
        menu = QMenu(self)
        menu.addAction(icon("copy"), "Copy picture", self.copy)
        menu.addAction(icon("save"), "Save picture…", self.save_as)
        menu.exec(event.globalPos())
        menu.deleteLater()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange:
            self.update()

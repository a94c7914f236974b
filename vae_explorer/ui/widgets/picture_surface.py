"""``PictureSurface``: what the image grid and the film strip share: hover, press, drag out, copy, save."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFont,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPen,
)
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QFrame, QMenu, QWidget

from vae_explorer.errors import ExportError
from vae_explorer.ui.icons import icon
from vae_explorer.ui.theme import FONT_CAPTION_PX, SPACE_L, SPACE_S, theme_manager
from vae_explorer.ui.widgets.picture import copy_picture, drag_picture, save_picture_as

__all__ = ["PictureSurface"]


class PictureSurface(QAbstractScrollArea):
    """A scrollable surface of painted pictures, one of which may be current.

    Children say what lies where (`item_at`), what it looks like (`picture`), and paint.
    """

    save_failed = Signal(str)  # one sentence

    def __init__(self, noun: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._noun = noun  # "picture", "frame"
        self._current = -1
        self._hovered = -1
        self._placeholder = ""
        self._file_name = noun
        self._pressed: tuple[int, QPoint] | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        theme_manager().changed.connect(self._on_theme_changed)

    # --- what children say ---------------------------------------------------------------------

    @property
    def count(self) -> int:
        """How many pictures there are."""
        raise NotImplementedError

    def item_at(self, position: QPoint) -> int:
        """The picture at a viewport position, −1 if there is none."""
        raise NotImplementedError

    def picture(self, item: int) -> QImage | None:
        """Picture `item` at its own size in pixels."""
        raise NotImplementedError

    def set_current(self, item: int) -> None:
        """Frame one picture and bring it into view; −1 frames none."""
        raise NotImplementedError

    def _press(self, item: int) -> None:
        raise NotImplementedError

    def _hover(self, item: int) -> None:
        raise NotImplementedError

    def _describe(self) -> None:
        raise NotImplementedError

    # --- shared --------------------------------------------------------------------------------

    @property
    def current(self) -> int:
        """The framed picture, −1 when there is none."""
        return self._current

    def set_placeholder(self, text: str) -> None:
        """What to say while there are no pictures: what to do next."""
        if text != self._placeholder:
            self._placeholder = text
            self._describe()
            self.viewport().update()

    def set_file_name(self, name: str) -> None:
        """Stem of the names offered when pictures are saved or dragged out."""
        self._file_name = name

    @Slot()
    def copy_current(self) -> None:
        """Put the current picture on the clipboard."""
        picture = self.picture(self._current)
        if picture is not None:
            copy_picture(picture)

    @Slot()
    def save_current(self) -> None:
        """Ask where, then save the current picture."""
        picture = self.picture(self._current)
        if picture is not None:
            try:
                save_picture_as(self.window(), picture, self._name_of(self._current))
            except ExportError as error:
                self.save_failed.emit(str(error))

    @Slot()
    def _on_theme_changed(self) -> None:
        self.viewport().update()

    def _name_of(self, item: int) -> str:
        return f"{self._file_name}-{item:03d}"

    def _caption_font(self, *, bold: bool = False) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(FONT_CAPTION_PX)
        font.setBold(bold)
        return font

    def _paint_placeholder(self, painter: QPainter) -> None:
        painter.setPen(QColor(theme_manager().theme.muted))
        room = self.viewport().rect().adjusted(SPACE_L, SPACE_S, -SPACE_L, -SPACE_S)
        painter.drawText(
            room, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), self._placeholder
        )

    def _paint_focus(self, painter: QPainter) -> None:
        """A ring around everything while no picture is current to carry it."""
        if self.hasFocus() and self._current < 0:
            painter.setPen(QPen(QColor(theme_manager().theme.accent_bright), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.viewport().rect().adjusted(1, 1, -1, -1))

    # --- Qt ------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        item = self.item_at(event.position().toPoint())
        if item >= 0:
            self.set_current(item)
            if event.button() == Qt.MouseButton.LeftButton:
                self._pressed = (item, event.position().toPoint())
                self._press(item)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        position = event.position().toPoint()
        self._hover(self.item_at(position))
        if self._pressed is not None:
            item, begin = self._pressed
            if (position - begin).manhattanLength() >= QApplication.startDragDistance():
                self._pressed = None
                picture = self.picture(item)
                if picture is not None:
                    drag_picture(self, picture, self._name_of(item))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed = None

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._hover(-1)
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy) and self._current >= 0:
            self.copy_current()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self._current < 0:
            return
        menu = QMenu(self)
        menu.addAction(icon("copy"), f"Copy {self._noun}", self.copy_current)
        menu.addAction(icon("save"), f"Save {self._noun}…", self.save_current)
        menu.exec(event.globalPos())
        menu.deleteLater()

"""``FilmStrip``: one row of frames with bars for the size of each step."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from vae_explorer.ui.theme import SPACE_S, SPACE_XS, theme_manager
from vae_explorer.ui.widgets.picture import draw_picture, to_qimage
from vae_explorer.ui.widgets.picture_surface import PictureSurface

__all__ = ["FilmStrip"]

_FRAME_MIN_PX = 40  # below this a strip scrolls instead of shrinking
_STRIP_MIN_PX = 88  # frames, marks and low bars: below this the frames are specks
_ROOMY_PX = 64  # frames with less room each stand closer together
_MARK_PX = 16  # line above the frames for anchor names
_BARS_PX, _BARS_LOW_PX = 28, 16  # line under the frames for step sizes; where the strip is low
_LOW_PX = 132  # a strip under this height gives its frames room from the bars
_EDGE_PX = 3  # room for the ring of the current frame


class FilmStrip(PictureSurface):
    """Frames side by side, as tall as fits; scrolls sideways when they would become too small.

    Signals
    -------
    frame_hovered
        The frame under the mouse, −1 when there is none.
    frame_clicked
        A press on a frame, or a move with the arrow keys.
    """

    frame_hovered = Signal(int)
    frame_clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("frame", parent)
        self._images: NDArray[np.uint8] | None = None
        self._pictures: list[QImage] = []
        self._bars: NDArray[np.float64] | None = None
        self._marks: dict[int, str] = {}
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Film strip")

    # --- what is shown -------------------------------------------------------------------------

    @property
    def count(self) -> int:
        return len(self._pictures)

    @property
    def frames(self) -> NDArray[np.uint8] | None:
        """uint8 (n, C, H, W)."""
        return self._images

    def set_frames(self, images: NDArray[np.uint8] | None) -> None:
        """Show uint8 (n, C, H, W) frames; None or n = 0 shows the placeholder."""
        self._images = images if images is not None and len(images) else None
        self._pictures = [] if self._images is None else [to_qimage(image) for image in self._images]
        if self._bars is not None and len(self._bars) != max(0, self.count - 1):
            self._bars = None
        self._hovered = -1
        self._update_scroll_bar()
        self.set_current(self._current if self._current < self.count else -1)
        self._describe()
        self.viewport().update()

    def set_current(self, item: int) -> None:
        """Ring one frame and bring it into view; −1 rings none."""
        frame = item if 0 <= item < self.count else -1
        if frame != self._current:
            self._current = frame
            if frame >= 0:
                self._scroll_to(frame)
            self._describe()
            self.viewport().update()

    def set_bars(self, values: NDArray[np.floating] | None) -> None:
        """Sizes of the n−1 steps between the frames, ≥ 0, drawn relative to the largest; None for no bars.

        Raises
        ------
        ValueError
            If there are not n−1 values.
        """
        if values is not None and len(values) != max(0, self.count - 1):
            raise ValueError(
                f"{self.count} frames have {max(0, self.count - 1)} steps, got {len(values)} bars"
            )
        self._bars = None if values is None else np.asarray(values, dtype=np.float64)
        self._update_scroll_bar()
        self.viewport().update()

    def set_marks(self, marks: Mapping[int, str]) -> None:
        """Names over frames, e.g. ``{0: "A", 12: "B"}``: the anchors of a path."""
        if dict(marks) != self._marks:
            self._marks = dict(marks)
            self._update_scroll_bar()
            self.viewport().update()

    def picture(self, item: int) -> QImage | None:
        return self._pictures[item] if 0 <= item < self.count else None

    # --- geometry ------------------------------------------------------------------------------

    def frame_rect(self, frame: int) -> QRect:
        """Where the frame lies in the viewport."""
        tile, gap = self._tile(), self._gap()
        left = _EDGE_PX + frame * (tile.width() + gap) - self.horizontalScrollBar().value()
        return QRect(QPoint(left, self._top()), tile)

    def item_at(self, position: QPoint) -> int:
        """The frame at a viewport position (its bar included), −1 if there is none."""
        if not self._pictures:
            return -1
        tile, gap = self._tile(), self._gap()
        frame = (position.x() - _EDGE_PX + self.horizontalScrollBar().value() + gap // 2) // (
            tile.width() + gap
        )
        return frame if 0 <= frame < self.count and 0 <= position.y() < self.viewport().height() else -1

    def _top(self) -> int:
        return _EDGE_PX + (_MARK_PX if self._marks else 0)

    def _gap(self) -> int:
        if self.count > 24:
            return 2
        return SPACE_S if self.viewport().width() >= self.count * _ROOMY_PX else SPACE_XS

    def _bars_px(self) -> int:
        if self._bars is None:
            return 0
        return _BARS_PX if self.viewport().height() >= _LOW_PX else _BARS_LOW_PX

    def _tile(self) -> QSize:
        height = self.viewport().height() - self._top() - _EDGE_PX - self._bars_px()
        if not self._pictures:
            return QSize(max(1, height), max(1, height))
        picture = self._pictures[0]
        ratio = picture.width() / picture.height()
        room = (self.viewport().width() - 2 * _EDGE_PX - (self.count - 1) * self._gap()) / self.count
        width = min(height * ratio, max(room, _FRAME_MIN_PX * min(1.0, ratio)))
        return QSize(max(1, int(width)), max(1, int(width / ratio)))

    def _update_scroll_bar(self) -> None:
        pitch = self._tile().width() + self._gap()
        width = 2 * _EDGE_PX + self.count * pitch - self._gap() if self.count else 0
        bar = self.horizontalScrollBar()
        bar.setRange(0, max(0, width - self.viewport().width()))
        bar.setPageStep(self.viewport().width())
        bar.setSingleStep(pitch)

    def _scroll_to(self, frame: int) -> None:
        bar, rect = self.horizontalScrollBar(), self.frame_rect(frame)
        if rect.left() < _EDGE_PX:
            bar.setValue(bar.value() + rect.left() - _EDGE_PX)
        elif rect.right() > self.viewport().width() - _EDGE_PX:
            bar.setValue(bar.value() + rect.right() - self.viewport().width() + _EDGE_PX + 1)

    def _describe(self) -> None:
        if not self._pictures:
            self.setAccessibleDescription(self._placeholder or "No frames yet")
        elif self._current < 0:
            self.setAccessibleDescription(f"{self.count} frames")
        else:
            self.setAccessibleDescription(f"Frame {self._current + 1} of {self.count}")

    def _press(self, item: int) -> None:
        self.frame_clicked.emit(item)

    def _hover(self, item: int) -> None:
        if item != self._hovered:
            self._hovered = frame = item
            self.viewport().update()
            self.frame_hovered.emit(frame)

    # --- Qt ------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(480, 120)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, _STRIP_MIN_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._update_scroll_bar()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_manager().theme
        painter = QPainter(self.viewport())
        if not self._pictures:
            self._paint_placeholder(painter)
            return
        painter.setFont(self._caption_font(bold=True))
        for frame, picture in enumerate(self._pictures):
            rect = self.frame_rect(frame)
            if rect.right() < -self._gap() or rect.left() > self.viewport().width():
                continue
            draw_picture(painter, rect, picture)
            if frame in (self._current, self._hovered):
                ring = theme.path if frame == self._current else theme.muted
                painter.setPen(QPen(QColor(ring), 2, j=Qt.PenJoinStyle.MiterJoin))
                painter.drawRect(rect.adjusted(-2, -2, 2, 2))
            if frame in self._marks:
                painter.setPen(QColor(theme.path))
                room = QRect(rect.left(), 0, max(rect.width(), 24), _MARK_PX)
                painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), self._marks[frame])
        self._paint_bars(painter)
        self._paint_focus(painter)

    def _paint_bars(self, painter: QPainter) -> None:
        """One bar between two frames; the largest step stands out in the path's colour."""
        if self._bars is None or len(self._bars) == 0:
            return
        theme = theme_manager().theme
        largest = float(np.nanmax(self._bars)) if np.isfinite(self._bars).any() else 0.0
        if largest <= 0.0:
            return
        tile, gap = self._tile(), self._gap()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        width = min(20.0, 0.4 * tile.width())
        bars_px = self._bars_px()
        base = self._top() + tile.height() + bars_px
        for step, value in enumerate(self._bars):
            if not np.isfinite(value):
                continue
            height = max(2.0, (bars_px - min(8, bars_px // 4)) * float(value) / largest)
            middle = self.frame_rect(step).right() + 1 + gap / 2
            painter.setBrush(QColor(theme.path if value == largest else theme.accent_bright))
            painter.drawRoundedRect(QRectF(middle - width / 2, base - height, width, height), 2, 2)

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.angleDelta()
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - (delta.x() or delta.y()))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: self._current - 1, Qt.Key.Key_Right: self._current + 1,
            Qt.Key.Key_Home: 0, Qt.Key.Key_End: self.count - 1,
        }  # fmt: skip
        key = Qt.Key(event.key())
        if self.count and key in steps:
            target = min(max(steps[key], 0), self.count - 1)
            if target != self._current:
                self.set_current(target)
                self.frame_clicked.emit(target)
        else:
            super().keyPressEvent(event)

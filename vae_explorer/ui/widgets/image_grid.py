"""``ImageGrid``: many pictures as tiles, painted on one surface; only visible ones cost time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSlider, QWidget

from vae_explorer.ui.theme import SPACE_S, theme_manager
from vae_explorer.ui.widgets.grid_layout import GridLayout
from vae_explorer.ui.widgets.picture import draw_picture, fitted, to_qimage
from vae_explorer.ui.widgets.picture_surface import PictureSurface

__all__ = ["ImageGrid"]

TILE_MIN_PX, TILE_MAX_PX, TILE_DEFAULT_PX = 24, 256, 64
_CAPTION_PX = 18  # height of the line under a tile


class ImageGrid(PictureSurface):
    """Tiles of uint8 pictures with optional captions, one of which may be current.

    Signals carry the row of the picture in what `set_images` received.

    Signals
    -------
    clicked, activated
        A press on a tile; a double click or Enter on it.
    hovered
        The tile under the mouse, −1 when there is none.
    current_changed
        The tile with the frame, −1 when there is none.
    tile_size_changed
        Side of a tile in px (Ctrl+wheel, the slider, `set_tile_size`).
    """

    clicked = Signal(int)
    activated = Signal(int)
    hovered = Signal(int)
    current_changed = Signal(int)
    tile_size_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("picture", parent)
        self._images: NDArray[np.uint8] | None = None
        self._captions: tuple[str, ...] = ()
        self._columns: int | None = None
        self._tile_px = TILE_DEFAULT_PX
        self.setAccessibleName("Pictures")

    # --- what is shown -------------------------------------------------------------------------

    @property
    def count(self) -> int:
        return 0 if self._images is None else int(self._images.shape[0])

    @property
    def images(self) -> NDArray[np.uint8] | None:
        """uint8 (N, C, H, W)."""
        return self._images

    @property
    def tile_px(self) -> int:
        return self._tile_px

    def set_images(
        self,
        images: NDArray[np.uint8] | None,
        captions: Sequence[str] | None = None,
        columns: int | None = None,
    ) -> None:
        """Show pictures, keeping the scroll position and, where it still exists, the current tile.

        Parameters
        ----------
        images
            uint8, (N, C, H, W); kept, not copied; None or N = 0 shows the placeholder.
        captions
            N short texts under the tiles.
        columns
            Tiles in a row; None fits as many as the width allows.

        Raises
        ------
        ValueError
            If there is not one caption a picture.
        """
        if images is not None and (images.ndim != 4 or images.dtype != np.uint8):
            raise ValueError(f"pictures are uint8 (N, C, H, W), got {images.dtype} {images.shape}")
        n = 0 if images is None else int(images.shape[0])
        if captions is not None and len(captions) != n:
            raise ValueError(f"{n} pictures need {n} captions, got {len(captions)}")
        self._images = images if n else None
        self._captions = tuple(captions) if captions is not None else ()
        self._columns = columns
        self._hovered = -1
        self._update_scroll_bars()
        self.set_current(self._current if self._current < n else -1)
        self._describe()
        self.viewport().update()

    def set_current(self, item: int) -> None:
        """Frame one tile and bring it into view; −1 frames none."""
        row = item if 0 <= item < self.count else -1
        if row != self._current:
            self._current = row
            self._describe()
            if row >= 0:
                self.scroll_to(row)
            self.viewport().update()
            self.current_changed.emit(row)

    def set_tile_size(self, side_px: int) -> None:
        """Longer side of a tile in px, kept between 24 and 256."""
        side_px = int(np.clip(side_px, TILE_MIN_PX, TILE_MAX_PX))
        if side_px != self._tile_px:
            self._tile_px = side_px
            self._update_scroll_bars()
            self.viewport().update()
            self.tile_size_changed.emit(side_px)

    def size_slider(self, parent: QWidget | None = None) -> QSlider:
        """A slider bound to the tile size, for the owner's tool row."""
        slider = QSlider(Qt.Orientation.Horizontal, parent)
        slider.setRange(TILE_MIN_PX, TILE_MAX_PX)
        slider.setValue(self._tile_px)
        slider.setFixedWidth(96)
        slider.setToolTip("Size of the pictures (Ctrl+wheel)")
        slider.setAccessibleName("Size of the pictures")
        slider.setWhatsThis("Makes the tiles larger or smaller; the pictures themselves do not change.")
        slider.valueChanged.connect(self.set_tile_size)
        self.tile_size_changed.connect(slider.setValue)
        return slider

    # --- geometry ------------------------------------------------------------------------------

    def tile_rect(self, row: int) -> QRect:
        """Where picture `row` lies in the viewport."""
        return self._layout().rect(row).translated(-self._offset())

    def item_at(self, position: QPoint) -> int:
        """The picture at a viewport position, −1 between and beyond tiles."""
        return self._layout().row_at(position + self._offset())

    def scroll_to(self, row: int) -> None:
        """Scroll as little as brings the picture into view."""
        cell = self._layout().cell(row)
        for bar, first, last, page in (
            (self.verticalScrollBar(), cell.top(), cell.bottom() + 1, self.viewport().height()),
            (self.horizontalScrollBar(), cell.left(), cell.right() + 1, self.viewport().width()),
        ):
            if first < bar.value():
                bar.setValue(first)
            elif last > bar.value() + page:
                bar.setValue(last - page)

    def picture(self, item: int) -> QImage | None:
        """Picture `item` at its own size in pixels."""
        if self._images is None or not 0 <= item < self.count:
            return None
        return to_qimage(self._images[item])

    def _layout(self) -> GridLayout:
        height, width = (1, 1) if self._images is None else self._images.shape[2:]
        longer = max(height, width)
        return GridLayout(
            count=self.count,
            tile=QSize(max(1, self._tile_px * width // longer), max(1, self._tile_px * height // longer)),
            caption_px=_CAPTION_PX if self._captions else 0,
            gap_px=SPACE_S,
            view_width_px=self.viewport().width(),
            wanted_columns=self._columns,
        )

    def _offset(self) -> QPoint:
        return QPoint(self.horizontalScrollBar().value(), self.verticalScrollBar().value())

    def _update_scroll_bars(self) -> None:
        layout = self._layout()
        size, view = layout.size, self.viewport().size()
        self.verticalScrollBar().setRange(0, max(0, size.height() - view.height()))
        self.verticalScrollBar().setPageStep(view.height())
        self.verticalScrollBar().setSingleStep(max(8, layout.pitch.height() // 2))
        self.horizontalScrollBar().setRange(0, max(0, size.width() - view.width()))
        self.horizontalScrollBar().setPageStep(view.width())
        self.horizontalScrollBar().setSingleStep(max(8, layout.pitch.width() // 2))

    def _describe(self) -> None:
        if self._images is None:
            self.setAccessibleDescription(self._placeholder or "No pictures yet")
            return
        text = f"{self.count} pictures"
        if self._current >= 0:
            text += f", picture {self._current + 1} is current"
            if self._captions:
                text += f": {self._captions[self._current]}"
        self.setAccessibleDescription(text)

    def _press(self, item: int) -> None:
        self.clicked.emit(item)

    def _hover(self, item: int) -> None:
        if item != self._hovered:
            self._hovered = row = item
            self.viewport().setToolTip(self._captions[row] if row >= 0 and self._captions else "")
            self.viewport().update()
            self.hovered.emit(row)

    # --- Qt ------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(320, 200)

    def minimumSizeHint(self) -> QSize:
        return QSize(96, 64)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._update_scroll_bars()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_manager().theme
        painter = QPainter(self.viewport())
        if self._images is None:
            self._paint_placeholder(painter)
            return
        painter.setFont(self._caption_font())
        metrics = painter.fontMetrics()
        shape = QSize(int(self._images.shape[3]), int(self._images.shape[2]))
        layout, offset = self._layout(), self._offset()
        for row in layout.rows_in(event.rect().translated(offset)):
            tile = layout.rect(row).translated(-offset)
            painter.fillRect(tile, QColor(theme.ground))
            draw_picture(painter, fitted(shape, tile), to_qimage(self._images[row]))
            if row in (self._current, self._hovered):
                ring = theme.accent_bright if row == self._current else theme.muted
                painter.setPen(QPen(QColor(ring), 2, j=Qt.PenJoinStyle.MiterJoin))
                painter.drawRect(tile.adjusted(-2, -2, 2, 2))
            if self._captions:
                room = QRect(tile.left(), tile.bottom() + 3, tile.width(), _CAPTION_PX - 3)
                painter.setPen(QColor(theme.text if row == self._current else theme.muted))
                text = metrics.elidedText(self._captions[row], Qt.TextElideMode.ElideRight, room.width() + 4)
                painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)
        self._paint_focus(painter)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        row = self.item_at(event.position().toPoint())
        if row >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.activated.emit(row)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.set_tile_size(round(self._tile_px * 1.15 ** (event.angleDelta().y() / 120.0)))
            event.accept()
        else:
            super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        target = self._layout().moved(self._current, Qt.Key(key), self.viewport().height())
        if target is not None:
            self.set_current(target)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._current >= 0:
            self.activated.emit(self._current)
        else:
            super().keyPressEvent(event)

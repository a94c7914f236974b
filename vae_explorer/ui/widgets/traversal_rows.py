"""``TraversalRows``: one row of frames a latent dimension, painted on one scrolling surface."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from vae_explorer.ui.theme import SPACE_M, SPACE_S, theme_manager
from vae_explorer.ui.widgets.picture import draw_picture, to_qimage
from vae_explorer.ui.widgets.picture_surface import PictureSurface

__all__ = ["RowLabel", "TraversalRows"]

_LABEL_PX = 112  # column of names and bars
_GAP_PX = 4
_TILE_MIN_PX, _TILE_MAX_PX = 20, 72
_ROWS_IN_VIEW = 2.4  # frames shrink until so many rows are seen; the cut one says that there are more
_BAR_PX = 3
_FADED = 0.4  # opacity of rows that do nothing


@dataclass(frozen=True)
class RowLabel:
    """What stands before a row."""

    name: str  # "z3"
    value: str  # "4.21 nats"
    share: float  # length of its bar, 0..1
    faded: bool = False


class TraversalRows(PictureSurface):
    """R rows of S frames; the column nearest to the current place is marked in each row.

    Signals
    -------
    frame_hovered, frame_clicked
        Row and column; −1, −1 when the mouse left.
    """

    frame_hovered = Signal(int, int)
    frame_clicked = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("frame", parent)
        self._frames: NDArray[np.uint8] | None = None  # (R, S, C, H, W)
        self._labels: tuple[RowLabel, ...] = ()
        self._here: NDArray[np.float64] = np.empty(0)  # (R,), column coordinates
        self._pictures: dict[int, QImage] = {}
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setAccessibleName("Traversals")

    # --- what is shown -------------------------------------------------------------------------

    @property
    def count(self) -> int:
        return 0 if self._frames is None else self.n_rows * self.n_columns

    @property
    def n_rows(self) -> int:
        return 0 if self._frames is None else int(self._frames.shape[0])

    @property
    def n_columns(self) -> int:
        return 0 if self._frames is None else int(self._frames.shape[1])

    @property
    def frames(self) -> NDArray[np.uint8] | None:
        """uint8 (R, S, C, H, W)."""
        return self._frames

    @property
    def labels(self) -> tuple[RowLabel, ...]:
        return self._labels

    def set_rows(
        self,
        frames: NDArray[np.uint8] | None,
        labels: Sequence[RowLabel] = (),
        here: NDArray[np.float64] | None = None,
    ) -> None:
        """Show other rows.

        Parameters
        ----------
        frames
            uint8 (R, S, C, H, W), kept, not copied; None shows the placeholder.
        labels
            R of them.
        here
            (R,), where the current place lies in its row, in columns (may be fractional or outside).

        Raises
        ------
        ValueError
            If the counts differ.
        """
        n_rows = 0 if frames is None else len(frames)
        if len(labels) != n_rows or (here is not None and len(here) != n_rows):
            raise ValueError(f"{n_rows} rows need as many labels and places, got {len(labels)}")
        same_shape = frames is not None and self._frames is not None and frames.shape == self._frames.shape
        self._frames = frames if frames is not None and frames.size else None
        self._labels = tuple(labels)
        self._here = np.full(n_rows, np.nan) if here is None else here
        self._pictures.clear()
        if not same_shape:
            self._current = self._hovered = -1
            self._update_scroll_bars()
        self._describe()
        self.viewport().update()

    def set_current(self, item: int) -> None:
        """Frame one picture, counted row by row; −1 frames none."""
        item = item if 0 <= item < self.count else -1
        if item != self._current:
            self._current = item
            if item >= 0:
                self._scroll_to(item)
            self._describe()
            self.viewport().update()

    # --- geometry ------------------------------------------------------------------------------

    def frame_rect(self, item: int) -> QRect:
        """Where a picture, counted row by row, lies in the viewport."""
        row, column = divmod(item, max(1, self.n_columns))
        tile = self._tile()
        left = _LABEL_PX + column * (tile.width() + _GAP_PX) - self.horizontalScrollBar().value()
        top = _GAP_PX + row * self._pitch() - self.verticalScrollBar().value()
        return QRect(QPoint(left, top), tile)

    def item_at(self, position: QPoint) -> int:
        if self._frames is None or position.x() < _LABEL_PX:
            return -1
        tile = self._tile()
        column = (position.x() - _LABEL_PX + self.horizontalScrollBar().value()) // (tile.width() + _GAP_PX)
        row = (position.y() - _GAP_PX // 2 + self.verticalScrollBar().value()) // self._pitch()
        inside = 0 <= column < self.n_columns and 0 <= row < self.n_rows
        return int(row * self.n_columns + column) if inside else -1

    def picture(self, item: int) -> QImage | None:
        if self._frames is None or not 0 <= item < self.count:
            return None
        if item not in self._pictures:
            row, column = divmod(item, self.n_columns)
            self._pictures[item] = to_qimage(self._frames[row, column])
        return self._pictures[item]

    def _tile(self) -> QSize:
        if self._frames is None:
            return QSize(_TILE_MIN_PX, _TILE_MIN_PX)
        height, width = self._frames.shape[3:]
        room = (self.viewport().width() - _LABEL_PX - SPACE_S) / self.n_columns - _GAP_PX
        tall = max(_TILE_MIN_PX, self.viewport().height() / _ROWS_IN_VIEW - _GAP_PX - 2)
        across = room * max(1.0, height / width)
        longer = float(np.clip(min(across, tall * max(1.0, width / height)), _TILE_MIN_PX, _TILE_MAX_PX))
        scale = longer / max(height, width)
        return QSize(max(1, int(width * scale)), max(1, int(height * scale)))

    def _pitch(self) -> int:
        return self._tile().height() + _GAP_PX + 2

    def _update_scroll_bars(self) -> None:
        view, tile = self.viewport().size(), self._tile()
        height = self.n_rows * self._pitch() + _GAP_PX
        width = _LABEL_PX + self.n_columns * (tile.width() + _GAP_PX)
        for bar, content, page in (
            (self.verticalScrollBar(), height, view.height()),
            (self.horizontalScrollBar(), width, view.width()),
        ):
            bar.setRange(0, max(0, content - page))
            bar.setPageStep(page)
            bar.setSingleStep(max(8, self._pitch() // 2))

    def _scroll_to(self, item: int) -> None:
        bar, rect = self.verticalScrollBar(), self.frame_rect(item)
        if rect.top() < _GAP_PX:
            bar.setValue(bar.value() + rect.top() - _GAP_PX)
        elif rect.bottom() > self.viewport().height():
            bar.setValue(bar.value() + rect.bottom() - self.viewport().height() + _GAP_PX)

    def _describe(self) -> None:
        if self._frames is None:
            self.setAccessibleDescription(self._placeholder or "No traversals yet")
            return
        text = f"{self.n_rows} dimensions, {self.n_columns} steps each"
        if self._current >= 0:
            row, column = divmod(self._current, self.n_columns)
            text += f"; {self._labels[row].name}, step {column + 1}"
        self.setAccessibleDescription(text)

    def _press(self, item: int) -> None:
        self.frame_clicked.emit(*divmod(item, self.n_columns))

    def _hover(self, item: int) -> None:
        if item != self._hovered:
            self._hovered = item
            self.viewport().update()
            row, column = divmod(item, self.n_columns) if item >= 0 else (-1, -1)
            self.frame_hovered.emit(row, column)

    def _name_of(self, item: int) -> str:
        row, column = divmod(item, max(1, self.n_columns))
        return f"{self._file_name}-{self._labels[row].name}-{column + 1:02d}"

    # --- Qt ------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(480, 160)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 64)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._update_scroll_bars()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._frames is None:
            self._paint_placeholder(painter)
            return
        first = max(0, self.verticalScrollBar().value() // self._pitch())
        last = min(self.n_rows, first + self.viewport().height() // self._pitch() + 2)
        for row in range(first, last):
            self._paint_frames(painter, row)
            self._paint_label(painter, row)
        self._paint_focus(painter)

    def _paint_frames(self, painter: QPainter, row: int) -> None:
        theme = theme_manager().theme
        painter.setOpacity(_FADED if self._labels[row].faded else 1.0)
        for item in range(row * self.n_columns, (row + 1) * self.n_columns):
            rect, picture = self.frame_rect(item), self.picture(item)
            if picture is not None and rect.right() >= _LABEL_PX and rect.left() < self.viewport().width():
                draw_picture(painter, rect, picture)
        painter.setOpacity(1.0)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for item, colour in ((self._hovered, theme.muted), (self._current, theme.accent_bright)):
            if item >= 0 and item // self.n_columns == row:
                painter.setPen(QPen(QColor(colour), 2, j=Qt.PenJoinStyle.MiterJoin))
                painter.drawRect(self.frame_rect(item).adjusted(-1, -1, 1, 1))
        here = float(self._here[row])
        if np.isfinite(here) and -0.5 <= here <= self.n_columns - 0.5:
            start, tile = self.frame_rect(row * self.n_columns), self._tile()
            x = start.left() + tile.width() / 2 + here * (tile.width() + _GAP_PX)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.path))
            painter.drawRoundedRect(QRectF(x - 5, start.bottom() + 1.5, 10, _BAR_PX), 1.5, 1.5)

    def _paint_label(self, painter: QPainter, row: int) -> None:
        theme, label = theme_manager().theme, self._labels[row]
        top, height = self.frame_rect(row * self.n_columns).top(), self._tile().height()
        painter.fillRect(QRect(0, top - 2, _LABEL_PX - _GAP_PX, height + 4), QColor(theme.panel))
        room = QRect(SPACE_M, top, _LABEL_PX - SPACE_M - SPACE_S - _GAP_PX, height)
        block = min(height, 34)
        line = QRect(room.left(), room.center().y() - block // 2, room.width(), 16)
        painter.setFont(self.font())
        painter.setPen(QColor(theme.muted if label.faded else theme.text))
        flags = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(line, int(flags | Qt.AlignmentFlag.AlignLeft), label.name)
        painter.setFont(self._caption_font())
        painter.setPen(QColor(theme.muted))
        painter.drawText(line, int(flags | Qt.AlignmentFlag.AlignRight), label.value)
        groove = QRectF(room.left(), line.bottom() + 5, room.width(), _BAR_PX)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.line))
        painter.drawRoundedRect(groove, 1.5, 1.5)
        if label.share > 0.0 and not label.faded:
            groove.setWidth(max(_BAR_PX, groove.width() * min(1.0, label.share)))
            painter.setBrush(QColor(theme.accent_bright))
            painter.drawRoundedRect(groove, 1.5, 1.5)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -self.n_columns, Qt.Key.Key_Down: self.n_columns,
        }  # fmt: skip
        key = Qt.Key(event.key())
        if self.count and key in steps:
            target = self._current + steps[key] if self._current >= 0 else self.n_columns // 2
            same_row = target // self.n_columns == self._current // self.n_columns
            sideways = key in (Qt.Key.Key_Left, Qt.Key.Key_Right)
            if 0 <= target < self.count and (self._current < 0 or same_row or not sideways):
                self.set_current(target)
                self.frame_clicked.emit(*divmod(target, self.n_columns))
        else:
            super().keyPressEvent(event)

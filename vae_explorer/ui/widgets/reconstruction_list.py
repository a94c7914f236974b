"""``ReconstructionList``: originals beside what the model makes of them, row by row, painted where seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontMetrics, QImage, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from vae_explorer.ui.theme import RADIUS_CONTROL, SPACE_M, SPACE_S, SPACE_XS, difference_lut, theme_manager
from vae_explorer.ui.widgets.difference import difference_picture
from vae_explorer.ui.widgets.picture import draw_picture, fitted, to_qimage
from vae_explorer.ui.widgets.picture_surface import PictureSurface

__all__ = ["ReconstructionList", "ReconstructionRow", "value_beside"]

_TILE_PX = 60
_HEAD_PX = 20  # names of the columns, always in view
_CELL_MIN_PX = 288  # a second column of rows begins where two fit
_LINE_PX, _NUMBERS_PX = 15, 110
_TITLES = ("original", "reconstr.", "difference")


@dataclass(frozen=True, eq=False)
class ReconstructionRow:
    """What one row shows."""

    original: NDArray[np.uint8]  # (C, H, W)
    reconstruction: NDArray[np.uint8]  # (C, H, W)
    signed: NDArray[np.int16]  # (H, W), reconstruction − original
    numbers: tuple[tuple[str, str], ...]  # name and value, at most four
    title: str = ""  # tooltip and accessible text
    nats: float = 0.0  # of its losses together


class ReconstructionList(PictureSurface):
    """Rows are numbered by the owner, who fills in those that are seen.

    Signals
    -------
    rows_wanted
        First and last + 1 of the rows now in view.
    row_clicked
        A press on a row, or a move to it with the keyboard.
    hovered
        The row under the mouse, −1 when there is none.
    """

    rows_wanted = Signal(int, int)
    row_clicked = Signal(int)
    hovered = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("reconstruction", parent)
        self._count = 0
        self._rows: dict[int, ReconstructionRow] = {}
        self._painted: dict[int, tuple[QImage, QImage, QImage]] = {}
        self._note = ""
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Reconstructions")
        self.verticalScrollBar().valueChanged.connect(self._on_bar_value_changed)
        theme_manager().changed.connect(self._on_colours_changed)

    # --- what is shown -------------------------------------------------------------------------

    @property
    def count(self) -> int:
        return self._count

    @property
    def rows_in_view(self) -> range:
        """Rows at least partly in view."""
        first = max(0, self.verticalScrollBar().value() // self._pitch()) * self._columns()
        lines = self.viewport().height() // self._pitch() + 2
        return range(min(first, self._count), min(first + lines * self._columns(), self._count))

    def row(self, number: int) -> ReconstructionRow | None:
        return self._rows.get(number)

    def set_count(self, count: int) -> None:
        """Show this many rows, all of them still blank."""
        self._count = count
        self._rows.clear()
        self._painted.clear()
        self._hovered = -1
        self._current = self._current if self._current < count else -1
        self._update_scroll_bar()
        self._describe()
        self.viewport().update()

    @property
    def note(self) -> str:
        """What stands right in the line of column names."""
        return self._note

    def set_note(self, note: str) -> None:
        """Say something short beside the names of the columns: how many rows there are."""
        if note != self._note:
            self._note = note
            self.viewport().update()

    def set_rows(self, rows: Mapping[int, ReconstructionRow]) -> None:
        """Fill rows in, or replace what they show; the others stay."""
        self._rows.update(rows)
        for number in rows:
            self._painted.pop(number, None)
        self._describe()
        self.viewport().update()

    def set_current(self, item: int) -> None:
        """Mark one row and bring it into view; −1 marks none."""
        item = item if 0 <= item < self._count else -1
        if item != self._current:
            self._current = item
            if item >= 0:
                self._scroll_to(item)
            self._describe()
            self.viewport().update()

    # --- geometry ------------------------------------------------------------------------------

    def row_rect(self, number: int) -> QRect:
        """Where a row lies in the viewport."""
        columns = self._columns()
        width = (self.viewport().width() - 2 * SPACE_S) // columns
        down, across = divmod(number, columns)
        top = _HEAD_PX + down * self._pitch() - self.verticalScrollBar().value()
        return QRect(SPACE_S + across * width, top, width, self._pitch() - SPACE_XS)

    def item_at(self, position: QPoint) -> int:
        if position.y() < _HEAD_PX:
            return -1
        for number in self.rows_in_view:
            if self.row_rect(number).contains(position):
                return number
        return -1

    def picture(self, item: int) -> QImage | None:
        """The reconstruction of row `item`, for copy, save and drag."""
        row = self._rows.get(item)
        return None if row is None else to_qimage(row.reconstruction)

    def _columns(self) -> int:
        return max(1, self.viewport().width() // _CELL_MIN_PX)

    def _pitch(self) -> int:
        return _TILE_PX + 2 * SPACE_XS + SPACE_XS

    def _tiles(self, rect: QRect) -> tuple[QRect, QRect, QRect]:
        left, top = rect.left() + SPACE_XS, rect.top() + SPACE_XS
        tile = QSize(_TILE_PX, _TILE_PX)
        step = _TILE_PX + SPACE_XS + 2
        first, second, third = (QRect(QPoint(left + k * step, top), tile) for k in range(3))
        return first, second, third

    def _text_right(self, rect: QRect) -> int:
        """Where the numbers end."""
        return min(self._tiles(rect)[-1].right() + SPACE_M + _NUMBERS_PX, rect.right() - SPACE_S)

    def _update_scroll_bar(self) -> None:
        lines = -(-self._count // self._columns())
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, lines * self._pitch() + _HEAD_PX - self.viewport().height()))
        bar.setPageStep(max(1, self.viewport().height() - _HEAD_PX))
        bar.setSingleStep(self._pitch() // 2)

    def _scroll_to(self, number: int) -> None:
        bar, rect = self.verticalScrollBar(), self.row_rect(number)
        if rect.top() < _HEAD_PX:
            bar.setValue(bar.value() + rect.top() - _HEAD_PX)
        elif rect.bottom() > self.viewport().height():
            bar.setValue(bar.value() + rect.bottom() - self.viewport().height() + SPACE_XS)

    def _describe(self) -> None:
        text = f"{self._count} reconstructions" if self._count else self._placeholder
        row = self._rows.get(self._current)
        if row is not None:
            values = ", ".join(f"{name} {value}" for name, value in row.numbers)
            text += f"; {row.title}: {values}"
        self.setAccessibleDescription(text)

    def _press(self, item: int) -> None:
        self.row_clicked.emit(item)

    def _hover(self, item: int) -> None:
        if item != self._hovered:
            self._hovered = item
            row = self._rows.get(item)
            self.viewport().setToolTip("" if row is None else row.title)
            self.viewport().update()
            self.hovered.emit(item)

    @Slot()
    def _on_bar_value_changed(self) -> None:
        self._ask()

    @Slot()
    def _on_colours_changed(self) -> None:
        self._painted.clear()
        self.viewport().update()

    def _ask(self) -> None:
        seen = self.rows_in_view
        if len(seen):
            self.rows_wanted.emit(seen.start, seen.stop)

    # --- Qt ------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(312, 4 * self._pitch() + _HEAD_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self._pitch() + _HEAD_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._update_scroll_bar()
        self._ask()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._count == 0:
            self._paint_placeholder(painter)
            return
        for number in self.rows_in_view:
            self._paint_row(painter, number)
        self._paint_head(painter)
        self._paint_focus(painter)

    def _paint_head(self, painter: QPainter) -> None:
        theme = theme_manager().theme
        painter.fillRect(QRect(0, 0, self.viewport().width(), _HEAD_PX), QColor(theme.panel))
        painter.setFont(self._caption_font())
        painter.setPen(QColor(theme.muted))
        for column in range(min(self._columns(), self._count)):
            rect = self.row_rect(column)
            for title, tile in zip(_TITLES, self._tiles(rect), strict=True):
                room = QRect(tile.left(), 0, tile.width() + SPACE_XS, _HEAD_PX)
                painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), title)
        last = self.row_rect(min(self._columns(), self._count) - 1)
        room = QRect(last.left(), 0, self._text_right(last) - last.left(), _HEAD_PX)
        painter.drawText(room, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), self._note)

    def _paint_row(self, painter: QPainter, number: int) -> None:
        theme, rect = theme_manager().theme, self.row_rect(number)
        if number in (self._current, self._hovered):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.raised))
            painter.drawRoundedRect(QRectF(rect), RADIUS_CONTROL, RADIUS_CONTROL)
        if number == self._current:
            painter.setPen(QPen(QColor(theme.accent_bright), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(rect).adjusted(1, 1, -1, -1), RADIUS_CONTROL, RADIUS_CONTROL)
        tiles = self._tiles(rect)
        row = self._rows.get(number)
        if row is None:
            for tile in tiles:
                painter.fillRect(tile, QColor(theme.raised))
            return
        for tile, picture in zip(tiles, self._pictures(number, row), strict=True):
            painter.fillRect(tile, QColor(theme.ground))
            draw_picture(painter, fitted(picture.size(), tile), picture)
        self._paint_numbers(painter, row, tiles[-1].right() + SPACE_M, rect)

    def _paint_numbers(self, painter: QPainter, row: ReconstructionRow, left: int, rect: QRect) -> None:
        theme = theme_manager().theme
        painter.setFont(self._caption_font())
        top = rect.top() + (rect.height() - _LINE_PX * len(row.numbers)) // 2
        room = QRect(left, top, max(0, self._text_right(rect) - left), _LINE_PX)
        for k, (name, value) in enumerate(row.numbers):
            line = room.translated(0, k * _LINE_PX)
            value = value_beside(name, value, line.width(), painter.fontMetrics())
            painter.setPen(QColor(theme.muted))
            painter.drawText(line, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), name)
            painter.setPen(QColor(theme.text))
            painter.drawText(line, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), value)

    def _pictures(self, number: int, row: ReconstructionRow) -> tuple[QImage, QImage, QImage]:
        if number not in self._painted:
            if len(self._painted) > 400:
                self._painted.clear()
            difference = difference_picture(row.signed, difference_lut(theme_manager().theme))
            self._painted[number] = (
                to_qimage(row.original),
                to_qimage(row.reconstruction),
                to_qimage(difference),
            )
        return self._painted[number]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        page = max(1, (self.viewport().height() - _HEAD_PX) // self._pitch()) * self._columns()
        steps = {
            Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -self._columns(), Qt.Key.Key_Down: self._columns(),
            Qt.Key.Key_PageUp: -page, Qt.Key.Key_PageDown: page,
            Qt.Key.Key_Home: -self._count, Qt.Key.Key_End: self._count,
        }  # fmt: skip
        key = Qt.Key(event.key())
        if self._count and key in steps:
            target = 0 if self._current < 0 else min(max(self._current + steps[key], 0), self._count - 1)
            if target != self._current:
                self.set_current(target)
                self.row_clicked.emit(target)
        else:
            super().keyPressEvent(event)


def value_beside(name: str, value: str, width_px: int, metrics: QFontMetrics) -> str:
    """`value`, without its unit where a number of many digits would run into `name`."""
    return value if metrics.horizontalAdvance(f"{name} {value}") <= width_px else value.rsplit(" ", 1)[0]

"""``GridLayout``: where the tiles of an image grid lie; arithmetic only."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QSize, Qt

__all__ = ["GridLayout"]


@dataclass(frozen=True)
class GridLayout:
    """Equal tiles in rows, in content coordinates (px)."""

    count: int
    tile: QSize
    caption_px: int  # room under each tile
    gap_px: int
    view_width_px: int
    wanted_columns: int | None = None  # None: as many as the width allows

    @property
    def pitch(self) -> QSize:
        """From one tile to the next."""
        return QSize(self.tile.width() + self.gap_px, self.tile.height() + self.caption_px + self.gap_px)

    @property
    def columns(self) -> int:
        if self.wanted_columns is not None:
            return max(1, self.wanted_columns)
        return max(1, (self.view_width_px - self.gap_px) // self.pitch.width())

    @property
    def size(self) -> QSize:
        """Of the whole content."""
        rows = -(-self.count // self.columns)
        columns = min(self.columns, self.count)
        return QSize(
            self.gap_px + columns * self.pitch.width(),
            self.gap_px + rows * self.pitch.height(),
        )

    def rect(self, row: int) -> QRect:
        """The picture's tile, without its caption."""
        down, across = divmod(row, self.columns)
        left = self.gap_px + across * self.pitch.width()
        top = self.gap_px + down * self.pitch.height()
        return QRect(QPoint(left, top), self.tile)

    def cell(self, row: int) -> QRect:
        """Tile, caption and the gap around them."""
        gap = self.gap_px
        return self.rect(row).adjusted(-gap, -gap, gap, gap + self.caption_px)

    def row_at(self, position: QPoint) -> int:
        """The picture whose tile or caption holds `position`, −1 if none does."""
        across, x = divmod(position.x() - self.gap_px, self.pitch.width())
        down, y = divmod(position.y() - self.gap_px, self.pitch.height())
        if not 0 <= across < self.columns or down < 0:
            return -1
        if x >= self.tile.width() or y >= self.tile.height() + self.caption_px:
            return -1
        row = down * self.columns + across
        return row if row < self.count else -1

    def rows_in(self, area: QRect) -> range:
        """Pictures whose line meets `area`."""
        first = max(0, (area.top() - self.gap_px) // self.pitch.height()) * self.columns
        last = (max(0, area.bottom()) // self.pitch.height() + 1) * self.columns
        return range(min(first, self.count), min(last, self.count))

    def moved(self, current: int, key: Qt.Key, page_px: int) -> int | None:
        """The picture that a navigation key leads to; None if the key is none or there is no picture."""
        page = max(1, page_px // self.pitch.height()) * self.columns
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -self.columns,
            Qt.Key.Key_Down: self.columns,
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_PageDown: page,
            Qt.Key.Key_Home: -self.count,
            Qt.Key.Key_End: self.count,
        }
        if self.count == 0 or key not in steps:
            return None
        if current < 0:
            return self.count - 1 if key == Qt.Key.Key_End else 0
        target = current + steps[key]
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and not 0 <= target < self.count:
            return current
        return min(max(target, 0), self.count - 1)

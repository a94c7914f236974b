"""``TapestryLayer``: decoded tiles kept in blocks and painted under the points."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter, QRegion

from vae_explorer.ui.theme import Theme, rgb
from vae_explorer.ui.widgets.map.tapestry_grid import COARSER, LEVEL_FACTOR, MIN_TILE_PX, Block, TapestryGrid
from vae_explorer.ui.widgets.map.tapestry_keying import Background, background_of, keyed_mosaic, reduced
from vae_explorer.ui.widgets.map.viewport import Viewport

__all__ = ["TapestryLayer"]

MAX_BYTES = 96 * 2**20  # of kept tiles; the longest unseen go first


@dataclass(eq=False)
class _Entry:
    images: NDArray[np.uint8]  # (n, C, H, W), reduced
    background: Background
    generation: int
    picture: QImage | None = None  # drawn for the theme in force


class TapestryLayer:
    """Blocks of tiles by level and place.

    A *generation* is one set of weights on one plane. Blocks of an older generation stay on screen until
    their successors come; `reset` forgets all.

    Attributes
    ----------
    paint_ms
        What the last picture of it took to paint.
    """

    def __init__(self) -> None:
        self.grid = TapestryGrid()
        self._entries: OrderedDict[Block, _Entry] = OrderedDict()
        self._bytes = 0
        self._generation = 0
        self._oldest_kept = 0  # generation of the last reset
        self._background: Background | None = None
        self._theme: Theme | None = None
        self.paint_ms = 0.0

    @property
    def generation(self) -> int:
        return self._generation

    @property
    def is_empty(self) -> bool:
        return not self._entries

    def reset(self, grid: TapestryGrid) -> None:
        """Another model or other directions: nothing kept fits any more."""
        self.grid = grid
        self._entries.clear()
        self._bytes = 0
        self.renew()
        self._oldest_kept = self._generation

    def renew(self) -> None:
        """Newer weights, or a parallel plane: every block has to be decoded again."""
        self._generation += 1
        self._background = None

    def wanted(self, viewport: Viewport) -> list[Block]:
        """Blocks to decode next for this view, most urgent first: a coarse impression, then all of it."""
        level = self.grid.level(viewport)
        visible = self.grid.visible(viewport, level)
        if visible and not any(block in self._entries for block in visible):
            coarse = self.grid.visible(viewport, level + COARSER)
            missing = [block for block in coarse if not self._is_current(block)]
            if missing and not self._fallback(viewport, level):
                return missing
        return [block for block in visible if not self._is_current(block)]

    def missing(self, viewport: Viewport) -> list[Block]:
        """Blocks of the view's own level that are to be decoded, the middle ones first."""
        visible = self.grid.visible(viewport, self.grid.level(viewport))
        return [block for block in visible if not self._is_current(block)]

    def is_covered(self, viewport: Viewport) -> bool:
        """Whether the view has all blocks of its own level, be they of older weights."""
        visible = self.grid.visible(viewport, self.grid.level(viewport))
        return all(block in self._entries for block in visible)

    def put(self, block: Block, images: NDArray[np.uint8], generation: int, ratio: float) -> None:
        """Keep the decoded tiles of a block, uint8 (n_tiles, C, H, W); late ones never replace newer ones."""
        kept = self._entries.get(block)
        if generation < self._oldest_kept or (kept is not None and kept.generation > generation):
            return
        if self._background is None:
            self._background = background_of(images)
        small = reduced(images, MIN_TILE_PX * LEVEL_FACTOR * ratio)
        old = self._entries.pop(block, None)
        if old is not None:
            self._bytes -= _size(old)
        entry = _Entry(small, self._background, generation)
        self._entries[block] = entry
        self._bytes += _size(entry)
        while self._bytes > MAX_BYTES and len(self._entries) > 1:
            _, oldest = self._entries.popitem(last=False)
            self._bytes -= _size(oldest)

    def paint(self, painter: QPainter, viewport: Viewport, theme: Theme) -> None:
        """Draw what is there of the view's level, and coarser or finer tiles where it is still missing."""
        begin = time.perf_counter()
        if theme is not self._theme:
            self._theme = theme
            for entry in self._entries.values():
                entry.picture = None
        level = self.grid.level(viewport)
        visible = self.grid.visible(viewport, level)
        present = [block for block in visible if block in self._entries]
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
        if len(present) < len(visible):
            fallback = self._fallback(viewport, level)
            if fallback:
                painter.save()
                if present:
                    free = QRegion(0, 0, viewport.width, viewport.height)
                    for block in present:
                        free -= QRegion(self._target(block, viewport).toAlignedRect())
                    painter.setClipRegion(free)
                for block in fallback:
                    self._draw(painter, block, viewport, theme)
                painter.restore()
        for block in present:
            self._draw(painter, block, viewport, theme)
        self.paint_ms = 1000.0 * (time.perf_counter() - begin)

    def _is_current(self, block: Block) -> bool:
        entry = self._entries.get(block)
        return entry is not None and entry.generation == self._generation

    def _fallback(self, viewport: Viewport, level: int) -> list[Block]:
        """Kept blocks of the one other level that covers most of the view, the nearest level of equals."""
        best: list[Block] = []
        best_share = 0.0
        levels = {block.level for block in self._entries} - {level}
        for other in sorted(levels, key=lambda k: (abs(k - level), -k)):
            if abs(other - level) > 6:  # tiles 11 times larger or smaller say nothing
                continue
            blocks = self.grid.visible(viewport, other)
            kept = [block for block in blocks if block in self._entries]
            share = len(kept) / len(blocks) if blocks else 0.0
            if share > best_share + 1e-9:
                best, best_share = kept, share
        return best

    def _target(self, block: Block, viewport: Viewport) -> QRectF:
        return QRectF(*viewport.rectangle(self.grid.box(block)))

    def _draw(self, painter: QPainter, block: Block, viewport: Viewport, theme: Theme) -> None:
        entry = self._entries[block]
        self._entries.move_to_end(block)
        if entry.picture is None:
            ink = rgb(theme.text if theme.is_dark else theme.muted)
            pixels = keyed_mosaic(entry.images, self.grid.columns, entry.background, ink, not theme.is_dark)
            height, width = pixels.shape[:2]
            entry.picture = QImage(
                pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied
            ).copy()
        painter.drawImage(self._target(block, viewport), entry.picture)


def _size(entry: _Entry) -> int:
    return int(entry.images.nbytes + 4 * entry.images.nbytes // max(1, entry.images.shape[1]))

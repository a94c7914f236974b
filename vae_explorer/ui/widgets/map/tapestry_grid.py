"""Geometry of the tapestry: a grid of decoded tiles that refines with the zoom, cut into blocks; free of Qt.

Level k has tiles 1.5ᵏ plane units wide; the view picks the level whose tiles are about 30–45 px wide.
Tiles are decoded and kept in square blocks, so that panning decodes only new ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vae_explorer.ui.widgets.map.viewport import Box, Viewport

__all__ = ["Block", "TapestryGrid"]

LEVEL_FACTOR = 1.5
MIN_TILE_PX = 30.0  # logical; the widest is LEVEL_FACTOR times this
BLOCK_TILES = 4  # along a side
LINE_BLOCK_TILES = 8  # a line has one row of tiles
COARSER = 3  # levels up for a first impression: tiles 3.4 times wider, 11 times fewer


@dataclass(frozen=True)
class Block:
    """A block of tiles of one level, counted from the plane's (0, 0) to the right and upwards."""

    level: int
    column: int
    row: int


@dataclass(frozen=True)
class TapestryGrid:
    """The grid for images of one shape.

    Attributes
    ----------
    aspect
        Height over width of an image.
    on_line
        One row of tiles under a line (D = 1).
    """

    aspect: float = 1.0
    on_line: bool = False

    @property
    def columns(self) -> int:
        """Tiles across a block."""
        return LINE_BLOCK_TILES if self.on_line else BLOCK_TILES

    @property
    def rows(self) -> int:
        """Tiles down a block."""
        return 1 if self.on_line else BLOCK_TILES

    @property
    def n_tiles(self) -> int:
        return self.columns * self.rows

    def level(self, viewport: Viewport) -> int:
        """The level whose tiles are between `MIN_TILE_PX` and 1.5 times that wide on screen."""
        return math.ceil(math.log(MIN_TILE_PX / viewport.scale, LEVEL_FACTOR) - 1e-9)

    def tile_size(self, level: int) -> tuple[float, float]:
        """Width and height of a tile, plane units."""
        width = LEVEL_FACTOR**level
        return (width, width * self.aspect)

    def box(self, block: Block) -> Box:
        """The part of the plane under a block."""
        width, height = self.tile_size(block.level)
        left = block.column * self.columns * width
        if self.on_line:
            return (left, -height, left + self.columns * width, 0.0)
        bottom = block.row * self.rows * height
        return (left, bottom, left + self.columns * width, bottom + self.rows * height)

    def centres(self, block: Block) -> NDArray[np.float64]:
        """Plane coordinates of the tiles' middles, row by row from the top left: (n_tiles, 2)."""
        left, _, _, top = self.box(block)
        width, height = self.tile_size(block.level)
        x = left + (np.arange(self.columns) + 0.5) * width
        y = top - (np.arange(self.rows) + 0.5) * height
        if self.on_line:
            y = np.zeros(1)
        grid = np.stack(np.meshgrid(x, y), axis=-1)
        return grid.reshape(-1, 2)

    def visible(self, viewport: Viewport, level: int) -> tuple[Block, ...]:
        """Blocks of a level that the view shows any part of, the middle ones first."""
        return _visible(self, viewport, level)


@lru_cache(maxsize=32)
def _visible(grid: TapestryGrid, viewport: Viewport, level: int) -> tuple[Block, ...]:
    """What `TapestryGrid.visible` says; it is asked at each paint and each answer, while the view mostly stays."""
    x0, y0, x1, y1 = viewport.box
    width, height = grid.tile_size(level)
    block_w, block_h = grid.columns * width, grid.rows * height
    columns = range(math.floor(x0 / block_w), math.floor(x1 / block_w) + 1)
    rows = [0] if grid.on_line else range(math.floor(y0 / block_h), math.floor(y1 / block_h) + 1)
    if grid.on_line and not (y0 < 0.0 and y1 > -height):
        return ()
    blocks = [Block(level, column, row) for row in rows for column in columns]

    def off_centre(block: Block) -> float:
        left, bottom, right, top = grid.box(block)
        return ((left + right) / 2 - viewport.cx) ** 2 + ((bottom + top) / 2 - viewport.cy) ** 2

    return tuple(sorted(blocks, key=off_centre))

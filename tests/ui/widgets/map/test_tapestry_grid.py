"""Geometry of the tapestry."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vae_explorer.ui.widgets.map.tapestry_grid import Block, TapestryGrid
from vae_explorer.ui.widgets.map.viewport import Viewport


@given(st.floats(1e-4, 1e6))
def test_that_tiles_are_between_30_and_45_px_wide_at_any_zoom(scale):
    grid = TapestryGrid()
    width = grid.tile_size(grid.level(Viewport(0.0, 0.0, scale, 800, 600)))[0] * scale
    assert 29.99 <= width <= 45.01


@given(st.floats(-50, 50), st.floats(-50, 50), st.floats(0.5, 500.0), st.sampled_from([0.5, 1.0, 2.0]))
def test_that_the_visible_blocks_cover_the_view_without_overlap(cx, cy, scale, aspect):
    grid = TapestryGrid(aspect)
    view = Viewport(cx, cy, scale, 500, 400)
    blocks = grid.visible(view, grid.level(view))
    assert len(set(blocks)) == len(blocks)
    boxes = np.array([grid.box(block) for block in blocks])
    for place in view.to_plane(np.random.default_rng(0).uniform((0, 0), (500, 400), size=(20, 2))):
        holds = ((boxes[:, :2] <= place) & (place < boxes[:, 2:])).all(axis=1)
        assert holds.sum() == 1


def test_that_centres_run_row_by_row_from_the_top_left():
    grid = TapestryGrid(aspect=2.0)
    centres = grid.centres(Block(0, 0, 0))
    np.testing.assert_allclose(centres[0], (0.5, 7.0))
    np.testing.assert_allclose(centres[1], (1.5, 7.0))
    np.testing.assert_allclose(centres[-1], (3.5, 1.0))


def test_that_blocks_in_the_middle_come_first():
    grid = TapestryGrid()
    view = Viewport(0.3, 0.2, 100.0, 800, 600)
    first = grid.box(grid.visible(view, grid.level(view))[0])
    assert first[0] <= 0.3 + 1.2
    assert first[2] >= 0.3 - 1.2


def test_that_a_line_has_one_row_of_tiles_decoded_on_the_line():
    grid = TapestryGrid(aspect=1.0, on_line=True)
    view = Viewport(0.0, 0.0, 100.0, 800, 600)
    blocks = grid.visible(view, grid.level(view))
    assert {block.row for block in blocks} == {0}
    np.testing.assert_array_equal(grid.centres(blocks[0])[:, 1], 0.0)
    assert grid.box(blocks[0])[3] == pytest.approx(0.0)
    assert not grid.visible(Viewport(0.0, 900.0, 100.0, 800, 600), 0)

"""Anti-aliased discs: all at once for few, pixel by pixel of the stamp for many."""

from __future__ import annotations

import numpy as np
import pytest

from vae_explorer.ui.widgets.map import discs
from vae_explorer.ui.widgets.map.discs import COVERAGE_LEVELS, WHOLE_POINTS, write_discs

SHAPE = (90, 110)


def some_places(n, radius):
    rng = np.random.default_rng(n)
    edge = np.ceil(radius + 1.0) + 1.0
    x = rng.uniform(edge, SHAPE[1] - edge, n).astype(np.float32)
    y = rng.uniform(edge, SHAPE[0] - edge, n).astype(np.float32)
    return x, y


def grey_table(n_colours=1):
    """Pixels that tell coverage in their alpha and colour in their blue."""
    levels = np.arange(COVERAGE_LEVELS + 1, dtype=np.uint32)[:, None] << np.uint32(24)
    return levels | np.arange(n_colours, dtype=np.uint32)


def drawn(x, y, own, table, radius, whole_points, monkeypatch):
    monkeypatch.setattr(discs, "WHOLE_POINTS", whole_points)
    canvas = np.zeros(SHAPE, dtype=np.uint32)
    write_discs(canvas, x, y, own, table, radius)
    return canvas


@pytest.mark.parametrize("radius", [0.75, 1.0, 1.3, 2.0, 3.6, 7.2, 10.0])
@pytest.mark.parametrize("n", [1, 7, 300])
def test_that_few_discs_cover_what_many_would(n, radius, monkeypatch):
    x, y = some_places(n, radius)
    at_once = drawn(x, y, None, grey_table(), radius, WHOLE_POINTS, monkeypatch)
    in_turn = drawn(x, y, None, grey_table(), radius, 0, monkeypatch)
    assert at_once.any()
    np.testing.assert_array_equal(at_once, in_turn)


def test_that_of_overlapping_coloured_discs_each_pixel_keeps_the_highest_coverage(monkeypatch):
    x, y = some_places(200, 3.0)
    own = np.arange(200) % 5
    table = grey_table(5)
    found = drawn(x, y, own, table, 3.0, WHOLE_POINTS, monkeypatch)
    each = [drawn(x[k : k + 1], y[k : k + 1], None, grey_table(), 3.0, 0, monkeypatch) for k in range(200)]
    np.testing.assert_array_equal(found >> 24, np.max(each, axis=0) >> 24)
    for place in np.argwhere(found):
        level, colour = found[tuple(place)] >> 24, found[tuple(place)] & 255
        assert any(own[k] == colour and each[k][tuple(place)] >> 24 == level for k in range(200))


def test_that_the_canvas_of_another_width_gets_the_same_disc():
    x = y = np.array([20.4], dtype=np.float32)
    wide, narrow = np.zeros((50, 80), dtype=np.uint32), np.zeros((50, 60), dtype=np.uint32)
    write_discs(wide, x, y, None, grey_table(), 2.5)
    write_discs(narrow, x, y, None, grey_table(), 2.5)
    np.testing.assert_array_equal(wide[:, :60], narrow)

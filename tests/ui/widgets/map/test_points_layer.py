"""The points as the mouse meets them."""

from __future__ import annotations

import numpy as np
import pytest

from vae_explorer.ui.widgets.map.point_colours import by_category
from vae_explorer.ui.widgets.map.points_layer import PointsLayer
from vae_explorer.ui.widgets.map.projection import Projected
from vae_explorer.ui.widgets.map.viewport import Viewport

VIEW = Viewport(0.2, -0.1, 150.0, 900, 700)
GREY = (100, 100, 100)


def layer_of(xy, off=()):
    layer = PointsLayer()
    layer.set_projected(Projected(xy))
    colours = np.zeros((2, 3), dtype=np.uint8)
    layer.set_colouring(by_category(np.arange(len(xy)) % 2, ("even", "odd"), colours, GREY, frozenset(off)))
    return layer


@pytest.mark.parametrize("n", [0, 3, 4_000, 120_000])
@pytest.mark.parametrize("off", [(), (1,)])
def test_that_the_nearest_point_is_the_nearest_that_is_not_grey(n, off):
    rng = np.random.default_rng(n)
    xy = rng.normal(size=(n, 2)).astype(np.float32)
    xy[2:3] = np.nan
    layer = layer_of(xy, off)
    for px in rng.uniform((0, 0), (900, 700), size=(20, 2)):
        away = np.hypot(*(VIEW.to_px(xy) - px).T)
        away[~np.isfinite(away)] = np.inf
        if off:
            away[1::2] = np.inf
        expected = int(away.argmin()) if n and away.min() <= 8.0 else None
        assert layer.nearest(VIEW, (px[0], px[1]), 8.0) == expected


def test_that_a_loop_leaves_out_grey_points():
    xy = np.random.default_rng(1).normal(size=(300, 2)).astype(np.float32)
    loop = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], dtype=float)
    rows = layer_of(xy, off=(0,)).inside(loop)
    np.testing.assert_array_equal(
        rows, np.flatnonzero((np.abs(xy) < 1).all(axis=1) & (np.arange(300) % 2 == 1))
    )

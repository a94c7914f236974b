"""Geometry of the map's view."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vae_explorer.ui.widgets.map.viewport import Viewport, data_box, united

places = st.floats(-1e3, 1e3)
scales = st.floats(1e-2, 1e4)
sizes = st.integers(10, 4000)


@given(places, places, scales, sizes, sizes, places, places)
def test_that_pixels_and_plane_coordinates_are_each_others_inverse(cx, cy, scale, width, height, px, py):
    view = Viewport(cx, cy, scale, width, height)
    np.testing.assert_allclose(view.to_px(view.to_plane((px, py))), (px, py), atol=1e-4)


def test_that_up_on_the_plane_is_up_on_the_screen():
    view = Viewport(0.0, 0.0, 100.0, 400, 300)
    assert view.to_px([0.0, 1.0])[1] < view.to_px([0.0, 0.0])[1]


@given(places, places, scales, st.floats(0.1, 10.0), st.floats(0, 400), st.floats(0, 300))
def test_that_zooming_keeps_the_place_under_the_mouse(cx, cy, scale, factor, x, y):
    view = Viewport(cx, cy, scale, 400, 300)
    place = view.to_plane((x, y))
    np.testing.assert_allclose(view.zoomed(factor, (x, y)).to_px(place), (x, y), atol=1e-3)


def test_that_panning_moves_the_content_with_the_mouse():
    view = Viewport(2.0, -1.0, 50.0, 400, 300)
    before = view.to_px([2.5, -0.5])
    np.testing.assert_allclose(view.panned(30.0, -12.0).to_px([2.5, -0.5]) - before, (30.0, -12.0))


@pytest.mark.parametrize("size", [(900, 300), (300, 900), (60, 40)])
def test_that_a_fitted_view_holds_the_box_with_equal_scales(size):
    view = Viewport.fitting((-300.0, 5.0, 120.0, 80.0), *size, (10, 20, 10, 20))
    x0, y0, x1, y1 = view.box
    assert x0 <= -300.0
    assert x1 >= 120.0
    assert y0 <= 5.0
    assert y1 >= 80.0
    assert (x1 - x0) / size[0] == pytest.approx((y1 - y0) / size[1])


def test_that_a_box_without_extent_still_gives_a_finite_view():
    view = Viewport.fitting((1.0, 1.0, 1.0, 1.0), 400, 300)
    assert np.isfinite(view.scale)
    assert view.contains((1.0, 1.0))


def test_that_a_blend_begins_and_ends_at_its_views_and_passes_between():
    first, second = Viewport(0.0, 0.0, 10.0, 400, 300), Viewport(5.0, 2.0, 90.0, 400, 300)
    middle = first.blended(second, 0.5)
    assert first.blended(second, 0.0).scale == first.scale
    assert first.blended(second, 1.0) == second
    assert middle.scale == pytest.approx(30.0)  # geometric mean
    assert 0.0 < middle.cx < 5.0


def test_that_a_blend_of_equal_scales_moves_evenly():
    first, second = Viewport(0.0, 0.0, 10.0, 400, 300), Viewport(4.0, 0.0, 10.0, 400, 300)
    assert first.blended(second, 0.25).cx == pytest.approx(1.0)


def test_that_the_data_box_leaves_out_strays_and_broken_points():
    rng = np.random.default_rng(0)
    xy = rng.uniform(-1.0, 1.0, size=(10_000, 2))
    xy[0], xy[1] = (900.0, 900.0), (np.nan, 0.0)
    box = data_box(xy)
    assert box is not None
    assert np.abs(box).max() < 1.0


def test_that_no_points_have_no_box():
    assert data_box(np.full((3, 2), np.nan)) is None
    assert united((-3.0, -3.0, 3.0, 3.0), None) == (-3.0, -3.0, 3.0, 3.0)

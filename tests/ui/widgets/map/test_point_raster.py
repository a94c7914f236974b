"""Points as one picture."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vae_explorer.ui.widgets.map.point_raster import MAX_RADIUS_PX, PointRaster, Splat, adapted_radius
from vae_explorer.ui.widgets.map.viewport import Viewport

RED, BLUE = (255, 0, 0, 255), (0, 0, 255, 255)
VIEW = Viewport(0.0, 0.0, 10.0, 120, 80)
B = PointRaster.BORDER


def drawn(xy, colour=None, palette=(RED,), view=VIEW, ratio=1.0, radius=3.0, splats=None):
    xy = np.asarray(xy, dtype=np.float32).reshape(-1, 2)
    index = np.zeros(len(xy), dtype=np.intp) if colour is None else np.asarray(colour, dtype=np.intp)
    every = [Splat(np.arange(len(xy)))] if splats is None else splats
    palette = np.array(palette, dtype=np.uint8)
    pixels = PointRaster().render(xy, index, palette, view, ratio, radius, every)
    return pixels[B:-B, B:-B].copy()


def alpha(pixels):
    return (pixels >> 24).astype(int)


def test_that_a_disc_covers_its_area_around_its_place():
    pixels = drawn([[2.3, 1.1]])
    cover = alpha(pixels) / 255.0
    y, x = np.indices(cover.shape)
    centre = ((x + 0.5) * cover).sum() / cover.sum(), ((y + 0.5) * cover).sum() / cover.sum()
    np.testing.assert_allclose(centre, VIEW.to_px([2.3, 1.1]), atol=0.2)
    assert cover.sum() == pytest.approx(np.pi * 3.0**2, rel=0.06)


def test_that_discs_are_anti_aliased_and_premultiplied():
    pixels = drawn([[0.03, 0.02]])
    edge = pixels[(alpha(pixels) > 0) & (alpha(pixels) < 255)]
    assert len(edge) > 4
    np.testing.assert_array_equal((edge >> 16) & 255, edge >> 24)  # red times alpha
    assert not np.any(edge & 0xFFFF)


def test_that_the_fringe_of_a_disc_never_thins_the_body_of_another():
    alone = alpha(drawn([[0.0, 0.0]]))
    pair = alpha(drawn([[0.0, 0.0], [0.45, 0.0]], [0, 1], (RED, BLUE)))
    assert np.all(pair >= alone)


def test_that_later_splats_lie_over_earlier_ones():
    both = [[0.0, 0.0], [0.0, 0.0]]
    order = [Splat(np.array([0])), Splat(np.array([1]))]
    pixels = drawn(both, [0, 1], (RED, BLUE), splats=order)
    assert pixels[40, 60] == 0xFF0000FF
    pixels = drawn(both, [0, 1], (RED, BLUE), splats=order[::-1])
    assert pixels[40, 60] == 0xFFFF0000


def test_that_a_halo_is_wider_than_its_point():
    rows = np.array([0])
    pixels = drawn([[0.0, 0.0]], splats=[Splat(rows, 2.0, 0xFF112233), Splat(rows)])
    row = pixels[40]
    assert 0xFF112233 in row
    assert 0xFFFF0000 in row
    assert (row > 0).sum() > (drawn([[0.0, 0.0]])[40] > 0).sum()


def test_that_points_outside_or_not_finite_are_left_out_and_the_border_is_safe():
    far = [[np.nan, 0.0], [1e6, 0.0], [-1e6, 1e6], [np.inf, 0.0]]
    assert not drawn(far).any()
    corners = [[-6.0, 4.0], [6.0, -4.0], [-6.4, 0.0], [0.0, 4.4]]
    assert drawn(corners, radius=9.0).any()


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 400), st.floats(0.3, 9.5), st.floats(0.05, 4000.0), st.sampled_from([1.0, 1.5, 2.0]))
def test_that_any_number_size_and_zoom_draws(n, radius, scale, ratio):
    xy = np.random.default_rng(n).normal(size=(n, 2))
    view = Viewport(0.0, 0.0, scale, 90, 70)
    pixels = drawn(xy, view=view, ratio=ratio, radius=radius)
    assert pixels.shape == (round(70 * ratio), round(90 * ratio))
    channels = [(pixels >> shift) & 255 for shift in (16, 8, 0)]
    assert all(np.all(channel <= pixels >> 24) for channel in channels)  # premultiplied


def test_that_single_pixels_grow_denser_where_many_points_fall():
    xy = np.zeros((6, 2))
    xy[0] = (3.0, 0.0)
    cover = alpha(drawn(xy, radius=0.4))
    lone, crowd = cover[40, 90], cover[40, 60]
    assert 0 < lone < crowd <= 255


def test_that_a_shared_canvas_forgets_the_frame_before():
    raster = PointRaster()
    palette = np.array([RED], dtype=np.uint8)
    one = np.zeros((1, 2), dtype=np.float32)
    zero = np.zeros(1, dtype=np.intp)
    raster.render(one, zero, palette, VIEW, 1.0, 3.0, [Splat(np.array([0]))])
    empty = raster.render(one, zero, palette, VIEW, 1.0, 3.0, [])
    assert not empty.any()


def test_that_points_shrink_with_their_number_and_grow_with_the_zoom():
    assert adapted_radius(100_000, 4e5) < adapted_radius(1_000, 4e5)
    assert adapted_radius(10_000, 4e5) < adapted_radius(10_000, 4e6)
    assert adapted_radius(0, 4e5) == MAX_RADIUS_PX

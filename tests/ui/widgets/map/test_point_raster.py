"""Points as one picture."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vae_explorer.ui.widgets.map.places import Places, arranged
from vae_explorer.ui.widgets.map.point_raster import MAX_RADIUS_PX, PointRaster, Splat, adapted_radius
from vae_explorer.ui.widgets.map.viewport import Viewport

RED, BLUE = (255, 0, 0, 255), (0, 0, 255, 255)
VIEW = Viewport(0.0, 0.0, 10.0, 120, 80)
B = PointRaster.BORDER


def splat(xy, colour=None, **looks):
    places = arranged(np.asarray(xy, dtype=np.float32).reshape(-1, 2))
    if colour is None and not looks.get("flat"):
        colour = np.zeros(len(places), dtype=np.uint16)
    return Splat(places, None if colour is None else np.asarray(colour, dtype=np.uint16), **looks)


def drawn(xy, colour=None, palette=(RED,), view=VIEW, ratio=1.0, radius=3.0, splats=None):
    every = [splat(xy, colour)] if splats is None else splats
    pixels = PointRaster().render(every, np.array(palette, dtype=np.uint8), view, ratio, radius)
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
    order = [splat([[0.0, 0.0]], [0]), splat([[0.0, 0.0]], [1])]
    pixels = drawn(None, palette=(RED, BLUE), splats=order)
    assert pixels[40, 60] == 0xFF0000FF
    pixels = drawn(None, palette=(RED, BLUE), splats=order[::-1])
    assert pixels[40, 60] == 0xFFFF0000


def test_that_a_halo_is_wider_than_its_point():
    halo = splat([[0.0, 0.0]], grow_px=2.0, flat=0xFF112233)
    pixels = drawn(None, splats=[halo, splat([[0.0, 0.0]])])
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


@pytest.mark.parametrize("n", [60, 30_000])  # fewer and more than there are pixels
def test_that_a_single_pixel_has_the_colour_of_a_point_on_it_and_the_opacity_of_their_number(n):
    rng = np.random.default_rng(n)
    colour = rng.integers(0, 2, n)
    pixel_xy = np.floor(np.stack((rng.normal(60, 9, n), rng.normal(40, 9, n)), axis=1)) + 0.5
    pixel_xy = pixel_xy.clip(0.5, 79.5)
    pixels = drawn(VIEW.to_plane(pixel_xy), colour, (RED, BLUE), radius=0.4)
    column, row = pixel_xy.astype(int).T
    count = np.zeros(pixels.shape, dtype=int)
    np.add.at(count, (row, column), 1)
    np.testing.assert_allclose(alpha(pixels), 255 * (1.0 - 0.5 ** np.minimum(count, 8)), atol=0.51)
    for code, shift in ((0, 16), (1, 0)):
        has = np.zeros(pixels.shape, dtype=bool)
        has[row[colour == code], column[colour == code]] = True
        assert has[(pixels >> shift) & 255 > 0].all()


def test_that_counts_of_single_pixels_are_kept_only_while_they_are_drawn():
    raster, palette = PointRaster(), np.array((RED,), dtype=np.uint8)
    crowd = splat(np.random.default_rng(0).normal(size=(500, 2)))
    first = raster.render([crowd], palette, VIEW, 1.0, 0.4).copy()
    assert raster._count.size == first.size
    raster.render([crowd], palette, VIEW, 1.0, 3.0)
    assert not raster._count.size
    assert not raster._colour.size
    np.testing.assert_array_equal(raster.render([crowd], palette, VIEW, 1.0, 0.4), first)


def test_that_later_single_pixels_hide_earlier_ones():
    crowd = np.repeat([[0.0, 0.0], [2.0, 0.0]], 3, axis=0)
    pixels = drawn(None, palette=(RED, BLUE), radius=0.4, splats=[splat(crowd), splat([[0.0, 0.0]], [1])])
    assert pixels[40, 60] == 0x80000080
    assert pixels[40, 80] == 0xDFDF0000


def test_that_so_many_discs_that_they_would_take_too_long_are_single_pixels():
    xy = np.random.default_rng(5).uniform(-4, 4, size=(60_000, 2))
    np.testing.assert_array_equal(drawn(xy, radius=5.0), drawn(xy, radius=0.4))


def test_that_sorted_points_look_like_unsorted_ones():
    rng = np.random.default_rng(6)
    xy = rng.normal(size=(120_000, 2)).astype(np.float32)
    part = arranged(xy)
    assert part.cells is not None
    unsorted = Places(xy[:, 0].copy(), xy[:, 1].copy())
    colour = np.zeros(len(xy), dtype=np.uint16)
    for view in (VIEW, VIEW.zoomed(5.0, (30.0, 70.0)), VIEW.zoomed(90.0), VIEW.zoomed(0.05)):
        for radius in (0.4, 2.0):
            pictures = [
                drawn(None, view=view, radius=radius, splats=[Splat(p, colour)]) for p in (part, unsorted)
            ]
            np.testing.assert_array_equal(*pictures)


def test_that_a_shared_canvas_forgets_the_frame_before():
    raster = PointRaster()
    palette = np.array([RED], dtype=np.uint8)
    raster.render([splat([[0.0, 0.0]])], palette, VIEW, 1.0, 3.0)
    assert not raster.render([], palette, VIEW, 1.0, 3.0).any()
    raster.render([splat([[0.0, 0.0]])], palette, VIEW, 1.0, 0.4)
    moved = raster.render([splat([[1.0, 0.0]])], palette, VIEW, 1.0, 0.4)
    assert np.count_nonzero(moved) == 1


def test_that_points_shrink_with_their_number_and_grow_with_the_zoom():
    assert adapted_radius(100_000, 4e5) < adapted_radius(1_000, 4e5)
    assert adapted_radius(10_000, 4e5) < adapted_radius(10_000, 4e6)
    assert adapted_radius(0, 4e5) == MAX_RADIUS_PX

"""Which points a loop holds."""

from __future__ import annotations

import numpy as np
import pytest

from vae_explorer.ui.widgets.map.lasso import contains, rows_inside
from vae_explorer.ui.widgets.map.places import arranged


def test_that_a_circle_holds_the_points_nearer_than_its_radius():
    xy = np.random.default_rng(0).uniform(-2, 2, size=(5_000, 2)).astype(np.float32)
    angle = np.linspace(0, 2 * np.pi, 2_000, endpoint=False)
    loop = np.stack((np.cos(angle), np.sin(angle)), axis=1)
    np.testing.assert_array_equal(rows_inside(arranged(xy), loop), np.flatnonzero(np.hypot(*xy.T) < 1.0))


def test_that_the_notch_of_a_loop_is_outside():
    loop = np.array([[0, 0], [4, 0], [4, 4], [2, 1], [0, 4]], dtype=float)
    xy = np.array([[2.0, 3.0], [1.0, 1.0], [3.5, 2.0], [9.0, 9.0]])
    np.testing.assert_array_equal(rows_inside(arranged(xy), loop), [1, 2])


def test_that_direction_and_start_of_the_loop_do_not_matter():
    rng = np.random.default_rng(1)
    loop, xy = rng.normal(size=(9, 2)), rng.normal(size=(800, 2))
    expected = rows_inside(arranged(xy), loop)
    assert 0 < len(expected) < 800
    np.testing.assert_array_equal(rows_inside(arranged(xy), loop[::-1]), expected)
    np.testing.assert_array_equal(rows_inside(arranged(xy), np.roll(loop, 4, axis=0)), expected)


def test_that_broken_points_are_outside():
    xy = np.array([[np.nan, 0.5], [0.5, 0.5], [np.inf, 0.5]])
    loop = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], dtype=float)
    np.testing.assert_array_equal(rows_inside(arranged(xy), loop), [1])


def even_odd(xy, corners):
    """Sides that a ray to the right of each point meets, counted one by one."""
    inside = np.zeros(len(xy), dtype=bool)
    x, y = xy.astype(np.float64).T
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y0 != y1:
            inside ^= ((y0 <= y) != (y1 <= y)) & (x < x0 + (y - y0) * ((x1 - x0) / (y1 - y0)))
    return np.flatnonzero(inside)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("size", [0.05, 1.0, 30.0])
def test_that_many_points_are_found_as_few_are(seed, size):
    rng = np.random.default_rng(seed)
    xy = rng.normal(size=(120_000, 2)).astype(np.float32)
    xy[7], xy[11] = (np.nan, 0.0), (60.0, -80.0)
    places = arranged(xy)
    assert places.cells is not None
    loop = size * rng.normal(size=(25, 2)) + rng.normal(size=2)  # crosses itself many times
    np.testing.assert_array_equal(rows_inside(places, loop), even_odd(xy, loop))


def test_that_corners_and_sides_on_the_height_of_points_count_once():
    xy = np.stack(np.meshgrid(np.arange(6.0), np.arange(6.0)), axis=-1).reshape(-1, 2)
    loop = np.array([[1, 1], [4, 1], [4, 3], [3, 3], [3, 4], [1, 4]], dtype=float)
    np.testing.assert_array_equal(np.flatnonzero(contains(loop, *xy.T)), even_odd(xy, loop))


def test_that_a_loop_much_larger_than_the_cloud_holds_all_of_it():
    xy = (1e-4 * np.random.default_rng(9).normal(size=(120_000, 2))).astype(np.float32)
    loop = 50.0 * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    assert len(rows_inside(arranged(xy), loop)) == len(xy)

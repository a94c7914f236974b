"""Which points a loop holds."""

from __future__ import annotations

import numpy as np

from vae_explorer.ui.widgets.map.lasso import rows_inside


def test_that_a_circle_holds_the_points_nearer_than_its_radius():
    xy = np.random.default_rng(0).uniform(-2, 2, size=(5_000, 2)).astype(np.float32)
    angle = np.linspace(0, 2 * np.pi, 2_000, endpoint=False)
    loop = np.stack((np.cos(angle), np.sin(angle)), axis=1)
    np.testing.assert_array_equal(rows_inside(xy, loop), np.flatnonzero(np.hypot(*xy.T) < 1.0))


def test_that_the_notch_of_a_loop_is_outside():
    loop = np.array([[0, 0], [4, 0], [4, 4], [2, 1], [0, 4]], dtype=float)
    xy = np.array([[2.0, 3.0], [1.0, 1.0], [3.5, 2.0], [9.0, 9.0]])
    np.testing.assert_array_equal(rows_inside(xy, loop), [1, 2])


def test_that_direction_and_start_of_the_loop_do_not_matter():
    rng = np.random.default_rng(1)
    loop, xy = rng.normal(size=(9, 2)), rng.normal(size=(800, 2))
    expected = rows_inside(xy, loop)
    assert 0 < len(expected) < 800
    np.testing.assert_array_equal(rows_inside(xy, loop[::-1]), expected)
    np.testing.assert_array_equal(rows_inside(xy, np.roll(loop, 4, axis=0)), expected)


def test_that_broken_points_are_outside():
    xy = np.array([[np.nan, 0.5], [0.5, 0.5], [np.inf, 0.5]])
    loop = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], dtype=float)
    np.testing.assert_array_equal(rows_inside(xy, loop), [1])

"""Points sorted so that a view finds its own."""

from __future__ import annotations

import numpy as np
import pytest

from vae_explorer.ui.widgets.map.places import SORTED_POINTS, arranged


def cloud(n=SORTED_POINTS + 5_000, seed=0):
    return (np.random.default_rng(seed).normal(size=(n, 2)) * [1.0, 30.0]).astype(np.float32)


@pytest.mark.parametrize("n", [0, 1, 500, SORTED_POINTS + 5_000])
def test_that_every_finite_point_has_its_place(n):
    xy = cloud(n)
    xy[::7, 1] = np.inf
    places = arranged(xy)
    rows = places.given(np.arange(len(places)))
    np.testing.assert_array_equal(np.sort(rows), np.flatnonzero(np.isfinite(xy).all(axis=1)))
    np.testing.assert_array_equal(np.stack((places.x, places.y), axis=1), xy[rows])
    np.testing.assert_array_equal(places.in_order(xy[:, 0]), places.x)


@pytest.mark.parametrize("box", [(-0.1, -2.0, 0.2, 3.0), (2.5, 60.0, 9.0, 900.0), (-9.0, -900.0, 9.0, 900.0)])
@pytest.mark.parametrize("half", [False, True])
def test_that_the_runs_of_a_box_miss_none_of_its_points(box, half):
    places = arranged(cloud())
    if half:
        places = places.only(np.flatnonzero(np.arange(len(places)) % 2 == 1))
    found = np.zeros(len(places), dtype=bool)
    runs = places.runs(box)
    for first, last in runs:
        found[first:last] = True
    x0, y0, x1, y1 = box
    inside = (places.x >= x0) & (places.x <= x1) & (places.y >= y0) & (places.y <= y1)
    assert found[inside].all()
    assert sum(last - first for first, last in runs) == found.sum()


def test_that_a_small_box_takes_few_points_to_look_through():
    places = arranged(cloud())
    runs = places.runs((-0.02, -0.6, 0.02, 0.6))
    assert sum(last - first for first, last in runs) < 0.02 * len(places)


def test_that_points_at_one_spot_are_no_error():
    places = arranged(np.ones((SORTED_POINTS, 2), dtype=np.float32))
    assert sum(last - first for first, last in places.runs((0.9, 0.9, 1.1, 1.1))) == len(places)


def test_that_the_middle_box_is_kept():
    places = arranged(cloud())
    assert places.box(0.9) is places.box(0.9)
    assert arranged(np.full((3, 2), np.nan, dtype=np.float32)).box(0.9) is None

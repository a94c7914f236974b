"""The kernel density picture."""

from __future__ import annotations

import numpy as np
import pytest

from vae_explorer.ui.widgets.map.density import density_picture


def value_at(picture, x, y):
    x0, y0, x1, y1 = picture.box
    rows, columns = picture.density.shape
    column = int((x - x0) / (x1 - x0) * columns)
    row = int((y1 - y) / (y1 - y0) * rows)
    return picture.density[row, column]


def test_that_the_density_of_a_gaussian_is_a_gaussian():
    xy = np.random.default_rng(0).normal(size=(60_000, 2))
    picture = density_picture(xy)
    assert picture is not None
    centre = value_at(picture, 0.0, 0.0)
    for x, y in ((1.0, 0.0), (0.0, -1.0), (1.0, 1.0), (0.0, 2.0)):
        assert value_at(picture, x, y) / centre == pytest.approx(np.exp(-0.5 * (x * x + y * y)), abs=0.1)


def test_that_up_on_the_plane_is_up_in_the_picture():
    xy = np.random.default_rng(1).normal(size=(2_000, 2)) * 0.1 + [0.0, 5.0]
    picture = density_picture(np.concatenate((xy, [[0.0, 0.0]] * 40)))
    assert picture is not None
    peak_row = np.unravel_index(picture.density.argmax(), picture.density.shape)[0]
    assert peak_row < picture.density.shape[0] / 2


def test_that_two_clusters_stay_apart():
    rng = np.random.default_rng(2)
    xy = np.concatenate((rng.normal((-6, 0), size=(900, 2)), rng.normal((6, 0), size=(900, 2))))
    picture = density_picture(xy)
    assert picture is not None
    assert value_at(picture, 0.0, 0.0) < 0.05 * value_at(picture, 6.0, 0.0)


def test_that_the_scale_of_the_space_does_not_matter():
    xy = np.random.default_rng(3).normal(size=(800, 2))
    small, large = density_picture(xy), density_picture(500.0 * xy)
    assert small is not None
    assert large is not None
    np.testing.assert_allclose(small.density, large.density, atol=1e-9)


@pytest.mark.parametrize("xy", [np.empty((0, 2)), np.zeros((1, 2)), np.full((4, 2), np.nan)])
def test_that_too_few_points_have_no_density(xy):
    assert density_picture(xy) is None


def test_that_coinciding_points_are_no_error():
    picture = density_picture(np.zeros((50, 2)))
    assert picture is None or np.isfinite(picture.density).all()


def test_that_empty_places_are_transparent():
    picture = density_picture(np.random.default_rng(4).normal(size=(500, 2)))
    assert picture is not None
    rgba = picture.coloured((0, 0, 255), (255, 255, 255))
    assert rgba[0, 0, 3] < 40
    assert rgba[..., 3].max() > 200

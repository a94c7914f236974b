"""What a plane shows of posteriors."""

from __future__ import annotations

import numpy as np
import pytest

from vae_explorer.latent.plane import Plane
from vae_explorer.latent.planes import axes_plane, default_plane, plane_through
from vae_explorer.ui.widgets.map.projection import ellipse_on, prior_centre, project, stacked


def oblique(latent_dim: int, seed: int = 0) -> Plane:
    return plane_through(np.random.default_rng(seed).normal(size=(3, latent_dim)))


def test_that_the_ellipse_agrees_with_samples_of_the_posterior():
    rng = np.random.default_rng(1)
    plane, mu = oblique(6), rng.normal(size=6)
    log_var = rng.normal(size=6) - 1.0
    ellipse = ellipse_on(plane, mu, log_var)
    samples = mu + np.exp(log_var / 2) * rng.normal(size=(200_000, 6))
    measured = np.cov(plane.project(samples), rowvar=False)
    turn = np.array([np.cos(ellipse.angle), np.sin(ellipse.angle)])
    across = np.array([-turn[1], turn[0]])
    assert turn @ measured @ turn == pytest.approx(ellipse.major**2, rel=0.02)
    assert across @ measured @ across == pytest.approx(ellipse.minor**2, rel=0.02)
    np.testing.assert_allclose(ellipse.centre, plane.project(mu))


def test_that_the_ellipse_of_an_axes_plane_is_the_posterior_itself():
    ellipse = ellipse_on(default_plane(2), np.array([1.0, 2.0]), np.log([0.04, 0.25]))
    assert ellipse.major == pytest.approx(0.5)
    assert ellipse.minor == pytest.approx(0.2)
    assert abs(np.sin(ellipse.angle)) == pytest.approx(1.0)


def test_that_projections_agree_with_the_plane():
    mu = np.random.default_rng(2).normal(size=(50, 7)).astype(np.float32)
    plane = oblique(7)
    np.testing.assert_allclose(project(mu, plane).xy, plane.project(mu), atol=1e-5)


def test_that_points_fade_with_their_distance_and_never_vanish():
    mu = np.random.default_rng(3).normal(size=(300, 5)).astype(np.float32)
    plane = axes_plane(5, 0, 1)
    fade = project(mu, plane).fade
    assert fade is not None
    order = np.argsort(plane.distance(mu))
    assert np.all(np.diff(fade[order]) <= 1e-6)
    assert fade.min() > 0.0
    assert fade.max() <= 1.0


def test_that_fading_does_not_depend_on_the_scale_of_the_space():
    mu = np.random.default_rng(4).normal(size=(300, 5)).astype(np.float32)
    small, large = project(mu, axes_plane(5, 0, 1)).fade, project(400 * mu, axes_plane(5, 0, 1)).fade
    np.testing.assert_allclose(small, large, atol=1e-4)


def test_that_a_plane_moved_out_of_the_cloud_loses_its_points():
    mu = np.random.default_rng(5).normal(size=(300, 4)).astype(np.float32)
    plane = axes_plane(4, 0, 1)
    far = plane.through(np.array([0.0, 0.0, 6.0, 0.0]))
    assert project(mu, far).fade.mean() < 0.5 * project(mu, plane).fade.mean()


def test_that_two_dimensions_do_not_fade():
    assert project(np.ones((3, 2), dtype=np.float32), default_plane(2)).fade is None


def test_that_the_density_along_a_plane_is_a_unit_gaussian_around_the_priors_centre():
    plane = oblique(5, seed=8)
    centre = np.array(prior_centre(plane))
    log_p = lambda ab: -0.5 * np.sum(plane.to_latent(np.asarray(ab)) ** 2)  # noqa: E731
    for step in ([1.0, 0.0], [0.0, -2.0], [1.2, 1.6]):
        fall = log_p(centre) - log_p(centre + step)
        assert fall == pytest.approx(0.5 * np.sum(np.square(step)))


def test_that_points_of_a_line_lie_between_it_and_its_density():
    x = np.random.default_rng(6).normal(size=4_000).astype(np.float32) * 30
    xy, curve = stacked(x)
    np.testing.assert_array_equal(xy[:, 0], x)
    assert xy[:, 1].min() >= 0.0
    assert np.all(xy[:, 1] <= np.interp(x, curve[:, 0], curve[:, 1], left=0, right=0) + 1e-3)


def test_that_the_density_over_a_line_has_the_shape_of_the_distribution():
    x = np.random.default_rng(7).normal(size=40_000).astype(np.float32)
    _, curve = stacked(x)
    at = np.array([0.0, 1.0, 2.0])
    height = np.interp(at, curve[:, 0], curve[:, 1]) / curve[:, 1].max()
    np.testing.assert_allclose(height, np.exp(-0.5 * at**2), atol=0.05)


def test_that_a_model_of_one_dimension_is_shown_as_a_line():
    projected = project(np.linspace(-2, 2, 30, dtype=np.float32)[:, None], default_plane(1))
    assert projected.curve is not None
    assert projected.xy[:, 1].max() > 0.0


@pytest.mark.parametrize("x", [np.zeros(5), np.full(3, np.nan), np.empty(0)])
def test_that_a_line_without_extent_is_no_error(x):
    xy, _ = stacked(x.astype(np.float32))
    assert len(xy) == len(x)

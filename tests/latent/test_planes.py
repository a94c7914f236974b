"""Planes: geometry checked against least squares and SVD, not against themselves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vae_explorer.errors import ConfigError
from vae_explorer.latent.plane import Plane
from vae_explorer.latent.planes import axes_plane, default_plane, pca_plane, plane_through


def _is_orthonormal(plane: Plane) -> bool:
    frame = np.stack([plane.u, plane.v])
    return bool(np.allclose(frame @ frame.T, np.eye(2), atol=1e-12))


def test_that_the_plane_of_a_two_dimensional_model_is_the_space_itself() -> None:
    plane = default_plane(2)
    z = np.random.default_rng(0).normal(size=(50, 2))
    np.testing.assert_array_equal(plane.to_latent(z), z)
    np.testing.assert_array_equal(plane.project(z), z)
    assert (plane.label_u, plane.label_v) == ("z1", "z2")


def test_that_a_one_dimensional_model_gets_a_line() -> None:
    plane = default_plane(1)
    np.testing.assert_array_equal(plane.u, [1.0])
    np.testing.assert_array_equal(plane.v, [0.0])
    np.testing.assert_array_equal(plane.to_latent(np.array([[1.5, 9.0]])), [[1.5]])


def test_that_an_axes_plane_keeps_the_other_coordinates_of_its_origin() -> None:
    z = np.array([5.0, 6.0, 7.0, 8.0])
    plane = axes_plane(4, 3, 1, origin=z)
    np.testing.assert_allclose(plane.project(z), [8.0, 6.0])
    np.testing.assert_allclose(plane.to_latent(np.array([-1.0, 2.0])), [5.0, 2.0, 7.0, -1.0])
    assert plane.distance(z) == pytest.approx(0.0, abs=1e-12)
    assert (plane.label_u, plane.label_v) == ("z4", "z2")


@pytest.mark.parametrize(
    ("i", "j", "words"), [(0, 0, "two different"), (0, 3, "no latent dimension z4"), (-1, 0, "z0")]
)
def test_that_an_impossible_pair_of_axes_is_refused_in_words(i: int, j: int, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        axes_plane(3, i, j)


def test_that_the_principal_plane_is_the_best_plane_of_the_means() -> None:
    rng = np.random.default_rng(1)
    mu = rng.normal(size=(400, 5)) @ rng.normal(size=(5, 5)) + rng.normal(size=5)
    plane = pca_plane(mu)
    assert _is_orthonormal(plane)
    singular = np.linalg.svd(mu - mu.mean(axis=0), compute_uv=False)
    best = np.sqrt(np.sum(singular[2:] ** 2))  # Eckart & Young (1936)
    assert np.sqrt(np.sum(plane.distance(mu) ** 2)) == pytest.approx(best, rel=1e-9)
    share = 100 * singular**2 / np.sum(singular**2)
    assert (plane.label_u, plane.label_v) == (f"PC 1 ({share[0]:.0f} %)", f"PC 2 ({share[1]:.0f} %)")


def test_that_zero_projects_to_the_middle_of_the_principal_plane() -> None:
    mu = np.random.default_rng(2).normal(size=(100, 4)) + 3.0
    plane = pca_plane(mu)
    np.testing.assert_allclose(plane.project(np.zeros(4)), [0.0, 0.0], atol=1e-12)
    assert plane.distance(mu.mean(axis=0)) == pytest.approx(0.0, abs=1e-9)


def test_that_the_principal_plane_does_not_flip_when_the_means_are_shuffled() -> None:
    rng = np.random.default_rng(3)
    mu = rng.normal(size=(200, 3)) * [3.0, 2.0, 1.0]
    first, second = pca_plane(mu), pca_plane(mu[rng.permutation(200)])
    np.testing.assert_allclose(first.u, second.u, atol=1e-9)
    np.testing.assert_allclose(first.v, second.v, atol=1e-9)


def test_that_means_which_all_coincide_still_give_a_plane() -> None:
    plane = pca_plane(np.ones((10, 3)))
    assert _is_orthonormal(plane)
    assert plane.label_u == "PC 1 (0 %)"


def test_that_rows_that_are_not_finite_do_not_spoil_the_principal_plane() -> None:
    mu = np.random.default_rng(4).normal(size=(60, 3))
    spoiled = np.concatenate([mu, [[np.nan, 0.0, 0.0], [np.inf, 1.0, 1.0]]])
    np.testing.assert_array_equal(pca_plane(mu).u, pca_plane(spoiled).u)


def test_that_one_mean_is_too_few_for_principal_components() -> None:
    with pytest.raises(ConfigError, match="at least two encoded images, got 1"):
        pca_plane(np.zeros((1, 3)))


@given(st.integers(0, 10_000), st.integers(2, 12))
def test_that_a_plane_through_three_points_contains_them(seed: int, latent_dim: int) -> None:
    points = np.random.default_rng(seed).normal(size=(3, latent_dim))
    plane = plane_through(points)
    assert _is_orthonormal(plane)
    np.testing.assert_allclose(plane.to_latent(plane.project(points)), points, atol=1e-6)
    along = plane.project(points[1]) - plane.project(points[0])
    assert along[0] > 0
    assert along[1] == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_that_three_points_on_a_line_are_refused_at_any_scale(scale: float) -> None:
    direction = np.array([1.0, 2.0, -1.0, 0.5]) * scale
    with pytest.raises(ConfigError, match="P, Q and R lie on one line"):
        plane_through(np.stack([0 * direction, direction, 2.5 * direction]), names=("P", "Q", "R"))


def test_that_coinciding_points_are_refused() -> None:
    with pytest.raises(ConfigError, match="coincide"):
        plane_through([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0], [0.0, 0.0, 0.0]])


def test_that_three_points_of_a_line_model_span_no_plane() -> None:
    with pytest.raises(ConfigError, match="one dimension"):
        plane_through([[0.0], [1.0], [2.0]])


def test_that_moving_a_plane_through_a_point_keeps_coordinates() -> None:
    rng = np.random.default_rng(5)
    plane = plane_through(rng.normal(size=(3, 6)))
    z, others = rng.normal(size=6), rng.normal(size=(20, 6))
    moved = plane.through(z)
    assert moved.distance(z) == pytest.approx(0.0, abs=1e-12)
    np.testing.assert_allclose(moved.project(others), plane.project(others), atol=1e-12)

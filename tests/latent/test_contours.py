"""Contours against circles and functions whose level lines are known."""

from __future__ import annotations

import numpy as np
import pytest

from vae_explorer.latent.contours import contour_segments, prior_contours
from vae_explorer.latent.plane import Plane
from vae_explorer.latent.planes import axes_plane, default_plane


def _normal(z: np.ndarray) -> np.ndarray:
    return -0.5 * np.square(z).sum(1)


def _draws(latent_dim: int) -> np.ndarray:
    return np.random.default_rng(0).standard_normal((500, latent_dim))


def test_that_the_standard_normal_has_circles_of_one_two_and_three() -> None:
    for latent_dim in (2, 5):
        plane = axes_plane(latent_dim, 0, 1)
        for sigma, segments in zip(
            (1, 2, 3), prior_contours(_normal, _draws(latent_dim), plane), strict=True
        ):
            radius = np.linalg.norm(segments.reshape(-1, 2), axis=1)
            assert radius == pytest.approx(np.full(len(radius), sigma), abs=0.02)
            length = np.linalg.norm(segments[:, 1] - segments[:, 0], axis=1).sum()
            assert length == pytest.approx(2 * np.pi * sigma, rel=0.01)


def test_that_a_line_has_a_crossing_on_either_side() -> None:
    plane: Plane = default_plane(1)
    for sigma, segments in zip((1, 2, 3), prior_contours(_normal, _draws(1), plane), strict=True):
        assert np.sort(segments[:, 0, 0]) == pytest.approx([-sigma, sigma], abs=0.02)


def test_that_segments_lie_on_the_level_of_a_linear_function() -> None:
    x, y = np.linspace(0, 1, 7), np.linspace(-1, 2, 5)
    values = 2 * x[:, None] - y[None]
    segments = contour_segments(x, y, values, 0.3)
    np.testing.assert_allclose(2 * segments[..., 0] - segments[..., 1], 0.3, atol=1e-12)


def test_that_a_saddle_has_two_separate_lines_and_a_flat_function_none() -> None:
    x = np.array([0.0, 1.0])
    assert len(contour_segments(x, x, np.array([[1.0, -1.0], [-1.0, 1.0]]), 0.0)) == 2
    assert contour_segments(x, x, np.zeros((2, 2)), 1.0).shape == (0, 2, 2)

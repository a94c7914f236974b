"""Paths: ends, equal steps, and great circles checked against White's formula."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vae_explorer.errors import ConfigError
from vae_explorer.latent.paths import PathKind, path_frames, polyline, traversals


def _slerp_of_the_paper(a: np.ndarray, b: np.ndarray, t: float) -> np.ndarray:
    """White (2016): sin((1 − t)θ)/sin θ · a + sin(tθ)/sin θ · b, here for unit vectors."""
    theta = np.arccos(np.clip(a @ b, -1.0, 1.0))
    return (np.sin((1 - t) * theta) * a + np.sin(t * theta) * b) / np.sin(theta)


@pytest.mark.parametrize("kind", ["straight", "slerp"])
@given(
    seed=st.integers(0, 1000), n_anchors=st.integers(2, 5), latent_dim=st.integers(1, 8), n=st.integers(2, 30)
)
def test_that_a_path_starts_and_ends_exactly_on_its_anchors(
    kind: PathKind, seed: int, n_anchors: int, latent_dim: int, n: int
) -> None:
    anchors = np.random.default_rng(seed).normal(size=(n_anchors, latent_dim))
    frames = path_frames(anchors, n, kind)
    assert frames.shape == (n, latent_dim)
    np.testing.assert_array_equal(frames[0], anchors[0])
    np.testing.assert_array_equal(frames[-1], anchors[-1])


def test_that_straight_frames_are_equally_spaced() -> None:
    frames = path_frames([[0.0, 0.0], [2.0, 4.0]], 5)
    np.testing.assert_allclose(frames, [[0, 0], [0.5, 1], [1, 2], [1.5, 3], [2, 4]])


@pytest.mark.parametrize("kind", ["straight", "slerp"])
def test_that_inner_anchors_are_met_when_the_frames_divide_evenly(kind: PathKind) -> None:
    anchors = np.array([[1.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 2.0]])
    np.testing.assert_allclose(path_frames(anchors, 9, kind)[[0, 4, 8]], anchors, atol=1e-12)


@pytest.mark.parametrize("kind", ["straight", "slerp"])
def test_that_a_loop_repeats_without_a_halt(kind: PathKind) -> None:
    anchors = np.array([[1.0, 0.2], [-0.3, 2.0], [-1.0, -1.5]])
    frames = path_frames(anchors, 12, kind, loop=True)
    np.testing.assert_allclose(frames[[0, 4, 8]], anchors, atol=1e-12)
    twice = path_frames(np.concatenate([anchors, anchors, anchors[:1]]), 25, kind)
    np.testing.assert_allclose(np.concatenate([frames, frames, frames[:1]]), twice, atol=1e-12)


@given(seed=st.integers(0, 1000), latent_dim=st.integers(2, 20))
def test_that_slerp_of_unit_vectors_is_the_formula_of_the_paper(seed: int, latent_dim: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = (v / np.linalg.norm(v) for v in rng.normal(size=(2, latent_dim)))
    frames = path_frames([a, b], 7, "slerp")
    expected = [_slerp_of_the_paper(a, b, t) for t in np.linspace(0, 1, 7)]
    np.testing.assert_allclose(frames, expected, atol=1e-6)


def test_that_slerp_keeps_to_the_shell_and_changes_norms_linearly() -> None:
    a, b = np.array([3.0, 0.0, 0.0]), np.array([0.0, 0.0, 5.0])
    norms = np.linalg.norm(path_frames([a, b], 5, "slerp"), axis=1)
    np.testing.assert_allclose(norms, [3.0, 3.5, 4.0, 4.5, 5.0])


def test_that_opposite_anchors_turn_half_a_circle_through_one_plane() -> None:
    a = np.array([0.0, 2.0, 0.5])
    frames = path_frames([a, -a], 9, "slerp")
    np.testing.assert_allclose(np.linalg.norm(frames, axis=1), np.linalg.norm(a))
    steps = np.einsum("nd,nd->n", frames[:-1], frames[1:]) / (a @ a)
    np.testing.assert_allclose(np.arccos(steps), np.pi / 8, atol=1e-9)
    assert np.linalg.matrix_rank(frames, tol=1e-9) == 2


@pytest.mark.parametrize(
    "anchors",
    [
        [[0.0, 0.0], [1.0, 2.0]],  # no direction at 0
        [[1.0, 2.0], [0.0, 0.0]],
        [[0.0, 0.0], [0.0, 0.0]],
        [[1.0, 1.0], [3.0, 3.0]],  # one direction
        [[-1.0], [1.0]],  # one dimension: no circle
    ],
)
def test_that_slerp_is_straight_where_there_is_no_circle(anchors: list[list[float]]) -> None:
    np.testing.assert_allclose(path_frames(anchors, 6, "slerp"), path_frames(anchors, 6, "straight"))


@given(seed=st.integers(0, 500), gap=st.floats(0, 1e-6))
def test_that_slerp_is_finite_and_short_for_nearly_equal_anchors(seed: int, gap: float) -> None:
    rng = np.random.default_rng(seed)
    a = rng.normal(size=5)
    b = a + gap * rng.normal(size=5)
    frames = path_frames([a, b], 5, "slerp")
    assert np.abs(frames - a).max() <= 20 * gap + 1e-12


@pytest.mark.parametrize(
    ("anchors", "n", "words"),
    [
        ([[0.0, 1.0]], 5, "two anchors, got 1"),
        ([[0.0], [1.0]], 1, "two frames, got 1"),
        ([[0.0], [np.nan]], 3, "finite"),
    ],
)
def test_that_an_impossible_path_is_refused_in_words(anchors: list[list[float]], n: int, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        path_frames(anchors, n)


def test_that_a_straight_polyline_is_its_anchors_and_a_loop_closes() -> None:
    anchors = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]])
    np.testing.assert_array_equal(polyline(anchors), anchors)
    np.testing.assert_array_equal(polyline(anchors, loop=True), [*anchors, anchors[0]])


def test_that_a_slerp_polyline_passes_every_anchor_and_every_frame() -> None:
    anchors = np.random.default_rng(0).normal(size=(3, 4))
    line = polyline(anchors, "slerp", loop=False, n=10)
    assert line.shape == (21, 4)
    np.testing.assert_allclose(line[[0, 10, 20]], anchors, atol=1e-12)
    np.testing.assert_allclose(line, path_frames(anchors, 21, "slerp"), atol=1e-12)


def test_that_a_traversal_changes_one_dimension_a_row() -> None:
    z = np.array([0.1, 0.2, 0.3])
    rows = traversals(z, [2, 0], [-3.0, 0.0, 3.0])
    assert rows.shape == (2, 3, 3)
    np.testing.assert_array_equal(rows[0, :, 2], [-3, 0, 3])
    np.testing.assert_array_equal(rows[0, :, :2], [[0.1, 0.2]] * 3)
    np.testing.assert_array_equal(rows[1, :, 0], [-3, 0, 3])
    np.testing.assert_array_equal(z, [0.1, 0.2, 0.3])


def test_that_a_traversal_of_a_missing_dimension_is_refused() -> None:
    with pytest.raises(ConfigError, match="z1 to z3"):
        traversals(np.zeros(3), [3], [0.0])

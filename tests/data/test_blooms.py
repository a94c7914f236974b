"""Blooms: their outlines against exact polygons, their factors, their colours."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from vae_explorer.data.blooms import FACTOR_NAMES, KIND_NAMES, KIND_PETALS, draw_blooms, sample_blooms
from vae_explorer.data.colour import luma


def _draw(side: int, *figures: tuple[float, float, float, float, float]) -> NDArray[np.uint8]:
    return np.concatenate(list(draw_blooms(np.array(figures, dtype=np.float64), side, side)))


def _covered(image: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Pixels of the figure: brighter than the ground with its glow; (H, W)."""
    covered: NDArray[np.bool_] = luma(image[None])[0, 0] > 90
    return covered


def test_that_the_same_seed_draws_the_same_figures_and_another_seed_others() -> None:
    first, again, other = (sample_blooms(50, np.random.default_rng(seed)) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first.factors, again.factors)
    assert not np.array_equal(first.factors, other.factors)


def test_that_labels_are_the_number_of_petals_and_kinds_are_equally_frequent() -> None:
    blooms = sample_blooms(600, np.random.default_rng(0))
    petals = blooms.factors[:, FACTOR_NAMES.index("petals")]
    np.testing.assert_array_equal(petals, np.array(KIND_PETALS)[blooms.kind])
    np.testing.assert_array_equal(np.bincount(blooms.kind), 100)
    assert [name.split()[0] for name in KIND_NAMES[1:]] == [str(m) for m in KIND_PETALS[1:]]


def test_that_factors_stay_in_their_ranges() -> None:
    factors = sample_blooms(2000, np.random.default_rng(1)).factors
    _, roundness, hue, rotation, size = factors.T
    assert roundness.min() >= 0
    assert roundness.max() <= 1
    assert hue.min() >= 0
    assert hue.max() < 360
    assert abs(rotation).max() <= 14
    assert 0.6 < size.min() < size.max() < 1


@pytest.mark.parametrize("m", [3, 4, 5, 6, 8])
def test_that_a_middle_roundness_is_a_regular_polygon(m: int) -> None:
    covered = _covered(_draw(128, (m, 0.5, 148, 0, 0.9))[0])
    radius = 0.9 * 64
    area = m / 2 * radius**2 * np.sin(2 * np.pi / m)
    assert covered.sum() == pytest.approx(area, rel=0.03)


@pytest.mark.parametrize("m", [3, 4, 5, 6, 8])
@pytest.mark.parametrize("roundness", [0.0, 1.0])
def test_that_a_figure_has_as_many_tips_as_petals(m: int, roundness: float) -> None:
    image = _draw(256, (m, roundness, 148, 7, 0.9))[0]
    angle = np.linspace(0, 2 * np.pi, 180, endpoint=False)  # steps wider than a pixel
    reach = 0.75 * 0.9 * 128  # a circle that crosses every petal and every notch
    y = np.rint(127.5 - reach * np.cos(angle)).astype(int)
    x = np.rint(127.5 + reach * np.sin(angle)).astype(int)
    inside = _covered(image)[y, x]
    assert np.count_nonzero(inside & ~np.roll(inside, 1)) == m


def test_that_a_rotation_turns_clockwise_in_degrees() -> None:
    upright, turned = _draw(64, (4, 0.0, 148, 0, 0.9), (4, 0.0, 148, 90, 0.9))
    np.testing.assert_allclose(np.rot90(upright, -1, (1, 2)).astype(int), turned.astype(int), atol=3)
    tilted = _draw(256, (3, 0.0, 148, 10, 0.9))[0]
    top = np.flatnonzero(_covered(tilted)[40])  # a row through the upper tip
    assert top.mean() > 127.5


def test_that_edges_are_smooth() -> None:
    image = luma(_draw(32, (0, 1.0, 265, 0, 0.9)))[0, 0].astype(int)
    row = image[16]
    steps = np.abs(np.diff(row[:16]))
    assert ((row[:16] > 40) & (row[:16] < 120)).any()  # some pixel is partly covered
    assert steps.max() < 160


def test_that_hues_are_equally_light() -> None:
    hues = np.arange(0, 360, 30)
    images = _draw(32, *((6.0, 0.5, float(hue), 0.0, 0.9) for hue in hues))
    grey = luma(images)[:, 0].reshape(len(hues), -1).mean(axis=1)
    assert grey.max() / grey.min() < 1.35


def test_that_the_ground_is_near_black_and_seamless() -> None:
    images = np.concatenate(list(draw_blooms(sample_blooms(300, np.random.default_rng(2)).factors, 32, 32)))
    corners = images[:, :, [0, 0, -1, -1], [0, -1, 0, -1]]
    assert corners.max() < 40
    assert np.ptp(corners.reshape(300, 3, 4), axis=0).max() <= 2  # no tint where tiles meet


@pytest.mark.parametrize(("height", "width"), [(8, 8), (16, 40), (100, 33)])
def test_that_any_size_is_drawn_with_the_figure_in_the_centre(height: int, width: int) -> None:
    images = np.concatenate(
        list(draw_blooms(sample_blooms(20, np.random.default_rng(2)).factors, height, width))
    )
    assert images.shape == (20, 3, height, width)
    grey = luma(images)[:, 0].astype(float).mean(axis=0)
    assert grey[height // 2, width // 2] > 3 * grey[0, 0]

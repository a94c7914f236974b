"""The Laplacian energy against its frequency response, a convolution by hand, and blur."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter, laplace

from vae_explorer.evaluation.sharpness import laplacian_energy, laplacian_ratio


def test_that_the_energy_is_that_of_scipys_laplacian_inside_the_border() -> None:
    images = np.random.default_rng(0).integers(0, 256, (3, 3, 9, 12), dtype=np.uint8)
    expected = [
        sum((laplace(channel.astype(float))[1:-1, 1:-1] ** 2).sum() for channel in image) for image in images
    ]
    np.testing.assert_allclose(laplacian_energy(images), expected)


def test_that_a_wave_is_weighed_by_its_frequency() -> None:
    ramp = np.arange(64)

    def wave(omega: float) -> np.ndarray:
        return np.tile(np.sin(omega * ramp), (64, 1))[None, None]

    slow, fast = 2 * math.pi / 16, 2 * math.pi / 8  # whole periods inside the border would differ a little
    expected = ((2 - 2 * math.cos(slow)) / (2 - 2 * math.cos(fast))) ** 2
    assert laplacian_ratio(wave(slow), wave(fast))[0] == pytest.approx(expected, rel=0.05)


def test_that_blur_lowers_the_ratio_and_noise_raises_it() -> None:
    rng = np.random.default_rng(1)
    original = gaussian_filter(rng.random((4, 1, 32, 32)), (0, 0, 1, 1))
    blurred = gaussian_filter(original, (0, 0, 1.5, 1.5))
    assert (laplacian_ratio(blurred, original) < 0.5).all()
    assert (laplacian_ratio(original + 0.2 * rng.normal(size=original.shape), original) > 1.5).all()
    np.testing.assert_allclose(laplacian_ratio(original, original), 1.0)


def test_that_a_flat_original_has_no_ratio() -> None:
    flat, rough = np.full((1, 1, 8, 8), 9, np.uint8), np.eye(8, dtype=np.uint8)[None, None]
    assert np.isnan(laplacian_ratio(rough, flat)[0])
    assert laplacian_ratio(flat, rough)[0] == 0.0


def test_that_unusable_batches_are_refused() -> None:
    with pytest.raises(ValueError, match="3 × 3"):
        laplacian_energy(np.zeros((1, 1, 2, 8)))
    with pytest.raises(ValueError, match="one shape"):
        laplacian_ratio(np.zeros((1, 1, 8, 8)), np.zeros((2, 1, 8, 8)))

"""PSNR and SSIM against the formulas of the paper, written out pixel by pixel."""

from __future__ import annotations

import math

import numpy as np
import pytest

from vae_explorer.evaluation.image_quality import psnr, ssim


def _batch(n: int, c: int, h: int, w: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, size=(n, c, h, w), dtype=np.uint8)


def _ssim_of_the_paper(x: np.ndarray, y: np.ndarray, side: int) -> float:
    """Wang et al. (2004), eq. 13 and 17 for one channel (H, W), with explicit loops and weights."""
    centre = side // 2
    weights = np.array(
        [
            [math.exp(-((i - centre) ** 2 + (j - centre) ** 2) / (2 * 1.5**2)) for j in range(side)]
            for i in range(side)
        ]
    )
    weights /= weights.sum()
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    values = []
    for top in range(x.shape[0] - side + 1):
        for left in range(x.shape[1] - side + 1):
            a = x[top : top + side, left : left + side].astype(float)
            b = y[top : top + side, left : left + side].astype(float)
            mean_a, mean_b = (weights * a).sum(), (weights * b).sum()
            var_a, var_b = (weights * (a - mean_a) ** 2).sum(), (weights * (b - mean_b) ** 2).sum()
            cov = (weights * (a - mean_a) * (b - mean_b)).sum()
            luminance = (2 * mean_a * mean_b + c1) / (mean_a**2 + mean_b**2 + c1)
            values.append(luminance * (2 * cov + c2) / (var_a + var_b + c2))
    return float(np.mean(values))


@pytest.mark.parametrize(
    ("c", "h", "w", "side"), [(1, 16, 14, 11), (3, 12, 19, 11), (1, 8, 8, 7), (3, 10, 30, 9)]
)
def test_that_ssim_is_the_formula_of_the_paper(c: int, h: int, w: int, side: int) -> None:
    a = _batch(3, c, h, w)
    b = np.clip(a.astype(int) + _batch(3, c, h, w, seed=1) // 4 - 32, 0, 255).astype(np.uint8)
    expected = [np.mean([_ssim_of_the_paper(a[i, k], b[i, k], side) for k in range(c)]) for i in range(3)]
    np.testing.assert_allclose(ssim(a, b), expected, rtol=1e-9)
    assert 0.2 < ssim(a, b).min() < 0.99


def test_that_equal_images_are_perfectly_alike() -> None:
    a = _batch(2, 3, 16, 16)
    np.testing.assert_allclose(ssim(a, a), 1.0)
    np.testing.assert_array_equal(psnr(a, a), [np.inf, np.inf])


def test_that_a_negative_is_less_alike_than_noise() -> None:
    ramp = np.tile(np.linspace(0, 255, 24).astype(np.uint8), (1, 1, 24, 1))
    assert ssim(ramp, 255 - ramp)[0] < 0 < ssim(ramp, ramp // 2)[0]


def test_that_psnr_is_its_definition_for_each_image() -> None:
    a, b = _batch(4, 3, 9, 11), _batch(4, 3, 9, 11, seed=5)
    for i, value in enumerate(psnr(a, b)):
        mse = sum((float(p) - float(q)) ** 2 for p, q in zip(a[i].flat, b[i].flat, strict=True)) / a[i].size
        assert value == pytest.approx(20 * math.log10(255) - 10 * math.log10(mse))


def test_that_one_grey_level_of_error_everywhere_is_48_decibels() -> None:
    a = np.full((1, 1, 8, 8), 100, dtype=np.uint8)
    assert psnr(a, a + 1)[0] == pytest.approx(48.1308, abs=1e-4)


def test_that_long_batches_are_cut_into_chunks_without_a_seam() -> None:
    a, b = _batch(520, 1, 8, 8), _batch(520, 1, 8, 8, seed=2)
    np.testing.assert_array_equal(ssim(a, b)[500:], ssim(a[500:], b[500:]))
    assert ssim(a[:0], b[:0]).shape == psnr(a[:0], b[:0]).shape == (0,)


def test_that_different_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="one shape"):
        ssim(_batch(1, 1, 8, 8), _batch(1, 1, 8, 9))

"""How alike two pictures are: PSNR and SSIM, one number an image; plain NumPy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["psnr", "ssim"]

Pixels = NDArray[np.uint8]
Array = NDArray[np.float64]

PEAK = 255.0
K1, K2 = 0.01, 0.03  # Wang et al. (2004), section III-B
WINDOW_SIDE_PX, WINDOW_SIGMA_PX = 11, 1.5
CHUNK_IMAGES = 256  # bounds the memory of ssim


def psnr(a: Pixels, b: Pixels) -> Array:
    """Peak signal-to-noise ratio, 10·log10(255² / MSE), mean over channels and pixels.

    Parameters
    ----------
    a, b
        uint8, (B, C, H, W).

    Returns
    -------
    float64, (B,)
        Decibels; +inf for equal images.
    """
    _check(a, b)
    difference = a.astype(np.float64) - b.astype(np.float64)
    mse = np.square(difference).mean(axis=(1, 2, 3))  # (B,)
    with np.errstate(divide="ignore"):
        ratio: Array = 10.0 * np.log10(PEAK**2 / mse)
    return ratio


def ssim(a: Pixels, b: Pixels) -> Array:
    """Mean structural similarity.

    Wang, Bovik, Sheikh and Simoncelli (2004), *Image quality assessment*, eq. 13 and 17: local means,
    variances and covariance under a Gaussian window (11 × 11, σ = 1.5 px, weights sum to 1) at every place
    where the window fits; averaged over these places and over channels. Pictures narrower than 11 pixels get
    the largest odd window that fits.

    Parameters
    ----------
    a, b
        uint8, (B, C, H, W).

    Returns
    -------
    float64, (B,)
        In [−1, 1]; 1 for equal images.
    """
    _check(a, b)
    chunks = [_ssim(a[i : i + CHUNK_IMAGES], b[i : i + CHUNK_IMAGES]) for i in range(0, len(a), CHUNK_IMAGES)]
    return np.concatenate(chunks) if chunks else np.empty(0)


def _ssim(a: Pixels, b: Pixels) -> Array:
    x, y = a.astype(np.float64), b.astype(np.float64)
    c1, c2 = (K1 * PEAK) ** 2, (K2 * PEAK) ** 2
    side = min(WINDOW_SIDE_PX, *a.shape[2:])
    window = _gaussian(side - 1 + side % 2)
    mean_x, mean_y = _filtered(x, window), _filtered(y, window)
    var_x = _filtered(x * x, window) - mean_x**2
    var_y = _filtered(y * y, window) - mean_y**2
    cov = _filtered(x * y, window) - mean_x * mean_y
    similarity = ((2.0 * mean_x * mean_y + c1) * (2.0 * cov + c2)) / (
        (mean_x**2 + mean_y**2 + c1) * (var_x + var_y + c2)
    )
    mean: Array = similarity.mean(axis=(1, 2, 3))
    return mean


def _gaussian(side: int) -> Array:
    offsets = np.arange(side) - (side - 1) / 2.0
    weights = np.exp(-0.5 * (offsets / WINDOW_SIGMA_PX) ** 2)
    return np.asarray(weights / weights.sum())


def _filtered(x: Array, window: Array) -> Array:
    """Separable correlation where the window fits: (B, C, H, W) → (B, C, H − s + 1, W − s + 1)."""
    s = len(window)
    h, w = x.shape[2] - s + 1, x.shape[3] - s + 1
    rows = np.zeros((*x.shape[:2], h, x.shape[3]))
    for k in range(s):
        rows += window[k] * x[:, :, k : k + h]
    both = np.zeros((*x.shape[:2], h, w))
    for k in range(s):
        both += window[k] * rows[..., k : k + w]
    return both


def _check(a: Pixels, b: Pixels) -> None:
    if a.shape != b.shape or a.ndim != 4:
        raise ValueError(f"expected two batches (B, C, H, W) of one shape, got {a.shape} and {b.shape}")
    if a.dtype != np.uint8 or b.dtype != np.uint8:
        raise ValueError(f"expected uint8, got {a.dtype} and {b.dtype}")

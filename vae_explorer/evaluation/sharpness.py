"""Sharpness of reconstructions: the energy of the Laplacian beside that of the original."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["laplacian_energy", "laplacian_ratio"]

Pictures = NDArray[np.uint8] | NDArray[np.floating]
Array = NDArray[np.float64]

CHUNK_IMAGES = 512  # bounds memory


def laplacian_energy(images: Pictures) -> Array:
    """Σ (Δx)² with the five-point Laplacian Δ = (up + down + left + right − 4 · centre).

    Summed over channels and all pixels that have four neighbours. It weighs the frequency ω of a picture by |ω|⁴
    (near 0), so blur lowers it and noise raises it. As a measure of focus: Subbarao, Choi & Nikzad (1993).

    Parameters
    ----------
    images
        (B, C, H, W) with sides of at least 3 pixels; uint8 counts in grey levels, floats as they are.

    Returns
    -------
    float64, (B,)
    """
    if images.ndim != 4 or min(images.shape[2:]) < 3:
        raise ValueError(f"expected images (B, C, H, W) of at least 3 × 3 pixels, got {images.shape}")
    found = np.empty(len(images))
    for start in range(0, len(images), CHUNK_IMAGES):
        x = images[start : start + CHUNK_IMAGES].astype(np.float64)
        edges = x[:, :, :-2, 1:-1] + x[:, :, 2:, 1:-1] + x[:, :, 1:-1, :-2] + x[:, :, 1:-1, 2:]
        edges -= 4.0 * x[:, :, 1:-1, 1:-1]
        found[start : start + CHUNK_IMAGES] = np.square(edges).sum(axis=(1, 2, 3))
    return found


def laplacian_ratio(reconstructions: Pictures, originals: Pictures) -> Array:
    """`laplacian_energy` of each reconstruction over that of its original.

    1: as sharp; below: blurred; above: rougher, which noise is too. Both in the same unit.

    Parameters
    ----------
    reconstructions, originals
        (B, C, H, W) each.

    Returns
    -------
    float64, (B,)
        nan where the original is flat, so that there is nothing to be sharp about.
    """
    if reconstructions.shape != originals.shape:
        raise ValueError(
            f"expected two batches of one shape, got {reconstructions.shape} and {originals.shape}"
        )
    of_original = laplacian_energy(originals)
    flat = of_original == 0.0
    ratio = laplacian_energy(reconstructions) / np.where(flat, 1.0, of_original)
    return np.asarray(np.where(flat, np.nan, ratio))

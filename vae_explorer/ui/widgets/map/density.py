"""Kernel density of the points as one small picture; free of Qt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vae_explorer.ui.widgets.map.quantiles import middle_range
from vae_explorer.ui.widgets.map.viewport import Box, middle_box

__all__ = ["DensityPicture", "density_picture"]

Rgb = tuple[int, int, int]

CELLS_PER_BANDWIDTH = 3.0
MAX_CELLS = 384  # along an axis
NARROWING = 0.55  # of Scott's bandwidth, which suits one Gaussian and blurs clusters
KEPT_SHARE = 0.998  # of the points on each axis that the picture spans in any case
SAMPLED_POINTS = 200_000  # counted at most
WIDENED = 0.3  # of that extent it may grow on each side to hold the others


@dataclass(frozen=True, eq=False)
class DensityPicture:
    """Density over a box of the plane.

    Attributes
    ----------
    density
        float64, (rows, columns), relative to its maximum; row 0 is the top of the box.
    box
        In plane units.
    """

    density: NDArray[np.float64]
    box: Box

    def coloured(self, low: Rgb, high: Rgb) -> NDArray[np.uint8]:
        """Straight RGBA from transparent `low` to nearly opaque `high`: uint8, (rows, columns, 4)."""
        share = np.power(self.density, 0.55)[..., None]
        colour = np.array(low) * (1.0 - share) + np.array(high) * share
        alpha = 225.0 * np.minimum(1.0, 1.25 * share)
        rgba: NDArray[np.uint8] = (
            np.rint(np.concatenate((colour, alpha), axis=-1)).clip(0, 255).astype(np.uint8)
        )
        return rgba


def density_picture(xy: NDArray[np.floating]) -> DensityPicture | None:
    """Gaussian kernel density estimate of plane points, (n, 2), on a grid.

    Of very many points an even subset is counted: the picture is smoother than the difference. The bandwidth of
    each axis is 0.55 times Scott's (1992) rule, σ·n^(−1/6); σ is estimated robustly.
    None for fewer than two points.
    """
    places = xy[:: -(-len(xy) // SAMPLED_POINTS) or 1]
    axes = [np.ascontiguousarray(places[:, k]) for k in (0, 1)]
    finite = np.isfinite(axes[0]) & np.isfinite(axes[1])
    if not finite.all():
        axes = [values[finite] for values in axes]
    inner = middle_box(axes[0], axes[1], KEPT_SHARE)
    if inner is None or len(axes[0]) < 2:
        return None
    middles = [middle_range(values, 0.5) for values in axes]
    spread = np.array(
        [min(float(v.std()), (high - low) / 1.349) for v, (low, high) in zip(axes, middles, strict=True)]
    )
    extent = np.array([inner[2] - inner[0], inner[3] - inner[1]])
    smallest = max(1e-3 * float(extent.max()), 1e-9)
    width = np.maximum(NARROWING * spread * len(axes[0]) ** (-1 / 6), smallest)  # (2,)
    least, most = (np.array([float(end(v)) for v in axes]) for end in (np.min, np.max))
    low = np.maximum(least, np.array(inner[:2]) - WIDENED * extent) - 4.0 * width
    high = np.minimum(most, np.array(inner[2:]) + WIDENED * extent) + 4.0 * width
    cells = np.ceil((high - low) / width * CELLS_PER_BANDWIDTH).astype(int).clip(8, MAX_CELLS)  # (x, y)
    step = (high - low) / cells
    scaled = [(v - v.dtype.type(low[k])) * v.dtype.type(1.0 / step[k]) for k, v in enumerate(axes)]
    inside = (scaled[0] >= 0) & (scaled[0] < cells[0]) & (scaled[1] >= 0) & (scaled[1] < cells[1])
    column, row = (values[inside].astype(np.int32) for values in scaled)
    flat = row * np.int32(cells[0]) + column
    counts = np.bincount(flat, minlength=int(cells[0] * cells[1])).reshape(cells[1], cells[0])
    density = _blurred(counts.astype(np.float64), float(width[1] / step[1]), axis=0)
    density = _blurred(density, float(width[0] / step[0]), axis=1)
    peak = density.max()
    if peak <= 0.0:
        return None
    box = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
    return DensityPicture(density[::-1] / peak, box)


def _blurred(values: NDArray[np.float64], sigma: float, axis: int) -> NDArray[np.float64]:
    reach = max(1, int(np.ceil(3.5 * sigma)))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / max(sigma, 1e-3)) ** 2)
    kernel /= kernel.sum()
    padding = [(0, 0), (0, 0)]
    padding[axis] = (reach, reach)
    padded = np.pad(values, padding)
    n = values.shape[axis]
    result = np.zeros_like(values)
    for k, weight in enumerate(kernel):
        result += weight * (padded[k : k + n] if axis == 0 else padded[:, k : k + n])
    return result

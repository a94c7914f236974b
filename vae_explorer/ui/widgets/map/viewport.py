"""``Viewport``: which part of the plane a widget shows, y upwards; all geometry of the map, free of Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vae_explorer.ui.widgets.map.quantiles import middle_range

__all__ = ["KEPT_SHARE", "Box", "Viewport", "data_box", "middle_box", "united"]

Box = tuple[float, float, float, float]  # x0, y0, x1, y1 in plane units, x0 ≤ x1, y0 ≤ y1
Margins = tuple[int, int, int, int]  # left, top, right, bottom, logical px

MIN_SCALE, MAX_SCALE = 1e-6, 1e9  # px a unit; beyond, float32 positions lose whole pixels
KEPT_SHARE = 0.995  # of the points a fitted view must show on each axis


@dataclass(frozen=True)
class Viewport:
    """A window on the plane with equal scales on both axes.

    Attributes
    ----------
    cx, cy
        Plane coordinates at the middle of the widget.
    scale
        Logical pixels a plane unit.
    width, height
        Size of the widget, logical px, ≥ 1.
    """

    cx: float
    cy: float
    scale: float
    width: int
    height: int

    @classmethod
    def fitting(cls, box: Box, width: int, height: int, margins: Margins = (0, 0, 0, 0)) -> Viewport:
        """The view in which `box` just fits inside the widget less its margins."""
        left, top, right, bottom = margins
        width, height = max(width, 1), max(height, 1)
        free_w, free_h = max(width - left - right, width // 2, 1), max(height - top - bottom, height // 2, 1)
        extent_x, extent_y = max(box[2] - box[0], 1e-9), max(box[3] - box[1], 1e-9)
        scale = _limited(min(free_w / extent_x, free_h / extent_y))
        cx = (box[0] + box[2]) / 2 - (left - right) / 2 / scale
        cy = (box[1] + box[3]) / 2 + (top - bottom) / 2 / scale
        return cls(cx, cy, scale, width, height)

    @property
    def box(self) -> Box:
        """The visible part of the plane."""
        half_w, half_h = self.width / 2 / self.scale, self.height / 2 / self.scale
        return (self.cx - half_w, self.cy - half_h, self.cx + half_w, self.cy + half_h)

    def box_with(self, margin_px: float) -> Box:
        """The visible part of the plane, and `margin_px` around it."""
        x0, y0, x1, y1 = self.box
        margin = margin_px / self.scale
        return (x0 - margin, y0 - margin, x1 + margin, y1 + margin)

    def to_px(self, xy: ArrayLike) -> NDArray[np.float64]:
        """Widget pixels of plane points: (..., 2) → (..., 2)."""
        xy = np.asarray(xy, dtype=np.float64)
        x = (xy[..., 0] - self.cx) * self.scale + self.width / 2
        y = self.height / 2 - (xy[..., 1] - self.cy) * self.scale
        return np.stack((x, y), axis=-1)

    def rectangle(self, box: Box) -> tuple[float, float, float, float]:
        """Left, top, width and height in widget pixels of a box of the plane."""
        left = (box[0] - self.cx) * self.scale + self.width / 2
        top = self.height / 2 - (box[3] - self.cy) * self.scale
        return left, top, (box[2] - box[0]) * self.scale, (box[3] - box[1]) * self.scale

    def to_plane(self, px: ArrayLike) -> NDArray[np.float64]:
        """Plane points of widget pixels: (..., 2) → (..., 2)."""
        px = np.asarray(px, dtype=np.float64)
        x = (px[..., 0] - self.width / 2) / self.scale + self.cx
        y = (self.height / 2 - px[..., 1]) / self.scale + self.cy
        return np.stack((x, y), axis=-1)

    def contains(self, xy: ArrayLike, margin_px: float = 0.0) -> bool:
        """Whether a plane point lies on the widget, at least `margin_px` from its border."""
        x, y = self.to_px(xy)
        return bool(margin_px <= x <= self.width - margin_px and margin_px <= y <= self.height - margin_px)

    def panned(self, dx_px: float, dy_px: float) -> Viewport:
        """The view after its content moved by (dx, dy) pixels, y downwards."""
        return replace(self, cx=self.cx - dx_px / self.scale, cy=self.cy + dy_px / self.scale)

    def zoomed(self, factor: float, at_px: tuple[float, float] | None = None) -> Viewport:
        """The view `factor` times larger; the plane point at pixel `at_px` (the middle) stays in place."""
        scale = _limited(self.scale * factor)
        if at_px is None:
            return replace(self, scale=scale)
        x, y = self.to_plane(at_px)
        cx = x - (at_px[0] - self.width / 2) / scale
        cy = y - (self.height / 2 - at_px[1]) / scale
        return replace(self, cx=float(cx), cy=float(cy), scale=scale)

    def centred_on(self, xy: ArrayLike) -> Viewport:
        """The view of the same scale around a plane point."""
        x, y = np.asarray(xy, dtype=np.float64)
        return replace(self, cx=float(x), cy=float(y))

    def resized(self, width: int, height: int) -> Viewport:
        """The view in a widget of another size, with the same middle and scale."""
        return replace(self, width=max(width, 1), height=max(height, 1))

    def blended(self, other: Viewport, t: float) -> Viewport:
        """Between this view (t = 0) and `other` (t = 1); scales change geometrically."""
        if t >= 1.0:
            return other
        scale = self.scale ** (1.0 - t) * other.scale**t
        # The middle moves so that the fixed point of the zoom stays still on screen.
        if abs(other.scale / self.scale - 1.0) > 1e-6:
            share = (1.0 / self.scale - 1.0 / scale) / (1.0 / self.scale - 1.0 / other.scale)
        else:
            share = t
        cx = self.cx + share * (other.cx - self.cx)
        cy = self.cy + share * (other.cy - self.cy)
        return replace(other, cx=cx, cy=cy, scale=scale)


def data_box(xy: NDArray[np.floating], share: float = KEPT_SHARE) -> Box | None:
    """The box that holds the middle `share` of the finite points on each axis; None without any."""
    x, y = np.ascontiguousarray(xy[:, 0]), np.ascontiguousarray(xy[:, 1])
    finite = np.isfinite(x) & np.isfinite(y)
    return middle_box(x, y, share) if finite.all() else middle_box(x[finite], y[finite], share)


def middle_box(x: NDArray[np.floating], y: NDArray[np.floating], share: float) -> Box | None:
    """The box that holds the middle `share` of finite points, (n,) and (n,), on each axis; None without any."""
    if len(x) == 0:
        return None
    (left, right), (bottom, top) = middle_range(x, share), middle_range(y, share)
    return (left, bottom, right, top)


def united(first: Box, second: Box | None) -> Box:
    """The smallest box around both."""
    if second is None:
        return first
    return (
        min(first[0], second[0]),
        min(first[1], second[1]),
        max(first[2], second[2]),
        max(first[3], second[3]),
    )


def _limited(scale: float) -> float:
    return float(min(max(scale, MIN_SCALE), MAX_SCALE))

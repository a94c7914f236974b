"""``PointsLayer``: projected points with colours, fading and emphasis, as one picture of the view."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage, QPainter

from vae_explorer.ui.theme import Theme, rgb
from vae_explorer.ui.widgets.map.lasso import rows_inside
from vae_explorer.ui.widgets.map.places import arranged
from vae_explorer.ui.widgets.map.point_colours import Colouring, plain
from vae_explorer.ui.widgets.map.point_raster import PointRaster, Splat, adapted_radius
from vae_explorer.ui.widgets.map.projection import Projected
from vae_explorer.ui.widgets.map.viewport import Viewport

__all__ = ["CLOUD_SHARE", "PointsLayer"]

FADE_TIERS = 8  # opacities told apart
DIMMED_TIER = 1  # of points outside a lasso
HALO_POINTS = 30_000  # beyond, rings of ground colour around points would hide their neighbours
RINGED_POINTS = 400  # of a lasso; more rings would hide what they ring, and brightness is enough
HALO_RADIUS_PX = 1.7  # logical px; rings around smaller points would dim the crowd
HALO_LAYERS = 4
HALO_ALPHA = 120  # of 255
CLOUD_SHARE = 0.9  # of the points on each axis, whose box the size of a point adapts to


class PointsLayer:
    """Everything the raster needs, prepared once a change and not once a frame."""

    def __init__(self) -> None:
        self.size_factor = 1.0
        self.opacity = 1.0
        self._raster = PointRaster()
        self._xy: NDArray[np.float32] = np.empty((0, 2), dtype=np.float32)
        self._places = arranged(self._xy)
        self._fade: NDArray[np.float32] | None = None
        self._colouring = plain(0, (255, 255, 255), (128, 128, 128))
        self._emphasised: NDArray[np.bool_] | None = None
        self._cloud_area = 1.0  # plane units²
        self._prepared: tuple[NDArray[np.uint8], list[Splat]] | None = None  # palette, and what is drawn
        self._prepared_for: tuple[Theme, float] | None = None
        self._pixels: NDArray[np.uint32] | None = None  # the picture's memory
        self._picture: QImage | None = None
        self._drawn_for: tuple[Viewport, float, Theme] | None = None

    def __len__(self) -> int:
        return len(self._xy)

    @property
    def xy(self) -> NDArray[np.float32]:
        """Plane coordinates as drawn, (n, 2)."""
        return self._xy

    @property
    def active(self) -> NDArray[np.bool_]:
        """Points that are not switched to grey, (n,)."""
        return ~self._colouring.greyed

    def set_projected(self, projected: Projected) -> None:
        """Other points; colours and emphasis stay if their number does, and start plain if not."""
        if len(projected.xy) != len(self._xy):
            self._colouring = plain(len(projected.xy), (160, 170, 185), (128, 128, 128))
            self._emphasised = None
        self._fade = projected.fade
        self._xy, self._places = projected.xy, projected.places
        box = self._places.box(CLOUD_SHARE)
        self._cloud_area = (box[2] - box[0]) * (box[3] - box[1]) if box is not None else 1.0
        self._changed()

    def set_xy(self, xy: NDArray[np.float32]) -> None:
        """Move the points, (n, 2)."""
        self._xy, self._places = xy, arranged(xy)
        self._changed()

    def set_colouring(self, colouring: Colouring) -> None:
        """One colour a point; ignored if made for another number of points."""
        if len(colouring) == len(self._xy):
            self._colouring = colouring
            self._changed()

    def set_emphasised(self, emphasised: NDArray[np.bool_] | None) -> None:
        """Points to brighten and ring, (n,); the others dim. None: all alike."""
        if emphasised is not None and (len(emphasised) != len(self._xy) or not emphasised.any()):
            emphasised = None
        if emphasised is not None or self._emphasised is not None:
            self._emphasised = emphasised
            self._changed()

    def set_looks(self, size_factor: float, opacity: float) -> None:
        """Size against the adapted one, and opacity 0–1."""
        self.size_factor, self.opacity = size_factor, opacity
        self._changed()

    def radius_px(self, viewport: Viewport) -> float:
        """Radius of a point, logical px; grows with the zoom and shrinks with the number of points."""
        area = self._cloud_area * viewport.scale**2
        return adapted_radius(len(self._xy), area) * self.size_factor

    def paint(self, painter: QPainter, viewport: Viewport, ratio: float, theme: Theme) -> None:
        """Draw into a painter whose logical pixels are the viewport's."""
        if len(self._xy) == 0:
            return
        wanted = (viewport, ratio, theme)
        if self._picture is None or self._drawn_for != wanted:
            self._picture = self._drawn(viewport, ratio, theme)
            self._drawn_for = wanted
        border = PointRaster.BORDER / ratio
        painter.drawImage(QPointF(-border, -border), self._picture)

    def nearest(self, viewport: Viewport, px: tuple[float, float], reach_px: float) -> int | None:
        """Row of the point nearest to a pixel, if within reach, among those that are not switched to grey."""
        x, y = (float(np.float32(value)) for value in viewport.to_plane(px))
        reach = reach_px / viewport.scale
        places, greyed = self._places, self._colouring.greyed
        best, best_squared = None, reach**2
        for first, last in places.runs((x - reach, y - reach, x + reach, y + reach)):
            dx, dy = places.x[first:last] - x, places.y[first:last] - y
            near = np.flatnonzero((np.abs(dx) <= reach) & (np.abs(dy) <= reach))
            rows = places.given(first + near)
            near = near[~greyed[rows]]
            if len(near) == 0:
                continue
            squared = dx[near] ** 2 + dy[near] ** 2
            k = int(np.argmin(squared))
            if float(squared[k]) <= best_squared:
                best, best_squared = int(places.given(first + near[k : k + 1])[0]), float(squared[k])
        return best

    def inside(self, corners: NDArray[np.float64]) -> NDArray[np.int64]:
        """Ascending rows of the points inside a loop of corners, (m, 2), that are not switched to grey."""
        rows = rows_inside(self._places, corners)
        return rows[~self._colouring.greyed[rows]]

    def _changed(self) -> None:
        self._prepared = None
        self._picture = None

    def _drawn(self, viewport: Viewport, ratio: float, theme: Theme) -> QImage:
        if self._prepared is None or self._prepared_for != (theme, ratio):
            self._prepared = self._prepare(theme, ratio)
            self._prepared_for = (theme, ratio)
        palette, splats = self._prepared
        radius = self.radius_px(viewport) * ratio
        if radius < HALO_RADIUS_PX * ratio:
            splats = [splat for splat in splats if splat.colour is not None or splat.grow_px > 1.1 * ratio]
        pixels = self._raster.render(splats, palette, viewport, ratio, radius)
        self._pixels = pixels
        height, width = pixels.shape
        picture = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
        picture.setDevicePixelRatio(ratio)
        return picture

    def _prepare(self, theme: Theme, ratio: float) -> tuple[NDArray[np.uint8], list[Splat]]:
        places, colouring, emphasised = self._places, self._colouring, self._emphasised
        share = self.opacity * (np.arange(FADE_TIERS) + 0.4) / (FADE_TIERS - 0.6)
        palette = np.repeat(colouring.palette, FADE_TIERS, axis=0)
        alpha = palette[:, 3] * np.tile(share, len(colouring.palette))
        palette[:, 3] = np.rint(alpha).clip(0, 255).astype(np.uint8)

        tier: NDArray[np.uint8] | None = None  # None: all in the strongest
        if self._fade is not None:
            tier = np.rint(self._fade * (FADE_TIERS - 1)).astype(np.uint8)
        if emphasised is not None:
            dimmed = DIMMED_TIER if tier is None else np.minimum(tier, DIMMED_TIER)
            tier = np.where(emphasised, FADE_TIERS - 1, dimmed).astype(np.uint8)
        kind = np.uint16 if len(palette) <= 2**16 else np.uint32
        colour: NDArray[np.unsignedinteger] = colouring.index.astype(kind)
        colour *= kind(FADE_TIERS)
        colour += kind(FADE_TIERS - 1) if tier is None else tier
        colour = places.in_order(colour)
        behind = colouring.greyed if tier is None else colouring.greyed | (tier < FADE_TIERS // 2)
        behind = places.in_order(behind if emphasised is None else behind & ~emphasised)

        def of(at: NDArray[np.intp], grow_px: float = 0.0) -> Splat:
            return Splat(places.only(at), colour[at], grow_px)

        if emphasised is not None:
            brightened = places.in_order(emphasised)
            chosen = np.flatnonzero(brightened)
            splats = [of(np.flatnonzero(behind)), of(np.flatnonzero(~behind & ~brightened))]
            return palette, splats + self._brightened(of(chosen, 0.4 * ratio), theme, ratio)
        if not behind.any() and (len(places) > HALO_POINTS or self._fade is not None):
            return palette, [Splat(places, colour)]
        splats = [of(np.flatnonzero(behind))]
        front = np.flatnonzero(~behind)
        if self._fade is None and 0 < len(front) <= HALO_POINTS:
            for part in np.array_split(front, HALO_LAYERS):  # so that rings also part points that overlap
                layer = of(part)
                splats += [Splat(layer.places, None, ratio, _packed(theme.ground, HALO_ALPHA)), layer]
        else:
            splats.append(of(front))
        return palette, splats

    def _brightened(self, chosen: Splat, theme: Theme, ratio: float) -> list[Splat]:
        places, count = chosen.places, len(chosen.places)
        if count <= RINGED_POINTS:
            under = Splat(places, None, 2.2 * ratio, _packed(theme.ground, 210))
            return [under, Splat(places, None, 1.2 * ratio, _packed(theme.text, 255)), chosen]
        if count <= HALO_POINTS:
            return [Splat(places, None, 1.6 * ratio, _packed(theme.ground, 210)), chosen]
        return [chosen]


def _packed(colour: str, alpha: int) -> int:
    red, green, blue = rgb(colour)
    return (alpha << 24) | (red << 16) | (green << 8) | blue

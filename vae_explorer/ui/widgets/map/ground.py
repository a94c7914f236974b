"""``Ground``: the layers under the points, from the tapestry up to the prior."""

from __future__ import annotations

from collections.abc import Set
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QPainter

from vae_explorer.ui.theme import Theme
from vae_explorer.ui.widgets.map.axes_layer import (
    paint_grid,
    paint_line_contours,
    paint_prior,
    paint_prior_contours,
    paint_titles,
)
from vae_explorer.ui.widgets.map.density import DensityPicture, density_picture
from vae_explorer.ui.widgets.map.density_layer import density_image, paint_curve, paint_density
from vae_explorer.ui.widgets.map.layer import Layer
from vae_explorer.ui.widgets.map.projection import Projected
from vae_explorer.ui.widgets.map.tapestry_layer import TapestryLayer
from vae_explorer.ui.widgets.map.viewport import Viewport

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["DEFAULT_TAPESTRY_OPACITY", "Ground"]

DEFAULT_TAPESTRY_OPACITY = 0.42


class Ground:
    """Tapestry, density, axes and prior, as they are to look; the density is computed once for the same points.

    Attributes
    ----------
    labels
        Names of the two directions.
    prior_centre
        Centre of the prior's section.
    prior_contours
        Segments (S, 2, 2) for 1σ, 2σ and 3σ of a prior that is not round; None: circles.
    """

    def __init__(self) -> None:
        self.tapestry = TapestryLayer()
        self.tapestry_opacity = DEFAULT_TAPESTRY_OPACITY
        self.labels = ("z1", "z2")
        self.prior_centre = (0.0, 0.0)
        self.prior_contours: tuple[NDArray[np.float64], ...] | None = None
        self._density: DensityPicture | None = None
        self._density_image: QImage | None = None

    def forget_density(self) -> None:
        """The points are others."""
        self._density_image = None
        self._density = None

    def forget_colours(self) -> None:
        """The theme is another."""
        self._density_image = None

    def paint(
        self,
        painter: QPainter,
        viewport: Viewport,
        theme: Theme,
        layers: Set[Layer],
        projected: Projected,
        taken: list[QRect],
        *,
        on_line: bool,
    ) -> None:
        """Paint those of `layers` that lie under the points.

        Parameters
        ----------
        taken
            Rectangles that floating cards cover.
        on_line
            Whether the latent space is a line (D = 1).
        """
        if Layer.TAPESTRY in layers and not self.tapestry.is_empty:
            self.tapestry.paint(painter, viewport, theme)
            if not on_line:  # under a line nothing lies over the tiles: they stay bright
                veil = QColor(theme.ground)
                veil.setAlphaF(1.0 - self.tapestry_opacity)
                painter.fillRect(0, 0, viewport.width, viewport.height, veil)
        if Layer.DENSITY in layers and not on_line:
            self._paint_density(painter, viewport, theme, projected)
        if Layer.AXES in layers:
            paint_grid(painter, viewport, theme, taken, on_line=on_line)
            paint_titles(painter, viewport, theme, self.labels[0], self.labels[1], taken)
        if Layer.PRIOR in layers:
            if on_line:
                paint_line_contours(painter, viewport, theme, self.prior_centre[0], self.prior_contours)
            elif self.prior_contours is not None:
                paint_prior_contours(painter, viewport, theme, self.prior_contours)
            else:
                paint_prior(painter, viewport, theme, self.prior_centre)
        if on_line:
            paint_curve(painter, viewport, theme, projected.curve, filled=Layer.DENSITY in layers)

    def _paint_density(
        self, painter: QPainter, viewport: Viewport, theme: Theme, projected: Projected
    ) -> None:
        if self._density is None:
            self._density = density_picture(projected.xy)
        if self._density is not None:
            if self._density_image is None:
                self._density_image = density_image(self._density, theme)
            paint_density(painter, viewport, self._density, self._density_image)

"""Which part of the plane a fitted view shows, and how much of the points a view still holds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vae_explorer.ui.widgets.map.projection import Projected
from vae_explorer.ui.widgets.map.viewport import KEPT_SHARE, Box, united

__all__ = ["fitted_box", "share_inside"]

SAMPLED_POINTS = 20_000  # looked at to tell what share of all is in view


def fitted_box(
    projected: Projected,
    prior_centre: tuple[float, float],
    prior_contours: tuple[NDArray[np.float64], ...] | None,
    *,
    on_line: bool,
) -> Box:
    """The part of the plane that shows 99.5 % of the points on each axis, and the prior to 3σ.

    Parameters
    ----------
    prior_centre
        Centre of the prior's section.
    prior_contours
        Segments (S, 2, 2) for 1σ, 2σ and 3σ of a prior that is not round; None: circles.
    on_line
        Whether the latent space is a line (D = 1), with its density above.
    """
    cx, cy = prior_centre
    prior = (cx - 3.0, cy - 3.0, cx + 3.0, cy + 3.0)
    if prior_contours is not None and len(outermost := prior_contours[-1]):
        (left, bottom), (right, top) = outermost.min((0, 1)), outermost.max((0, 1))
        prior = (float(left), float(bottom), float(right), float(top))
    points = projected.places.box(KEPT_SHARE)
    if on_line:
        top = float(projected.curve[:, 1].max()) if projected.curve is not None else 0.0
        left, right = prior[0], prior[2]
        if points is not None:
            left, right = min(left, points[0]), max(right, points[2])
        return (left, -0.12 * (right - left), right, max(top, 0.3 * (right - left)))
    return united(prior, points)


def share_inside(xy: NDArray[np.float32], box: Box) -> float:
    """Share of the points `xy`, (n, 2), that lie in `box`; 1 without points."""
    xy = xy[:: max(1, len(xy) // SAMPLED_POINTS)]
    if len(xy) == 0:
        return 1.0
    x0, y0, x1, y1 = box
    inside = (xy[:, 0] >= x0) & (xy[:, 0] <= x1) & (xy[:, 1] >= y0) & (xy[:, 1] <= y1)
    return float(inside.mean())

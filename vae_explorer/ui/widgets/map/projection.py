"""What an affine plane shows of a cloud of posteriors: positions, distances, fading, ellipses; free of Qt."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vae_explorer.latent.plane import Plane
from vae_explorer.ui.widgets.map.places import Places, arranged

__all__ = ["Ellipse", "Projected", "ellipse_on", "prior_centre", "project", "stacked"]

FADE_FLOOR = 0.12  # opacity share of points far from the plane: they stay there, faintly
GOLDEN = 0.6180339887498949  # fractional parts of its multiples fill [0, 1) evenly
LINE_HEIGHT_SHARE = 0.30  # height of the density over a line, of the cloud's width
LINE_BINS = 256


@dataclass(frozen=True, eq=False)
class Projected:
    """Orthogonal projection of n latents.

    Attributes
    ----------
    xy
        float32, (n, 2), plane coordinates.
    fade
        float32, (n,), opacity share in (0, 1]; None where every latent lies on the plane.
    curve
        float64, (m, 2), the density drawn over a line (D = 1); None for planes.
    """

    xy: NDArray[np.float32]
    fade: NDArray[np.float32] | None = None
    curve: NDArray[np.float64] | None = None

    @cached_property
    def places(self) -> Places:
        """The points as the map draws and finds them; costs a large set some time, once."""
        return arranged(self.xy)


@dataclass(frozen=True)
class Ellipse:
    """The 1σ ellipse of a Gaussian on the plane.

    Attributes
    ----------
    centre
        Plane coordinates.
    major, minor
        Standard deviations along the axes, plane units, major ≥ minor ≥ 0.
    angle
        Of the major axis against the plane's first direction, radians, counter-clockwise.
    """

    centre: tuple[float, float]
    major: float
    minor: float
    angle: float


def project(mu: NDArray[np.float32], plane: Plane) -> Projected:
    """Where the means lie on the plane, and how much they fade with their distance from it.

    The opacity of a mean at distance d is exp(−d²/2s²), where s is the root mean square distance of
    the cloud from the parallel plane through its own centre: so the scale is the data's, and a plane that
    is moved out of the cloud loses its points.

    Parameters
    ----------
    mu
        float32, (n, D).
    """
    if plane.latent_dim == 1:
        x = (mu[:, 0] - np.float32(plane.origin[0])) * np.float32(plane.u[0])
        xy, curve = stacked(x)
        return Projected(xy, None, curve)
    directions = np.stack((plane.u, plane.v), axis=1).astype(np.float32)  # (D, 2)
    xy = _along(mu, directions) - (plane.origin @ directions).astype(np.float32)
    if plane.latent_dim == 2:
        return Projected(xy)
    finite = np.isfinite(mu).all(axis=1)
    if not finite.any():
        return Projected(xy, np.ones(len(mu), dtype=np.float32))
    offset = mu - plane.origin.astype(np.float32)
    squared = np.einsum("nd,nd->n", offset, offset) - np.einsum("nk,nk->n", xy, xy)  # distance²
    centred = mu[finite] - mu[finite].mean(axis=0)
    total = float(np.einsum("nd,nd->", centred, centred)) / len(centred)
    inside = float(np.square(_along(centred, directions)).sum()) / len(centred)
    spread = max(total - inside, 1e-12)
    with np.errstate(invalid="ignore", under="ignore"):
        fade = np.exp(-np.maximum(squared, 0.0) / (2.0 * spread))
    fade = np.where(np.isfinite(fade), np.maximum(fade, FADE_FLOOR), FADE_FLOOR)
    return Projected(xy, fade.astype(np.float32))


def _along(z: NDArray[np.float32], directions: NDArray[np.float32]) -> NDArray[np.float32]:
    """z (n, D) along directions (D, 2): (n, 2). Not by "@": numpy's library of products would keep 4 MB of buffers."""
    columns = np.ascontiguousarray(directions.T)
    return np.stack([np.einsum("nd,d->n", z, column) for column in columns], axis=1)


def stacked(x: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Points of a line spread evenly under their density curve.

    Returns
    -------
    xy
        float32, (n, 2): `x` unchanged, y between 0 and the density at x.
    curve
        float64, (m, 2), from left to right; its peak is about a third of the cloud's width.
    """
    finite = x[np.isfinite(x)].astype(np.float64)
    if len(finite) == 0:
        return np.stack((x, np.zeros_like(x)), axis=1), np.zeros((0, 2))
    low, high = np.quantile(finite, [0.0025, 0.9975])
    extent = max(high - low, 1e-6)
    deviation = max(float(finite.std()), 1e-6 * extent)
    bandwidth = max(0.6 * deviation * len(finite) ** -0.2, 1e-3 * extent)  # Scott (1992), narrowed
    start, stop = low - 4 * bandwidth, high + 4 * bandwidth
    centres = np.linspace(start, stop, LINE_BINS)
    step = centres[1] - centres[0]
    at = np.rint((finite - start) / step).astype(int)
    counts = np.bincount(at[(at >= 0) & (at < LINE_BINS)], minlength=LINE_BINS).astype(np.float64)
    reach = int(np.ceil(4 * bandwidth / step))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * step / bandwidth) ** 2)
    density = np.convolve(counts, kernel, mode="full")[reach : reach + LINE_BINS]
    height = LINE_HEIGHT_SHARE * extent * density / max(density.max(), 1e-12)
    even = (np.arange(len(x)) * GOLDEN) % 1.0
    y = even * np.interp(x, centres, height, left=0.0, right=0.0)
    xy = np.stack((x, y.astype(np.float32)), axis=1)
    return xy, np.stack((centres, height), axis=1)


def ellipse_on(plane: Plane, mu: NDArray[np.floating], log_var: NDArray[np.floating]) -> Ellipse:
    """The projection of N(mu, diag(exp(log_var))) on the plane.

    Its covariance is Pᵀ diag(exp(log_var)) P with P = (u, v): the projection of a Gaussian is a Gaussian.

    Parameters
    ----------
    mu, log_var
        (D,)
    """
    across = np.stack((plane.u, plane.v), axis=1)  # (D, 2)
    variance = np.exp(np.asarray(log_var, dtype=np.float64))
    covariance = across.T @ (variance[:, None] * across)  # (2, 2)
    values, vectors = np.linalg.eigh(covariance)
    minor, major = np.sqrt(np.maximum(values, 0.0))
    a, b = plane.project(np.asarray(mu, dtype=np.float64))
    angle = float(np.arctan2(vectors[1, 1], vectors[0, 1]))
    return Ellipse((float(a), float(b)), float(major), float(minor), angle)


def prior_centre(plane: Plane) -> tuple[float, float]:
    """Where the section of N(0, I) by the plane has its centre.

    On the plane |z|² = |p|² + distance², so the section is, up to a constant, the Gaussian N(p₀, I) around
    the projection p₀ of 0: its 1σ, 2σ and 3σ contours are circles of radius 1, 2 and 3.
    """
    a, b = plane.project(np.zeros(plane.latent_dim))
    return (float(a), float(b))

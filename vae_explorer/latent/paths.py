"""Ways through the latent space: straight, along great circles, and one dimension at a time."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vae_explorer.errors import ConfigError

__all__ = ["PathKind", "path_frames", "polyline", "slerp", "straight", "traversals"]

Array = NDArray[np.float64]
PathKind = Literal["straight", "slerp"]

NORM_TINY = 1e-12  # below it a vector has no usable direction


def path_frames(anchors: ArrayLike, n_frames: int, kind: PathKind = "straight", loop: bool = False) -> Array:
    """Latents at equal times along a path; each stretch between two anchors takes the same time.

    The first frame is the first anchor. Without `loop` the last frame is the last anchor; with it the path
    returns to the first anchor and the last frame lies before it, so that a film repeats without a halt.

    Parameters
    ----------
    anchors
        (K, D), K ≥ 2.
    n_frames
        ≥ 2.
    kind
        ``"straight"`` or ``"slerp"`` (see `slerp`).
    loop
        Whether the path returns from the last anchor to the first.

    Returns
    -------
    float64, (n_frames, D)

    Raises
    ------
    ConfigError
        If there are fewer than two anchors or frames, or a coordinate is not finite.
    """
    corners = _corners(anchors, loop)  # (K, D), closed if loop
    if n_frames < 2:
        raise ConfigError(f"A path needs at least two frames, got {n_frames}.")
    n_stretches = len(corners) - 1
    times = np.linspace(0.0, n_stretches, n_frames, endpoint=not loop)  # (n_frames,)
    stretch = np.minimum(times.astype(np.int64), n_stretches - 1)
    frames = np.empty((n_frames, corners.shape[1]))
    for k in range(n_stretches):
        here = stretch == k
        frames[here] = _between(corners[k], corners[k + 1], times[here] - k, kind)
    return frames


def polyline(anchors: ArrayLike, kind: PathKind = "straight", loop: bool = False, n: int = 24) -> Array:
    """The path as a line to draw, through every anchor; closed if `loop`.

    Parameters
    ----------
    anchors
        (K, D), K ≥ 2.
    n
        Steps a stretch, ≥ 1; straight stretches need only their ends and ignore it.

    Returns
    -------
    float64, (M, D)
        In the order of the walk.
    """
    corners = _corners(anchors, loop)
    if kind == "straight":
        return corners
    times = np.linspace(0.0, 1.0, max(1, n) + 1)
    stretches = [_between(a, b, times, kind)[1:] for a, b in pairwise(corners)]
    return np.concatenate([corners[:1], *stretches])


def traversals(z: ArrayLike, dims: ArrayLike, values: ArrayLike) -> Array:
    """Rows that leave `z` along one latent dimension each.

    Parameters
    ----------
    z
        (D,), where the rows cross.
    dims
        int, (R,), the dimension of each row.
    values
        (S,), what the row's dimension is set to.

    Returns
    -------
    float64, (R, S, D)
    """
    centre = np.asarray(z, dtype=np.float64)
    rows = np.asarray(dims, dtype=np.int64)
    steps = np.asarray(values, dtype=np.float64)
    if rows.size and not (rows.min() >= 0 and rows.max() < centre.size):
        raise ConfigError(f"A traversal names a latent dimension outside z1 to z{centre.size}.")
    grid = np.broadcast_to(centre, (rows.size, steps.size, centre.size)).copy()  # (R, S, D)
    grid[np.arange(rows.size), :, rows] = steps
    return grid


def straight(a: Array, b: Array, t: Array) -> Array:
    """(1 − t)·a + t·b: (D,), (D,), (T,) → (T, D); exact at both ends."""
    weight = t[:, None]
    line: Array = (1.0 - weight) * a + weight * b
    return line


def slerp(a: Array, b: Array, t: Array) -> Array:
    """Along the great circle from a to b: (D,), (D,), (T,) → (T, D).

    After White (2016), *Sampling Generative Networks*: directions turn at constant angular speed;
    here norms change linearly between ‖a‖ and ‖b‖, so that both ends are met for anchors of any length. The
    circle is written as cos(tθ)·â + sin(tθ)·p̂ with p̂ the unit part of b orthogonal to a, which needs no
    division by sin θ.

    Where the circle is not unique a fixed one is taken: opposite anchors turn through the coordinate axis
    least aligned with a. An anchor at 0 has no direction, and in one dimension there is no circle: straight.
    """
    norm_a, norm_b = float(np.linalg.norm(a)), float(np.linalg.norm(b))
    if min(norm_a, norm_b) < NORM_TINY:
        return straight(a, b, t)
    unit_a, unit_b = a / norm_a, b / norm_b
    cosine = float(unit_a @ unit_b)
    across = unit_b - cosine * unit_a
    sine = float(np.linalg.norm(across))
    theta = float(np.arctan2(sine, cosine))
    if sine > 1e-9:
        side = across / sine
    elif cosine > 0.0 or a.size == 1:  # same direction: only the norm changes; or no room to turn
        return straight(a, b, t)
    else:
        axis = np.zeros_like(a)
        axis[np.argmin(np.abs(unit_a))] = 1.0
        side = axis - (axis @ unit_a) * unit_a
        side /= np.linalg.norm(side)
        theta = np.pi
    angle = t[:, None] * theta
    norm = (1.0 - t[:, None]) * norm_a + t[:, None] * norm_b
    circle: Array = norm * (np.cos(angle) * unit_a + np.sin(angle) * side)
    circle[t == 0.0], circle[t == 1.0] = a, b  # exact at both ends
    return circle


def _between(a: Array, b: Array, t: Array, kind: PathKind) -> Array:
    return straight(a, b, t) if kind == "straight" else slerp(a, b, t)


def _corners(anchors: ArrayLike, loop: bool) -> Array:
    corners = np.array(anchors, dtype=np.float64, ndmin=2)
    if corners.ndim != 2 or len(corners) < 2:
        raise ConfigError(f"A path needs at least two anchors, got {len(corners)}.")
    if not np.isfinite(corners).all():
        raise ConfigError("An anchor of the path is not finite.")
    return np.concatenate([corners, corners[:1]]) if loop else corners

"""Ways to choose a `Plane`: two latent dimensions, two principal components, three points.

All planes made here share one convention: the plane coordinates of a latent are the scalar products
(z·u, z·v), and the origin is the plane's point nearest to 0. So the centre of the prior always
projects to (0, 0), and the coordinates of an axes plane are the latent coordinates themselves.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vae_explorer.errors import ConfigError
from vae_explorer.latent.plane import Plane

__all__ = ["axes_plane", "default_plane", "pca_plane", "plane_through"]

Array = NDArray[np.float64]

COLLINEAR_TOLERANCE = 1e-6  # height of the triangle against its longest side


def default_plane(latent_dim: int) -> Plane:
    """The plane of z1 and z2 through 0; for D = 1 the line."""
    return axes_plane(latent_dim, 0, min(1, latent_dim - 1))


def axes_plane(latent_dim: int, i: int, j: int, origin: ArrayLike | None = None) -> Plane:
    """The plane of the latent dimensions `i` (across) and `j` (up).

    Parameters
    ----------
    latent_dim
        D ≥ 1. For D = 1 the plane is the line, and `i` and `j` must be 0.
    i, j
        Dimensions counted from 0.
    origin
        (D,), a latent that the plane contains; None: 0. Its coordinates `i` and `j` do not matter.

    Raises
    ------
    ConfigError
        If a dimension does not exist or both are the same.
    """
    for dim in (i, j):
        if not 0 <= dim < latent_dim:
            raise ConfigError(
                f"There is no latent dimension z{dim + 1}: this model has {_dimensions(latent_dim)}; "
                f"choose z1{f' to z{latent_dim}' if latent_dim > 1 else ''}."
            )
    if i == j and latent_dim > 1:
        raise ConfigError(f"Both axes of the map are z{i + 1}: choose two different latent dimensions.")
    u, v = np.zeros(latent_dim), np.zeros(latent_dim)
    u[i] = 1.0
    if latent_dim == 1:
        return Plane(np.zeros(1), u, v, "z1", "")
    v[j] = 1.0
    through = np.zeros(latent_dim) if origin is None else _points(origin, 1, latent_dim)[0]
    return Plane(_nearest_to_zero(through, u, v), u, v, f"z{i + 1}", f"z{j + 1}")


def pca_plane(mu: ArrayLike, components: tuple[int, int] = (0, 1)) -> Plane:
    """The plane through the mean of `mu` along two principal components.

    Signs are fixed (the largest coefficient of a component is positive), so that the map does not flip
    from one training step to the next.

    Parameters
    ----------
    mu
        (n, D), posterior means. Rows that are not finite are left out.
    components
        Which components, counted from 0 in order of falling variance.

    Returns
    -------
    Plane
        Labelled with the share of the variance, e.g. ``"PC 1 (41 %)"``.

    Raises
    ------
    ConfigError
        If there are fewer than two means, or a component does not exist.
    """
    means = np.atleast_2d(np.asarray(mu, dtype=np.float64))  # (n, D)
    means = means[np.isfinite(means).all(axis=1)]
    n, latent_dim = means.shape
    if latent_dim == 1:
        return default_plane(1)
    if n < 2:
        raise ConfigError(f"Principal components need at least two encoded images, got {n}.")
    first, second = components
    if first == second or not (0 <= first < latent_dim and 0 <= second < latent_dim):
        raise ConfigError(
            f"Cannot show the components {first + 1} and {second + 1} of {_dimensions(latent_dim)}: "
            "choose two different ones that exist."
        )
    mean = means.mean(axis=0)
    variances, directions = np.linalg.eigh(np.cov(means, rowvar=False))  # ascending; directions in columns
    variances, directions = variances[::-1].clip(min=0.0), directions[:, ::-1]
    total = float(variances.sum())
    share = variances / total if total > 0.0 else np.zeros(latent_dim)
    u, v = (_with_fixed_sign(directions[:, k]) for k in (first, second))
    labels = [f"PC {k + 1} ({100.0 * share[k]:.0f} %)" for k in (first, second)]
    return Plane(_nearest_to_zero(mean, u, v), u, v, labels[0], labels[1])


def plane_through(points: ArrayLike, names: tuple[str, str, str] = ("A", "B", "C")) -> Plane:
    """The plane that contains three latents; `u` runs from the first to the second.

    Parameters
    ----------
    points
        (3, D), D ≥ 2.
    names
        What the points are called on the map, for the axis titles.

    Raises
    ------
    ConfigError
        If the points lie on one line (or coincide), or the latent space has one dimension.
    """
    triple = _points(points, 3)  # (3, D)
    if triple.shape[1] == 1:
        raise ConfigError("A latent space of one dimension holds no plane: the map already shows all of it.")
    a, b, c = names
    to_b, to_c = triple[1] - triple[0], triple[2] - triple[0]
    sides = [float(np.linalg.norm(side)) for side in (to_b, to_c, triple[2] - triple[1])]
    longest = max(sides)
    if min(sides) <= COLLINEAR_TOLERANCE * longest or longest == 0.0:
        raise ConfigError(f"Two of the points {a}, {b} and {c} coincide: move one of them to span a plane.")
    u = to_b / sides[0]
    height = to_c - (to_c @ u) * u
    height -= (height @ u) * u  # once more: orthogonal to rounding even for flat triangles
    if float(np.linalg.norm(height)) <= COLLINEAR_TOLERANCE * longest:
        raise ConfigError(
            f"The points {a}, {b} and {c} lie on one line: move one of them aside to span a plane."
        )
    v = height / np.linalg.norm(height)
    return Plane(_nearest_to_zero(triple[0], u, v), u, v, f"{a} → {b}", f"towards {c}")


def _nearest_to_zero(z: Array, u: Array, v: Array) -> Array:
    nearest: Array = z - (z @ u) * u - (z @ v) * v
    return nearest + 0.0  # −0.0 → 0.0


def _with_fixed_sign(direction: Array) -> Array:
    largest = direction[np.argmax(np.abs(direction))]
    return np.array(direction if largest >= 0.0 else -direction)


def _points(points: ArrayLike, n: int, latent_dim: int | None = None) -> Array:
    array = np.asarray(points, dtype=np.float64).reshape(n, -1)
    if latent_dim is not None and array.shape[1] != latent_dim:
        raise ConfigError(
            f"The point has {array.shape[1]} coordinates, but the model has {_dimensions(latent_dim)}."
        )
    if not np.isfinite(array).all():
        raise ConfigError("A point of the plane is not finite.")
    return array


def _dimensions(latent_dim: int) -> str:
    return f"{latent_dim} latent dimension{'s' if latent_dim != 1 else ''}"

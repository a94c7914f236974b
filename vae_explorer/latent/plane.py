"""``Plane``: an affine 2-D slice of the latent space, z = o + a·u + b·v."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Plane"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Plane:
    """An affine slice with orthonormal directions `u`, `v` through `origin`.

    For D = 1 the plane is the line: u = e1 and v = 0 (the map then draws density upwards).

    Attributes
    ----------
    origin, u, v
        float64, (D,).
    label_u, label_v
        Axis titles for a person, e.g. ``"z1"``, ``"PC 1 (41 %)"``.
    """

    origin: Array
    u: Array
    v: Array
    label_u: str = "z1"
    label_v: str = "z2"

    @property
    def latent_dim(self) -> int:
        return int(self.origin.shape[0])

    def to_latent(self, ab: Array) -> Array:
        """Latents of plane coordinates: (..., 2) → (..., D)."""
        ab = np.asarray(ab, dtype=np.float64)
        return self.origin + ab[..., :1] * self.u + ab[..., 1:2] * self.v

    def project(self, z: Array) -> Array:
        """Plane coordinates of the orthogonal projection: (..., D) → (..., 2)."""
        shifted = np.asarray(z, dtype=np.float64) - self.origin
        return np.stack((shifted @ self.u, shifted @ self.v), axis=-1)

    def distance(self, z: Array) -> Array:
        """Euclidean distance of latents from the plane: (..., D) → (...)."""
        z = np.asarray(z, dtype=np.float64)
        distance: Array = np.linalg.norm(z - self.to_latent(self.project(z)), axis=-1)
        return distance

    def through(self, z: Array) -> Plane:
        """The parallel plane that contains `z`, with unchanged coordinates of projections."""
        z = np.asarray(z, dtype=np.float64)
        offset = (
            (z - self.origin) - ((z - self.origin) @ self.u) * self.u - ((z - self.origin) @ self.v) * self.v
        )
        return Plane(self.origin + offset, self.u, self.v, self.label_u, self.label_v)

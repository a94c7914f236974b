"""``SharedValues``: images that share the value of a factor, drawn from a finite labelled set."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vae_explorer.errors import DataError
from vae_explorer.evaluation.disentanglement.score import Factors

__all__ = ["SharedValues"]

Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class SharedValues:
    """An index of images by the value of one factor; values that a single image has are left out.

    Attributes
    ----------
    rows
        Images in the order of their value, (n,).
    start, count
        Where in `rows` the images of each value lie, (V,); each count is at least 2.
    """

    rows: Rows
    start: Rows
    count: Rows

    @classmethod
    def of(cls, values: NDArray[np.int64]) -> SharedValues:
        """The index of `values` (N,).

        Raises
        ------
        DataError
            If no two images share a value.
        """
        counts = np.bincount(values)
        rows = np.argsort(values, kind="stable")
        rows = rows[counts[values[rows]] > 1]
        counts = counts[counts > 1]
        if not len(counts):
            raise DataError(
                "No two images share the value of a factor: the measure needs a larger set, or factors with fewer values."
            )
        return cls(rows, np.cumsum(counts) - counts, counts)

    @classmethod
    def of_all(cls, factors: Factors) -> list[SharedValues]:
        """One index a factor of `factors` (N, F).

        Raises
        ------
        DataError
            If no two images share a value of one of them.
        """
        return [cls.of(column) for column in factors.T]

    def draw_sets(self, n_sets: int, size: int, rng: np.random.Generator) -> Rows:
        """`n_sets` sets of `size` images, drawn with replacement among those of one value; values are equally
        likely; (n_sets, size)."""
        value = rng.integers(0, len(self.count), n_sets)[:, None]  # (n_sets, 1)
        place = rng.random((n_sets, size)) * self.count[value]
        return self.rows[self.start[value] + place.astype(np.int64)]

    def draw_pairs(self, shape: tuple[int, ...], rng: np.random.Generator) -> tuple[Rows, Rows]:
        """Pairs of different images that share the value, which changes from pair to pair as the set has it;
        two arrays of `shape`."""
        first = rng.integers(0, len(self.rows), shape)
        value = np.searchsorted(self.start, first, side="right") - 1
        start, count = self.start[value], self.count[value]
        shift = 1 + (rng.random(shape) * (count - 1)).astype(np.int64)
        return self.rows[first], self.rows[start + (first - start + shift) % count]

"""``Score``: a disentanglement figure with the protocol that it was measured by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vae_explorer.errors import DataError

__all__ = ["Codes", "Factors", "Score", "check_pair", "chosen_rows"]

Codes = NDArray[np.floating]  # (N, D)
Factors = NDArray[np.int64]  # (N, F), values 0 … n − 1 of each factor


@dataclass(frozen=True)
class Score:
    """One figure.

    Attributes
    ----------
    name
        Short key, e.g. ``"mig"``.
    value
        In [0, 1]; nan where the measure is not defined, which the function that made it explains.
    n_images
        Images that it rests on.
    per_factor
        The parts that `value` is the mean of, one a factor; empty where there are none.
    standard_error
        Of `value`; None where the protocol gives none.
    protocol
        Every setting that the value depends on, by name.
    """

    name: str
    value: float
    n_images: int
    per_factor: tuple[float, ...] = ()
    standard_error: float | None = None
    protocol: Mapping[str, int | float | str] = field(default_factory=dict)

    @property
    def protocol_text(self) -> str:
        """``"n_bins = 20, n_images = 10000"``."""
        return ", ".join(f"{name} = {value}" for name, value in self.protocol.items())


def check_pair(codes: Codes, factors: Factors) -> None:
    """Refuse arrays that do not belong together.

    Raises
    ------
    ValueError
        If they are not (N, D) and (N, F) with the same N, or the factors are not whole numbers ≥ 0.
    DataError
        If there is no factor that takes two values, or there are fewer than two images.
    """
    if codes.ndim != 2 or factors.ndim != 2 or len(codes) != len(factors) or codes.shape[1] < 1:
        raise ValueError(
            f"expected codes (N, D) and factors (N, F), got shapes {codes.shape} and {factors.shape}"
        )
    if not np.issubdtype(factors.dtype, np.integer) or (factors.size and factors.min() < 0):
        raise ValueError("expected factors as whole numbers from 0; discretise them first")
    if not np.isfinite(codes).all():
        raise ValueError("expected finite codes")
    if len(codes) < 2 or factors.shape[1] < 1 or (factors == factors[0]).all(axis=0).any():
        raise DataError(
            "Disentanglement needs at least two images and factors that take at least two values each; "
            "leave the constant ones out."
        )


def chosen_rows(n: int, *counts: int, rng: np.random.Generator) -> list[NDArray[np.int64]]:
    """Disjoint random rows, `counts` of them; all shrunk alike where `n` rows are too few.

    Raises
    ------
    DataError
        If there is not a row for each part.
    """
    if n < len(counts):
        raise DataError(f"There are {n} images, and the measure needs at least {len(counts)}: take more.")
    wanted = sum(counts)
    sizes = [count if n >= wanted else max(1, n * count // wanted) for count in counts]
    order = rng.permutation(n)
    return [np.asarray(part) for part in np.split(order[: sum(sizes)], np.cumsum(sizes)[:-1])]

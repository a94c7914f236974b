"""What an evaluation finds: numbers that say what they are, on which data, with their error; tables and curves."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Bars", "Curve", "Figure", "Finding", "Histogram", "Pictures", "Table", "Warned"]

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Figure:
    """One number.

    Attributes
    ----------
    name
        Short key, unique in an evaluation, e.g. ``"nll"``.
    title
        For a person, e.g. ``"−log p(x), importance-sampled"``.
    value
        In `unit`.
    unit
        ``"nats/image"``, ``"bits/dim"``, ``"dB"``, ``"%"``; empty for a pure number.
    split
        ``"train"``, ``"validation"``, ``"test"``, or what else it was computed on.
    n_images
        Images that it is computed from.
    n_samples
        Samples of z for each image (or in all, as `note` says); None where nothing is drawn.
    standard_error
        Of `value`, in `unit`; None where there is no such thing.
    interval
        95 % interval (low, high), where it was computed otherwise than as ± 1.96 standard errors.
    label
        What kind of number it is, where its name alone would mislead: ``"not a likelihood: …"``.
    note
        Protocol and assumptions, one sentence.
    """

    name: str
    title: str
    value: float
    unit: str
    split: str
    n_images: int
    n_samples: int | None = None
    standard_error: float | None = None
    interval: tuple[float, float] | None = None
    label: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if not self.name or self.n_images < 0:
            raise ValueError(f"expected a name and n_images >= 0, got {self.name!r} and {self.n_images}")

    @property
    def bounds(self) -> tuple[float, float] | None:
        """95 % interval: the given one, else ± 1.96 standard errors; None without an error."""
        if self.interval is not None or self.standard_error is None:
            return self.interval
        return self.value - 1.96 * self.standard_error, self.value + 1.96 * self.standard_error

    @property
    def bounds_text(self) -> str:
        """``"94.14 … 94.48"`` with the digits of `text`; empty without an error."""
        bounds, digits = self.bounds, self._digits
        if bounds is None or digits is None:
            return ""
        return f"{bounds[0]:,.{digits}f} … {bounds[1]:,.{digits}f}"

    @property
    def text(self) -> str:
        """Value with its error to two digits of the error, e.g. ``"94.312 ± 0.087 nats/image"``."""
        error = self.standard_error
        unit = f" {self.unit}" if self.unit else ""
        digits = self._digits
        if not error or digits is None:
            return f"{self.value:,.4g}{unit}" if abs(self.value) < 1000 else f"{self.value:,.1f}{unit}"
        return f"{self.value:,.{digits}f} ± {error:,.{digits}f}{unit}"

    @property
    def _digits(self) -> int | None:
        """Decimals that show two digits of the error, or where that is 0 of a quarter of the interval."""
        error = self.standard_error
        if not error and self.interval is not None:
            error = (self.interval[1] - self.interval[0]) / 4.0
        if error is None or not math.isfinite(error) or error <= 0.0:
            return None
        return min(max(1 - math.floor(math.log10(error)), 0), 9)


@dataclass(frozen=True)
class Table:
    """Rows of words and numbers under column titles."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | float | int | None, ...], ...]
    note: str = ""


@dataclass(frozen=True, eq=False)
class Curve:
    """y over x, (n,) each, with the standard error of y where known; `marks` are points by name."""

    name: str
    title: str
    x: Values
    y: Values
    x_label: str
    y_label: str
    standard_error: Values | None = None
    marks: tuple[tuple[str, float, float], ...] = ()
    is_line: bool = True  # False: points only
    is_log_x: bool = False
    note: str = ""


@dataclass(frozen=True, eq=False)
class Bars:
    """One value a label, (n,), e.g. KL per dimension; `threshold` is drawn across."""

    name: str
    title: str
    labels: tuple[str, ...]
    values: Values
    unit: str
    threshold: float | None = None
    note: str = ""


@dataclass(frozen=True, eq=False)
class Histogram:
    """How one number is spread over images: all values, (n,)."""

    name: str
    title: str
    values: Values
    unit: str
    note: str = ""


@dataclass(frozen=True, eq=False)
class Pictures:
    """Rows of pictures of one size, each row uint8 (n, C, H, W) with its caption."""

    name: str
    title: str
    rows: tuple[tuple[str, NDArray[np.uint8]], ...]
    note: str = ""


@dataclass(frozen=True)
class Warned:
    """A sentence that a reader of the figures must know."""

    name: str
    message: str


Finding = Figure | Table | Curve | Bars | Histogram | Pictures | Warned

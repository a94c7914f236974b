"""Which colour each point gets and what the legend says of it; free of Qt."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from vae_explorer.ui.widgets.map.quantiles import middle_range

__all__ = ["ColourMode", "Colouring", "LegendEntry", "by_category", "by_value", "plain"]

Rgb = tuple[int, int, int]

GREY_ALPHA = 90  # of 255: points of a class that is switched off
POINT_ALPHA = 235
ROBUST_TAIL = 0.01  # of the values at either end share the end colours


class ColourMode(StrEnum):
    """What the colour of a point means."""

    CLASS = "class"
    RECON = "reconstruction error"
    KL = "KL"
    SPLIT = "split"

    @property
    def is_value(self) -> bool:
        return self in (ColourMode.RECON, ColourMode.KL)


@dataclass(frozen=True)
class LegendEntry:
    """One category."""

    key: int
    name: str
    colour: Rgb
    count: int  # points of it on the map


@dataclass(frozen=True, eq=False)
class Colouring:
    """Colours of n points.

    Attributes
    ----------
    index
        Unsigned integers, (n,), rows of `palette`.
    palette
        uint8, (P, 4), straight RGBA; row 0 is grey.
    greyed
        bool, (n,), points whose category is switched off.
    entries
        Categories in order; empty for values.
    value_range
        Values (nats) at the two ends of the colour bar; None for categories.
    """

    index: NDArray[np.unsignedinteger]
    palette: NDArray[np.uint8]
    greyed: NDArray[np.bool_]
    entries: tuple[LegendEntry, ...] = ()
    value_range: tuple[float, float] | None = None

    def __len__(self) -> int:
        return len(self.index)


def plain(n: int, colour: Rgb, grey: Rgb) -> Colouring:
    """All points alike: nothing is known of them yet."""
    return Colouring(np.ones(n, dtype=np.uint16), _with_grey([colour], grey), np.zeros(n, dtype=bool))


def by_category(
    codes: NDArray[np.integer],
    names: Sequence[str],
    colours: NDArray[np.uint8],
    grey: Rgb,
    switched_off: AbstractSet[int] = frozenset(),
) -> Colouring:
    """Colours of categories.

    Parameters
    ----------
    codes
        (n,), indices into `names`; others are drawn grey.
    colours
        uint8, (len(names), 3).
    switched_off
        Categories drawn grey.
    """
    n_names = len(names)
    kind = np.uint16 if n_names < 2**16 - 1 else np.uint32
    known = (codes >= 0) & (codes < n_names)
    rows: NDArray[np.unsignedinteger] = np.where(known, codes + 1, 0).astype(
        kind
    )  # of the palette; 0: unknown
    counts = np.bincount(rows, minlength=n_names + 1)[1:]
    row_of: NDArray[np.unsignedinteger] = np.arange(n_names + 1, dtype=kind)
    row_of[[key + 1 for key in switched_off if 0 <= key < n_names]] = 0
    index = row_of[rows] if switched_off else rows
    entries = tuple(
        LegendEntry(key, name, _rgb(colours[key]), int(counts[key]))
        for key, name in enumerate(names)
        if counts[key] > 0 or n_names <= 12  # rare classes of a long list need no row when absent
    )
    return Colouring(index, _with_grey([_rgb(c) for c in colours], grey), index == 0, entries)


def by_value(values: NDArray[np.floating], lut: NDArray[np.uint8], grey: Rgb) -> Colouring:
    """Colours of a quantity, robust against a few extreme values; what is not finite is grey.

    Parameters
    ----------
    values
        (n,)
    lut
        uint8, (256, 3), colours from low to high.
    """
    finite = np.isfinite(values)
    low, high = 0.0, 1.0
    if finite.any():
        known = values if finite.all() else values[finite]
        low, high = middle_range(known, 1.0 - 2.0 * ROBUST_TAIL)
    extent = high - low if high > low else 1.0
    scaled = (values - low) * (255.0 / extent)
    np.clip(scaled, 0.0, 255.0, out=scaled)
    index = np.where(finite, 1.0 + scaled, 0.0).astype(np.uint16)
    return Colouring(index, _with_grey([_rgb(c) for c in lut], grey), index == 0, (), (low, high))


def _with_grey(colours: Sequence[Rgb], grey: Rgb) -> NDArray[np.uint8]:
    rows = [(*grey, GREY_ALPHA), *((*colour, POINT_ALPHA) for colour in colours)]
    return np.array(rows, dtype=np.uint8).reshape(-1, 4)


def _rgb(row: NDArray[np.uint8]) -> Rgb:
    return (int(row[0]), int(row[1]), int(row[2]))

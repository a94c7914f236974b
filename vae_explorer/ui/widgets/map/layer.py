"""``Layer``: what of the map can be shown and hidden."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Layer"]


class Layer(StrEnum):
    """What can be shown and hidden."""

    POINTS = "points"
    TAPESTRY = "tapestry"
    DENSITY = "density"
    PRIOR = "prior"
    AXES = "axes"

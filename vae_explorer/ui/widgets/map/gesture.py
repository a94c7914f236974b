"""What a pressed mouse button is doing on the map."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from PySide6.QtCore import QPointF

__all__ = ["Gesture", "LassoMode"]


class LassoMode(StrEnum):
    """How a loop joins the set selected before."""

    REPLACE = "replace"
    ADD = "add"
    SUBTRACT = "subtract"


@dataclass(eq=False)
class Gesture:
    """What the pressed button is doing."""

    kind: str  # "explore", "pin", "move pin", "lasso", "pan"
    start: QPointF
    last: QPointF
    moved: bool = False
    pin: str = ""
    loop: list[tuple[float, float]] = field(default_factory=list)  # plane coordinates
    mode: LassoMode = LassoMode.REPLACE

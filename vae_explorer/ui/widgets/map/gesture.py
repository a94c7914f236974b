"""What a pressed mouse button does on the map, with which tool and keys, and how the cursor tells."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from PySide6.QtCore import QPointF, Qt

from vae_explorer.ui.widgets.map.tools import TOOL_INFO, Tool

__all__ = ["Gesture", "LassoMode", "cursor_shape", "gesture_kind", "lasso_mode"]


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


def gesture_kind(
    button: Qt.MouseButton, held: Qt.KeyboardModifier, tool: Tool, *, space_held: bool, on_pin: bool
) -> str:
    """Which `Gesture` begins when `button` is pressed; empty: none.

    Parameters
    ----------
    held
        Keys held meanwhile.
    on_pin
        Whether the mouse is on a pin.
    """
    if button is Qt.MouseButton.MiddleButton:
        return "pan"
    if button is not Qt.MouseButton.LeftButton:
        return ""
    if space_held:
        return "pan"
    if held & Qt.KeyboardModifier.ShiftModifier:
        return "lasso"
    if tool in (Tool.EXPLORE, Tool.PIN) and on_pin:
        return "move pin"
    return {Tool.EXPLORE: "explore", Tool.PIN: "pin", Tool.LASSO: "lasso", Tool.HAND: "pan"}[tool]


def lasso_mode(held: Qt.KeyboardModifier) -> LassoMode:
    """Ctrl adds to the set selected before, Alt takes away from it."""
    if held & Qt.KeyboardModifier.ControlModifier:
        return LassoMode.ADD
    if held & Qt.KeyboardModifier.AltModifier:
        return LassoMode.SUBTRACT
    return LassoMode.REPLACE


def cursor_shape(tool: Tool, gesture: Gesture | None, *, holds_pin: bool) -> Qt.CursorShape:
    """How the mouse looks with `tool`, during a gesture or before one; `holds_pin`: it is on a pin."""
    if gesture is not None and gesture.kind == "pan":
        return Qt.CursorShape.ClosedHandCursor
    if (gesture is not None and gesture.kind == "move pin") or (gesture is None and holds_pin):
        return Qt.CursorShape.SizeAllCursor
    return TOOL_INFO[tool].cursor

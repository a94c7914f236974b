"""What the mouse does on the map: the four tools, in words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import Qt

__all__ = ["TOOL_INFO", "Tool", "ToolInfo"]


class Tool(StrEnum):
    """The tool in hand."""

    EXPLORE = "explore"
    PIN = "pin"
    LASSO = "lasso"
    HAND = "hand"


@dataclass(frozen=True)
class ToolInfo:
    """How a tool presents itself."""

    text: str
    icon: str
    key: Qt.Key
    key_text: str
    tooltip: str
    whats_this: str
    cursor: Qt.CursorShape


TOOL_INFO = {
    Tool.EXPLORE: ToolInfo(
        "Explore", "explore", Qt.Key.Key_E, "E",
        "Explore: decode under the mouse, click to stay and select (E)",
        "Every place of the map is a latent z, and the decoder turns it into a picture as the mouse passes. A click "
        "keeps the place; on a point it also selects the real picture that the encoder put there.",
        Qt.CursorShape.CrossCursor,
    ),
    Tool.PIN: ToolInfo(
        "Pin", "pin", Qt.Key.Key_P, "P",
        "Pin: click to mark a place, drag a pin to move it (Shift+P; P alone pins at the cursor)",
        "Pins mark latents that you want to come back to. Two or more of them are the stations of an interpolation, "
        "and three span a plane.",
        Qt.CursorShape.PointingHandCursor,
    ),
    Tool.LASSO: ToolInfo(
        "Lasso", "lasso", Qt.Key.Key_L, "L",
        "Lasso: draw around points to select a set (L, or Shift-drag with any tool)",
        "Draw a loop to select every point inside it and see their pictures side by side. Hold Ctrl to add to the "
        "set and Alt to take away; points switched to grey are left out.",
        Qt.CursorShape.CrossCursor,
    ),
    Tool.HAND: ToolInfo(
        "Hand", "hand", Qt.Key.Key_H, "H",
        "Hand: drag to move the map (H; Space or the middle button with any tool)",
        "Drag to see another part of the latent space; nothing is selected or decoded. The wheel zooms at the mouse, "
        "and a double click shows everything again.",
        Qt.CursorShape.OpenHandCursor,
    ),
}  # fmt: skip

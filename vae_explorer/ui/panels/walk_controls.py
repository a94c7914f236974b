"""The controls above a walk, with their words."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QSpinBox, QToolButton

from vae_explorer.ui.panels.controls import set_help, tool_button

__all__ = ["frames_box", "loop_button", "path_kind_box", "play_button", "speed_box"]

FRAMES_MIN, FRAMES_MAX, FRAMES_START = 3, 64, 13
FPS_MIN, FPS_MAX, FPS_START = 1, 60, 12


def path_kind_box() -> QComboBox:
    """Straight or slerp, as `PathKind` in its data."""
    box = QComboBox()
    box.addItem("Straight", "straight")
    box.addItem("Slerp", "slerp")
    box.setAccessibleName("Kind of path")
    box.setFixedWidth(108)
    set_help(
        box,
        "How the path runs between two pins",
        "Straight takes the shortest way and passes near the centre of the prior. Slerp turns along a "
        "great circle, so that the distance from the centre changes evenly; in many dimensions that "
        "stays where the prior has its mass.",
    )
    return box


def frames_box() -> QSpinBox:
    """How many frames."""
    box = QSpinBox()
    box.setRange(FRAMES_MIN, FRAMES_MAX)
    box.setValue(FRAMES_START)
    box.setFixedWidth(60)
    set_help(
        box,
        "Number of pictures along the path, 3 to 64",
        "How many pictures are decoded along the path, its ends included. More frames make a smoother film.",
    )
    return box


def loop_button() -> QToolButton:
    """Whether the path closes."""
    button = tool_button("loop", "Loop", checkable=True)
    set_help(
        button,
        "Return from the last pin to the first",
        "Closes the path: it returns from the last pin to the first. Films then repeat without a jump.",
    )
    return button


def play_button() -> QToolButton:
    """Walks along the path while it is down."""
    button = tool_button("play", "Play", text=True, checkable=True)
    set_help(
        button,
        "Walk along the path",
        "Walks along the path frame by frame, and the large picture follows. Press again to stop.",
    )
    return button


def speed_box() -> QSpinBox:
    """Frames a second."""
    box = QSpinBox()
    box.setRange(FPS_MIN, FPS_MAX)
    box.setValue(FPS_START)
    box.setSuffix(" fps")
    box.setFixedWidth(80)
    box.setAccessibleName("Frames a second")
    set_help(
        box,
        "Frames a second when playing and in exported films",
        "How fast the frames follow each other when you press Play. Exported films take the same speed.",
    )
    return box

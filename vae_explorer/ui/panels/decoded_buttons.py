"""The buttons under the decoded picture, with their words."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QMenu, QToolButton

from vae_explorer.ui.icons import icon
from vae_explorer.ui.panels.controls import set_help, tool_button

__all__ = [
    "copy_button",
    "keep_button",
    "redraw_button",
    "sample_button",
    "smooth_button",
    "variations_button",
]


def copy_button(copy_image: Callable[[], None], copy_coordinates: Callable[[], None]) -> QToolButton:
    """Copies both when pressed; its menu one of them."""
    button = tool_button("copy", "Copy")
    button.setObjectName("copyButton")
    button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
    set_help(
        button,
        "Copy the picture and its coordinates",
        "Puts the picture and its coordinates on the clipboard together: an image editor takes the "
        "picture, a text editor the numbers. The menu copies only one of them.",
    )
    menu = QMenu(button)
    menu.addAction(icon("image"), "Copy picture", copy_image)
    menu.addAction(icon("array"), "Copy coordinates", copy_coordinates)
    button.setMenu(menu)
    return button


def keep_button() -> QToolButton:
    """Puts the place on show among the favourites."""
    button = tool_button("star", "Keep", text=True, checkable=True)
    set_help(
        button,
        "Keep this picture among your favourites (tab Kept)",
        "Puts this picture and its place among your favourites in the tab Kept. From there you can come "
        "back to it or export all of them.",
    )
    return button


def variations_button() -> QToolButton:
    """Opens the variations around it."""
    button = tool_button("shuffle", "Vary", text=True, checkable=True)
    set_help(
        button,
        "Show pictures from random places nearby",
        "Shows twelve pictures decoded from random places near this one. Click the one you like and "
        "vary on from there.",
    )
    return button


def sample_button() -> QToolButton:
    """Switches from the mean of p(x|z) to a sample."""
    button = tool_button("dice", "Sample", text=True, checkable=True)
    set_help(
        button,
        "Show a noisy sample x ~ p(x|z) instead of the mean",
        "Draws every pixel at random from p(x|z) instead of showing its mean. The likelihood treats "
        "pixels as independent, so a sample is the mean plus noise; that is why the mean is shown by "
        "default.",
    )
    return button


def redraw_button() -> QToolButton:
    """Draws another sample."""
    button = tool_button("refresh", "Draw another sample")
    set_help(
        button,
        "Draw the pixels once more",
        "Draws other pixels from the same p(x|z). What changes is only the noise that the model cannot "
        "explain.",
    )
    return button


def smooth_button() -> QToolButton:
    """Switches from square to blended pixels."""
    button = tool_button("image", "Smooth pixels", checkable=True)
    set_help(
        button,
        "Blend the pixels instead of showing them square",
        "Blends neighbouring pixels when the picture is enlarged on screen. The picture itself and what "
        "you save stay as they are.",
    )
    return button

"""The button of a panel's header that exports what the panel shows: its menu chooses as what."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QMenu, QToolButton

from vae_explorer.ui.icons import icon
from vae_explorer.ui.panels.controls import set_help, tool_button

__all__ = ["ExportChoice", "export_button"]

ExportChoice = tuple[str, str, Callable[[], object]]  # name of its icon, words, what it does


def export_button(
    tooltip: str, whats_this: str, *choices: ExportChoice, with_text: bool = True
) -> QToolButton:
    """A button called Export that opens a menu of `choices`; without text there is only its icon."""
    button = tool_button("export", "Export", text=with_text)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    set_help(button, tooltip, whats_this)
    menu = QMenu(button)
    for sign, words, export in choices:
        menu.addAction(icon(sign), words, export)
    button.setMenu(menu)
    return button

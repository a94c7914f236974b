"""The window's actions: text, icon, tooltip, shortcut and help of each, made in one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from vae_explorer.ui.icons import icon

__all__ = ["ActionSpec", "Actions"]


@dataclass(frozen=True)
class ActionSpec:
    """One action as a person meets it."""

    name: str
    text: str
    help: str  # tooltip, status tip and "What's This?"
    icon: str = ""
    shortcut: str | QKeySequence.StandardKey = ""
    checkable: bool = False


class Actions(QObject):
    """Makes actions from their specs and keeps them by name."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._actions: dict[str, QAction] = {}

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    @property
    def all(self) -> tuple[QAction, ...]:
        """In the order they were made."""
        return tuple(self._actions.values())

    def add(self, menu: QMenu, spec: ActionSpec, slot: Callable[..., object]) -> QAction:
        """Make the action of `spec`, put it into `menu` and connect its ``triggered``."""
        action = QAction(spec.text, self._window)
        action.triggered.connect(slot)
        return self.adopt(menu, spec, action)

    def adopt(self, menu: QMenu, spec: ActionSpec, action: QAction) -> QAction:
        """Put an action that exists already among the others; its text may change, its name in lists stays."""
        action.setObjectName(f"action_{spec.name}")
        action.setIconText(spec.text.replace("&", "").rstrip("…"))
        if spec.icon:
            action.setIcon(icon(spec.icon))
        if isinstance(spec.shortcut, QKeySequence.StandardKey):
            action.setShortcuts(spec.shortcut)  # a platform may have several
        elif spec.shortcut:
            action.setShortcut(QKeySequence(spec.shortcut))
        action.setToolTip(spec.help)
        action.setStatusTip(spec.help)
        action.setWhatsThis(spec.help)
        action.setCheckable(spec.checkable)
        menu.addAction(action)
        self._window.addAction(action)
        self._actions[spec.name] = action
        return action

"""``ShortcutsDialog``: every shortcut, and what mouse and keys do on the map and in the panels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from vae_explorer.ui.icons import icon
from vae_explorer.ui.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL
from vae_explorer.ui.widgets.card import Section

__all__ = ["Shortcut", "ShortcutsDialog", "shortcut_groups"]


@dataclass(frozen=True)
class Shortcut:
    """Keys or mouse, and what they do."""

    keys: str
    does: str


_GESTURES: dict[str, tuple[Shortcut, ...]] = {
    "On the map": (
        Shortcut("Move the mouse", "Decode the place under it"),
        Shortcut("Click", "Put the cursor there and select the image nearby"),
        Shortcut("Drag", "Decode along the way; with the hand tool, move the map"),
        Shortcut("Wheel", "Zoom at the mouse"),
        Shortcut("Double-click", "Show the whole map again"),
        Shortcut("Shift+drag", "Select a set of images with the lasso"),
        Shortcut("← ↑ → ↓", "Walk with the cursor"),
        Shortcut("P", "Pin the place under the cursor"),
    ),
    "In grids and strips": (
        Shortcut("← ↑ → ↓", "Go from picture to picture"),
        Shortcut("Enter", "Open the picture"),
        Shortcut("Ctrl+C", "Copy the picture"),
        Shortcut("Ctrl+wheel", "Make the pictures larger or smaller"),
        Shortcut("Drag", "Carry the picture out of the window as a PNG"),
    ),
    "In number fields": (Shortcut("↑ ↓", "One step up or down; with Shift, ten"),),
}


def shortcut_groups(actions: Sequence[QAction]) -> dict[str, list[Shortcut]]:
    """Shortcuts by the menu their action stands in, then gestures."""
    groups: dict[str, list[Shortcut]] = {}
    for action in actions:
        keys = [key.toString(QKeySequence.SequenceFormat.NativeText) for key in action.shortcuts()]
        if keys:
            name = action.iconText().rstrip("…")  # the text of Undo says what would be undone just now
            groups.setdefault(_menu_of(action), []).append(Shortcut(keys[0], name))
    return groups | {name: list(gestures) for name, gestures in _GESTURES.items()}


def _menu_of(action: QAction) -> str:
    for owner in action.associatedObjects():
        if isinstance(owner, QMenu):
            return owner.title().replace("&", "")
    return "Window"


class ShortcutsDialog(QDialog):
    """A list that narrows while one types."""

    def __init__(self, actions: Sequence[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("shortcutsDialog")
        self.setWindowTitle("Keyboard and mouse")
        self._rows: list[tuple[Section, list[tuple[str, QLabel, QLabel]]]] = []
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search, e.g. pin or Ctrl")
        self.search.setClearButtonEnabled(True)
        self.search.addAction(icon("search", "muted"), QLineEdit.ActionPosition.LeadingPosition)
        self.search.setAccessibleName("Search shortcuts")
        self.search.textChanged.connect(self._on_search_text_changed)
        self._nothing = QLabel("Nothing found. Try a shorter word.")
        self._nothing.setProperty("role", "muted")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.hide()
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, SPACE_M, 0)
        column.setSpacing(SPACE_L)
        for name, shortcuts in shortcut_groups(actions).items():
            column.addWidget(self._section(name, shortcuts))
        column.addWidget(self._nothing)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(content)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.setSpacing(SPACE_L)
        layout.addWidget(self.search)
        layout.addWidget(scroll, 1)
        layout.addWidget(buttons)
        self.resize(620, 640)
        self.search.setFocus()

    @property
    def shown(self) -> list[str]:
        """What the shortcuts in view do."""
        return [does.text() for _, rows in self._rows for _, _, does in rows if not does.isHidden()]

    @Slot(str)
    def _on_search_text_changed(self, text: str) -> None:
        wanted = text.strip().casefold()
        found = False
        for section, rows in self._rows:
            any_here = False
            for words, keys, does in rows:
                fits = wanted in words
                keys.setVisible(fits)
                does.setVisible(fits)
                any_here = any_here or fits
            section.setVisible(any_here)
            found = found or any_here
        self._nothing.setVisible(not found)

    def _section(self, name: str, shortcuts: list[Shortcut]) -> Section:
        section = Section(name)
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE_XL)
        grid.setVerticalSpacing(SPACE_S)
        grid.setColumnStretch(0, 1)
        rows = []
        for place, shortcut in enumerate(shortcuts):
            does, keys = QLabel(shortcut.does), QLabel(shortcut.keys)
            keys.setProperty("role", "key")
            grid.addWidget(does, place, 0)
            grid.addWidget(keys, place, 1, Qt.AlignmentFlag.AlignRight)
            words = f"{name} {shortcut.keys} {shortcut.does}".casefold()
            rows.append((words, keys, does))
        section.column.addLayout(grid)
        self._rows.append((section, rows))
        return section

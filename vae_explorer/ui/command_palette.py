"""Ctrl+K: every action of the window by typing a part of its name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Slot
from PySide6.QtGui import QAction, QIcon, QKeyEvent, QKeySequence, QPixmap
from PySide6.QtWidgets import QDialog, QLabel, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from vae_explorer.ui.theme import SPACE_L, SPACE_S

__all__ = ["Command", "CommandPalette", "matches"]

_ROLE_ACTION = Qt.ItemDataRole.UserRole


def matches(query: str, text: str) -> bool:
    """True if every word of `query` occurs in `text`, case folded."""
    folded = text.casefold()
    return all(word in folded for word in query.casefold().split())


class Command(NamedTuple):
    """An action under a name of its own."""

    name: str
    action: QAction


class CommandPalette(QDialog):
    """A list of actions that narrows as one types; Enter runs the marked one."""

    def __init__(self, commands: Sequence[Command], parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setObjectName("commandPalette")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._query = QLineEdit()
        self._query.setPlaceholderText("Type a command …")
        self._query.setAccessibleName("Command")
        self._query.textChanged.connect(self._on_query_text_changed)
        self._query.installEventFilter(self)
        self._list = QListWidget()
        self._list.setAccessibleName("Matching commands")
        self._list.itemActivated.connect(self._on_list_item_activated)
        self._list.itemClicked.connect(self._on_list_item_activated)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_S, SPACE_S, SPACE_S, SPACE_S)
        layout.addWidget(self._query)
        layout.addWidget(self._list)
        self._nothing = QLabel()
        self._nothing.setProperty("role", "muted")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._nothing.setContentsMargins(SPACE_S, SPACE_L, SPACE_S, SPACE_S)
        self._nothing.setWordWrap(True)
        self._nothing.hide()
        layout.addWidget(self._nothing, 1)
        nothing = QPixmap(self._list.iconSize().expandedTo(QSize(20, 20)))
        nothing.fill(Qt.GlobalColor.transparent)
        no_icon = QIcon(nothing)  # keeps the texts in one column
        for name, action in commands:
            text = name.replace("&", "").rstrip("…")
            if text and action.isEnabled() and not action.menu():
                keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
                item = QListWidgetItem(
                    no_icon if action.icon().isNull() else action.icon(),
                    f"{text}    {keys}" if keys else text,
                )
                item.setToolTip(action.toolTip())
                item.setData(_ROLE_ACTION, action)
                self._list.addItem(item)
        self._list.setCurrentRow(0)
        self._query.setFocus()  # a popup is never activated on X11, which would choose what has the keys
        self.resize(460, 360)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._query and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
                self._list.keyPressEvent(event)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                item = self._list.currentItem()
                if item is not None and not item.isHidden():
                    self._on_list_item_activated(item)
                return True
        return super().eventFilter(watched, event)

    @Slot(str)
    def _on_query_text_changed(self, query: str) -> None:
        first: QListWidgetItem | None = None
        for row in range(self._list.count()):
            item = self._list.item(row)
            hit = matches(query, item.text())
            item.setHidden(not hit)
            first = item if hit and first is None else first
        self._list.setVisible(first is not None)
        self._nothing.setVisible(first is None)
        self._nothing.setText(f"No command has “{query.strip()}” in its name.")
        if first is not None:
            self._list.setCurrentItem(first)

    @Slot(QListWidgetItem)
    def _on_list_item_activated(self, item: QListWidgetItem) -> None:
        action = item.data(_ROLE_ACTION)
        self.close()
        action.trigger()

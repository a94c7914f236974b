"""Every command by typing a part of its name."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QListWidget
from pytestqt.qtbot import QtBot

from vae_explorer.ui.command_palette import CommandPalette, matches


def test_that_words_match_in_any_order_and_case() -> None:
    assert matches("RUN open", "Open run…")
    assert not matches("open ran", "Open run…")
    assert matches("", "anything")


def test_that_enter_runs_the_first_match_and_disabled_actions_are_left_out(qtbot: QtBot) -> None:
    done: list[str] = []
    actions = [QAction(text) for text in ("Train new model", "Stop", "Save decoded image…")]
    for action in actions:
        action.triggered.connect(partial(_note, done, action.text()))
    actions[1].setEnabled(False)
    palette = CommandPalette(actions)
    qtbot.addWidget(palette)
    palette.show()
    listed = palette.findChild(QListWidget)
    assert listed.count() == 2
    query = palette.findChild(QLineEdit)
    qtbot.keyClicks(query, "image")
    qtbot.keyClick(query, Qt.Key.Key_Return)
    assert done == ["Save decoded image…"]


def _note(done: list[str], text: str, _checked: bool = False) -> None:
    done.append(text)

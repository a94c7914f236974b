"""Every command by typing a part of its name."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QListWidget
from pytestqt.qtbot import QtBot

from vae_explorer.ui.command_palette import Command, CommandPalette, matches
from vae_explorer.ui.main_window import MainWindow
from vae_explorer.ui.panels.seen import is_seen
from vae_explorer.ui.theme import theme_manager


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
    palette = CommandPalette([Command(action.text(), action) for action in actions])
    qtbot.addWidget(palette)
    palette.show()
    listed = palette.findChild(QListWidget)
    assert listed.count() == 2
    query = palette.findChild(QLineEdit)
    qtbot.keyClicks(query, "image")
    qtbot.keyClick(query, Qt.Key.Key_Return)
    assert done == ["Save decoded image…"]


def test_that_its_line_has_the_keys_also_where_no_system_activates_a_popup(qtbot: QtBot) -> None:
    stop, start = QAction("Stop"), QAction("Start page")
    palette = CommandPalette([Command("Stop", stop), Command("Start page", start)])
    qtbot.addWidget(palette)
    query = palette.findChild(QLineEdit)
    assert palette.focusWidget() is query  # before it is shown: X11 never activates it
    palette.show()
    for key in (Qt.Key.Key_S, Qt.Key.Key_T, Qt.Key.Key_A):
        QTest.keyClick(palette.windowHandle(), key)  # as the system sends them
    assert query.text() == "sta"


def test_that_it_says_so_when_nothing_bears_such_a_name(qtbot: QtBot) -> None:
    stop = QAction("Stop")
    palette = CommandPalette([Command("Stop", stop)])
    qtbot.addWidget(palette)
    palette.show()
    query, listed = palette.findChild(QLineEdit), palette.findChild(QListWidget)
    qtbot.keyClicks(query, "fly")
    assert not listed.isVisible()
    assert [label.text() for label in palette.findChildren(QLabel) if label.isVisible()] == [
        "No command has “fly” in its name."
    ]
    qtbot.keyClick(query, Qt.Key.Key_Return)
    assert palette.isVisible()
    query.clear()
    assert listed.isVisible()


def test_that_themes_and_panels_are_commands_too(window: MainWindow, qtbot: QtBot) -> None:
    def run(words: str) -> None:
        window.show_commands()
        palette = window.findChildren(CommandPalette)[-1]
        qtbot.keyClicks(palette.findChild(QLineEdit), words)
        qtbot.keyClick(palette.findChild(QLineEdit), Qt.Key.Key_Return)

    run("theme light")
    assert theme_manager().choice == "light"
    dock = window.panels.layout.dock("planeDock")
    dock.hide()
    run("panel plane")
    qtbot.waitUntil(lambda: is_seen(window.panels.plane.panel))


def _note(done: list[str], text: str, _checked: bool = False) -> None:
    done.append(text)

"""The shortcuts and about dialogs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from vae_explorer import __version__
from vae_explorer.ui.panels.about_dialog import AboutDialog, details
from vae_explorer.ui.panels.shortcuts_dialog import Shortcut, ShortcutsDialog, shortcut_groups


@pytest.fixture
def actions(qtbot: QtBot) -> list[QAction]:
    window = QMainWindow()
    qtbot.addWidget(window)
    menu = window.menuBar().addMenu("&File")
    made = []
    for text, keys in (("&Open folder of pictures…", "Ctrl+O"), ("Quit", "Ctrl+Q"), ("Nothing", "")):
        action = QAction(text, window)
        action.setShortcut(keys)
        menu.addAction(action)
        made.append(action)
    window.made = made  # type: ignore[attr-defined]  # the window must outlive the test's use of them
    qtbot.window = window  # type: ignore[attr-defined]  # as above
    return made


def test_that_shortcuts_are_grouped_by_menu(actions: list[QAction]) -> None:
    groups = shortcut_groups(actions)
    assert groups["File"] == [Shortcut("Ctrl+O", "Open folder of pictures"), Shortcut("Ctrl+Q", "Quit")]
    assert any(shortcut.keys == "P" for shortcut in groups["On the map"])


def test_that_searching_narrows_the_list(qtbot: QtBot, actions: list[QAction]) -> None:
    dialog = ShortcutsDialog(actions)
    qtbot.addWidget(dialog)
    everything = len(dialog.shown)
    QTest.keyClicks(dialog.search, "LASSO")
    assert dialog.shown == ["Select a set of images with the lasso"]
    assert dialog._nothing.isHidden()
    dialog.search.setText("no such thing")
    assert dialog.shown == []
    assert not dialog._nothing.isHidden()
    dialog.search.clear()
    assert len(dialog.shown) == everything > 10


def test_that_details_name_versions_and_folders(home: Path) -> None:
    rows = dict(details())
    assert rows["vae-explorer"] == __version__
    assert rows["Runs"] == str(home / "runs")
    assert rows["torch"][0].isdigit()


def test_that_details_load_nothing_heavy(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)  # importing it would fail
    dialog = AboutDialog()
    qtbot.addWidget(dialog)
    dialog.copy_button.click()
    assert f"vae-explorer: {__version__}" in QGuiApplication.clipboard().text()
    assert dialog.copy_button.text() == "Copied"

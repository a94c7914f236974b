"""Docks stand where they were; a tabbed one has one title."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMainWindow, QTabBar
from pytestqt.qtbot import QtBot

from vae_explorer.ui.window_layout import DockPlace, WindowLayout

_Area = Qt.DockWidgetArea
PLACES = (
    DockPlace("setup", "Setup", _Area.LeftDockWidgetArea),
    DockPlace("decoded", "Decoded", _Area.RightDockWidgetArea),
    DockPlace("rows", "Rows", _Area.RightDockWidgetArea, below="decoded"),
    DockPlace("plane", "Plane", _Area.RightDockWidgetArea, with_tab_of="rows"),
    DockPlace("walk", "Walk", _Area.BottomDockWidgetArea),
    DockPlace("samples", "Samples", _Area.BottomDockWidgetArea, with_tab_of="walk"),
    DockPlace("kept", "Kept", _Area.BottomDockWidgetArea, with_tab_of="walk"),
)


def make(qtbot: QtBot) -> tuple[QMainWindow, WindowLayout]:
    window = QMainWindow()
    qtbot.addWidget(window)
    window.setCentralWidget(QLabel("map"))
    layout = WindowLayout(window)
    for place in PLACES:
        layout.add(place, QLabel(place.title))
    layout.arrange()
    layout.restore()
    window.resize(1280, 800)
    with qtbot.waitExposed(window):
        window.show()
    return window, layout


@pytest.fixture
def made(qtbot: QtBot, home: Path) -> tuple[QMainWindow, WindowLayout]:
    return make(qtbot)


def tab_bars(window: QMainWindow) -> list[list[str]]:
    bars = [bar for bar in window.findChildren(QTabBar) if bar.parent() is window and bar.isVisible()]
    return sorted([bar.tabText(i) for i in range(bar.count())] for bar in bars)


def test_that_panels_share_tab_bars_and_a_tabbed_panel_has_no_second_title(
    made: tuple[QMainWindow, WindowLayout], qtbot: QtBot
) -> None:
    window, layout = made
    qtbot.waitUntil(lambda: layout.dock("walk").titleBarWidget() is not None)
    assert tab_bars(window) == [["Rows", "Plane"], ["Walk", "Samples", "Kept"]]
    assert layout.dock("setup").titleBarWidget() is None
    assert layout.dock("decoded").titleBarWidget() is None


def test_that_a_panel_taken_out_of_its_tabs_gets_its_title_back(
    made: tuple[QMainWindow, WindowLayout], qtbot: QtBot
) -> None:
    _, layout = made
    qtbot.waitUntil(lambda: layout.dock("kept").titleBarWidget() is not None)
    layout.dock("kept").setFloating(True)
    qtbot.waitUntil(lambda: layout.dock("kept").titleBarWidget() is None)


def test_that_the_first_tab_is_in_front(made: tuple[QMainWindow, WindowLayout]) -> None:
    _, layout = made
    assert not layout.dock("walk").visibleRegion().isEmpty()
    assert layout.dock("kept").visibleRegion().isEmpty()


def test_that_the_arrangement_comes_back_at_the_next_launch(
    made: tuple[QMainWindow, WindowLayout], qtbot: QtBot
) -> None:
    window, layout = made
    layout.dock("setup").close()
    window.addDockWidget(_Area.LeftDockWidgetArea, layout.dock("kept"))
    layout.save()
    again, restored = make(qtbot)
    assert restored.dock("setup").isHidden()
    assert again.dockWidgetArea(restored.dock("kept")) is _Area.LeftDockWidgetArea


def test_that_restoring_the_panels_undoes_every_move(
    made: tuple[QMainWindow, WindowLayout], qtbot: QtBot
) -> None:
    window, layout = made
    layout.dock("setup").close()
    layout.dock("decoded").setFloating(True)
    window.addDockWidget(_Area.LeftDockWidgetArea, layout.dock("kept"))
    layout.reset()
    assert not layout.dock("setup").isHidden()
    assert not layout.dock("decoded").isFloating()
    qtbot.waitUntil(lambda: tab_bars(window) == [["Rows", "Plane"], ["Walk", "Samples", "Kept"]])
    # No area is left empty: what is not map is panel.
    left, right = layout.dock("setup").geometry(), layout.dock("decoded").geometry()
    assert window.centralWidget().geometry().left() - left.right() < 12
    assert right.left() - window.centralWidget().geometry().right() < 12
    assert right.top() < 12
    assert abs(layout.dock("walk").geometry().width() - window.centralWidget().width()) < 12


def test_that_panels_can_be_restored_again_and_again(
    made: tuple[QMainWindow, WindowLayout], qtbot: QtBot
) -> None:
    window, layout = made
    qtbot.waitUntil(lambda: layout.dock("walk").titleBarWidget() is not None)
    before = {dock.objectName(): dock.geometry() for dock in layout.docks if dock.objectName() != "kept"}
    for _ in range(3):
        layout.reset()
    qtbot.waitUntil(lambda: layout.dock("walk").geometry() == before["walk"])
    assert layout.dock("decoded").width() == before["decoded"].width()
    assert window.centralWidget().width() > 500
    qtbot.waitUntil(lambda: tab_bars(window) == [["Rows", "Plane"], ["Walk", "Samples", "Kept"]])


def test_that_the_tabs_on_show_are_the_ones_that_work(
    made: tuple[QMainWindow, WindowLayout], qtbot: QtBot
) -> None:
    window, layout = made
    for _ in range(3):
        layout.reset()
        qtbot.waitUntil(lambda: len(tab_bars(window)) == 2)
        for bar in window.findChildren(QTabBar):
            if bar.parent() is window and bar.isVisible() and bar.tabText(0) == "Walk":
                qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(2).center())
        qtbot.waitUntil(lambda: not layout.dock("kept").visibleRegion().isEmpty())
        qtbot.waitUntil(lambda: tab_bars(window) == [["Rows", "Plane"], ["Walk", "Samples", "Kept"]])

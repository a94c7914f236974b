"""The line of controls above a panel's content: what gives way where it is narrow."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSpinBox, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from vae_explorer.ui.panels.controls import header, labelled, tool_button
from vae_explorer.ui.panels.export_line import ExportLine
from vae_explorer.ui.panels.header_bar import HeaderBar
from vae_explorer.ui.panels.interpolation_panel import InterpolationPanel
from vae_explorer.ui.panels.samples_panel import SamplesPanel
from vae_explorer.ui.session import Session

SHELF_PX = (610, 172)  # of a window of 1280 × 800


class Bar:
    """A bar with two buttons, a captioned field and a message, over room for content."""

    def __init__(self, qtbot: QtBot, session: Session) -> None:
        self.play = tool_button("play", "Play", text=True)
        self.export = tool_button("export", "Export", text=True)
        self.group = labelled("Frames", QSpinBox())
        self.message = ExportLine(session, "test")
        self.bar = header(self.group, self.play, self.export, message=self.message)
        self.window = QWidget()
        column = QVBoxLayout(self.window)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.bar)
        column.addStretch(1)
        qtbot.addWidget(self.window)
        self.window.resize(600, 100)
        self.window.show()

    @property
    def caption(self) -> QLabel:
        found = self.group.findChild(QLabel)
        assert found is not None
        return found


@pytest.fixture
def bar(qtbot: QtBot, session: Session) -> Bar:
    return Bar(qtbot, session)


def words_of(button: QToolButton) -> bool:
    return button.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonTextBesideIcon


def test_that_words_go_from_the_right_before_the_line_breaks(bar: Bar, qtbot: QtBot) -> None:
    assert all((words_of(bar.play), words_of(bar.export), bar.caption.isVisible()))
    width, height = bar.bar.sizeHint().width(), bar.bar.height()
    bar.window.resize(width - 24, 100)
    qtbot.waitUntil(lambda: not words_of(bar.export))
    assert all((words_of(bar.play), bar.caption.isVisible()))
    qtbot.waitUntil(lambda: bar.bar.height() == height)
    bar.window.resize(bar.bar.sizeHint().width() - 60, 100)
    qtbot.waitUntil(lambda: not bar.caption.isVisible())
    qtbot.waitUntil(lambda: bar.bar.height() == height)
    bar.window.resize(600, 100)
    qtbot.waitUntil(lambda: words_of(bar.play) and words_of(bar.export) and bar.caption.isVisible())


def test_that_a_message_of_an_export_takes_no_height(bar: Bar, qtbot: QtBot) -> None:
    height = bar.bar.height()
    bar.message.start(Path("walk.gif"), lambda _path: None)
    qtbot.waitUntil(lambda: bar.message.text == "Saved walk.gif")
    assert bar.bar.height() == height
    assert bar.bar.rect().contains(bar.message.geometry())
    assert bar.message.geometry().left() > bar.export.geometry().right()


def test_that_controls_make_room_for_what_was_saved(bar: Bar, qtbot: QtBot) -> None:
    bar.window.resize(bar.bar.sizeHint().width() + 90, 100)
    assert words_of(bar.export)
    bar.message.start(Path("w.gif"), lambda _path: None)
    qtbot.waitUntil(lambda: bar.message.text == "Saved w.gif" and not words_of(bar.export))
    qtbot.waitUntil(lambda: bar.message.geometry().left() > bar.export.geometry().right())
    bar.message.hide()
    qtbot.waitUntil(lambda: words_of(bar.export))


def test_that_a_long_problem_lies_over_the_line_until_it_is_dismissed(bar: Bar, qtbot: QtBot) -> None:
    height = bar.bar.height()
    bar.message.show_problem("Cannot write walk.gif: " + "there is no such folder, " * 8)
    assert bar.bar.height() == height
    assert bar.bar.rect().contains(bar.message.geometry())
    assert words_of(bar.export)
    assert "no such folder" in bar.message.text
    for button in bar.message.findChildren(QToolButton):
        if button.accessibleName() == "Dismiss":
            button.click()
    assert not bar.message.isVisible()


@pytest.mark.parametrize("panel_type", [InterpolationPanel, SamplesPanel])
def test_that_the_controls_of_the_shelf_fit_one_line(
    qtbot: QtBot, session: Session, panel_type: type[InterpolationPanel] | type[SamplesPanel]
) -> None:
    panel = panel_type(session)
    qtbot.addWidget(panel)
    panel._stack.setCurrentWidget(panel.body)
    if isinstance(panel, InterpolationPanel):
        panel.anchors.set_names(["A", "B"])
    panel.resize(*SHELF_PX)
    panel.show()
    bar = panel.findChild(HeaderBar)
    assert bar is not None
    one_line = max(
        c.height() for c in bar.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
    )
    qtbot.waitUntil(lambda: bar.height() < 2 * one_line)

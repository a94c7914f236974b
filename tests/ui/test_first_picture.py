"""What waits for the window's first picture comes after it, once, and in any case."""

from __future__ import annotations

from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from vae_explorer.ui.first_picture import after_first_picture


class Painted(QWidget):
    def __init__(self, happened: list[str]) -> None:
        super().__init__()
        self._happened = happened

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self._happened.append("painted")


def test_that_the_action_comes_once_and_after_the_picture(qtbot: QtBot) -> None:
    happened: list[str] = []
    widget = Painted(happened)
    qtbot.addWidget(widget)
    widget.show()
    after_first_picture(widget, lambda: happened.append("begun"))
    assert "begun" not in happened
    qtbot.waitUntil(lambda: "begun" in happened)
    assert happened[0] == "painted"
    widget.hide()
    widget.show()
    qtbot.waitUntil(lambda: happened.count("painted") >= 2)
    assert happened.count("begun") == 1


def test_that_a_window_nobody_sees_does_not_wait_for_ever(qtbot: QtBot) -> None:
    happened: list[str] = []
    widget = Painted(happened)
    qtbot.addWidget(widget)
    widget.winId()  # has a handle and is not shown
    after_first_picture(widget, lambda: happened.append("begun"), longest_ms=10)
    qtbot.waitUntil(lambda: happened == ["begun"])

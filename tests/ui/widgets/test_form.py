"""Boxes of choices: what they show where a name is longer than they are."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from vae_explorer.ui.icons import icon
from vae_explorer.ui.widgets.form import ChoiceBox

LONG = "EMNIST letters  (562 MB download)"


@pytest.fixture
def box(qtbot: QtBot) -> ChoiceBox:
    box = ChoiceBox((("vae", "VAE"), ("residual", "Residual conv")))
    qtbot.addWidget(box)
    box.addItem(icon("download"), LONG, "emnist-letters")
    box.resize(146, box.sizeHint().height())
    box.show()
    return box


def test_that_a_text_too_long_for_its_box_says_that_there_is_more(box: ChoiceBox) -> None:
    box.set_value("residual")
    assert box.shown_text() == "Residual conv"
    box.set_value("emnist-letters")
    assert box.shown_text().startswith("EMNIST")
    assert box.shown_text().endswith("…")
    box.resize(400, box.height())
    assert box.shown_text() == LONG


def test_that_its_list_is_as_wide_as_the_longest_name_and_shows_all_of_them(
    box: ChoiceBox, qtbot: QtBot
) -> None:
    for k in range(8):
        box.addItem(f"choice {k}", f"c{k}")
    box.showPopup()
    view = box.view()
    longest = box.fontMetrics().horizontalAdvance(LONG) + box.iconSize().width()
    assert view.viewport().width() > longest > box.width()
    qtbot.waitUntil(lambda: view.verticalScrollBar().maximum() == 0)
    box.hidePopup()

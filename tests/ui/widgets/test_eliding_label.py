"""A line of text that makes do with little room."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from vae_explorer.ui.widgets.eliding_label import ElidingLabel

TEXT = "A sentence that is a good deal longer than the place it has to stand in"


def test_that_a_narrow_label_ends_in_an_ellipsis_and_knows_all_of_its_text(qtbot: QtBot) -> None:
    label = ElidingLabel(TEXT)
    qtbot.addWidget(label)
    label.resize(100, 20)
    label.show()
    seen = QLabel.text(label)
    assert seen.endswith("…")
    assert TEXT.startswith(seen[:-1])
    assert label.text() == TEXT


def test_that_a_wide_label_shows_everything_again(qtbot: QtBot) -> None:
    label = ElidingLabel(TEXT)
    qtbot.addWidget(label)
    label.resize(100, 20)
    label.show()
    label.resize(label.sizeHint())
    assert QLabel.text(label) == TEXT


def test_that_the_hint_is_for_all_of_the_text_however_little_is_seen(qtbot: QtBot) -> None:
    label = ElidingLabel(TEXT)
    qtbot.addWidget(label)
    label.show()
    wide = label.sizeHint().width()
    label.resize(60, 20)
    assert label.sizeHint().width() == wide
    assert label.minimumSizeHint().width() < 40


def test_that_markup_in_a_name_stays_text(qtbot: QtBot) -> None:
    label = ElidingLabel("<b>folder</b>")
    qtbot.addWidget(label)
    label.resize(300, 20)
    assert label.sizeHint().width() > ElidingLabel("folder").sizeHint().width()

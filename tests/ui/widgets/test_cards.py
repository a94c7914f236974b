"""Cards, rows and thumbnails."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from vae_explorer.ui.theme import DARK, rgb
from vae_explorer.ui.widgets.card import Card, Section
from vae_explorer.ui.widgets.card_grid import CardGrid
from vae_explorer.ui.widgets.form import ChoiceBox, FormRow
from vae_explorer.ui.widgets.number_field import NumberField, NumberRange
from vae_explorer.ui.widgets.thumbnail_row import ThumbnailRow


def test_that_a_clickable_card_is_a_button_for_mouse_and_keys(qtbot: QtBot) -> None:
    card = Card(clickable=True)
    qtbot.addWidget(card)
    card.resize(100, 60)
    heard: list[int] = []
    card.clicked.connect(lambda: heard.append(1))
    QTest.mouseClick(card, Qt.MouseButton.LeftButton)
    QTest.keyClick(card, Qt.Key.Key_Return)
    QTest.keyClick(card, Qt.Key.Key_Space)
    assert len(heard) == 3
    QTest.mousePress(card, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    QTest.mouseRelease(card, Qt.MouseButton.LeftButton, pos=QPoint(500, 5))  # thought better of it
    assert len(heard) == 3


def test_that_a_plain_card_is_no_button(qtbot: QtBot) -> None:
    card = Card()
    qtbot.addWidget(card)
    with qtbot.assertNotEmitted(card.clicked):
        QTest.mouseClick(card, Qt.MouseButton.LeftButton)
    assert card.focusPolicy() == Qt.FocusPolicy.NoFocus


def test_that_a_section_is_named_for_readers_of_the_screen(qtbot: QtBot) -> None:
    section = Section("Model")
    qtbot.addWidget(section)
    assert section.heading.text() == "MODEL"
    assert section.heading.accessibleName() == "Model"


def test_that_a_row_shows_its_problem_beside_the_control(qtbot: QtBot) -> None:
    field = NumberField("Epochs", NumberRange(1, 9, whole=True), 2)
    row = FormRow("Epochs", field, "How often", "One epoch is one pass.")
    qtbot.addWidget(row)
    field.problem_changed.connect(row.show_problem)
    assert row.problem.isHidden()
    field.setText("10")
    assert row.problem.text() == "Epochs must be from 1 to 9, not 10."
    assert not row.problem.isHidden()
    assert field.whatsThis() == row.label.whatsThis() == "One epoch is one pass."
    assert row.label.buddy() is field


def test_that_an_unknown_choice_changes_nothing(qtbot: QtBot) -> None:
    box = ChoiceBox((("a", "Alpha"), ("b", "Beta")))
    qtbot.addWidget(box)
    box.set_value("b")
    box.set_value("z")
    assert box.value == "b"


def test_that_cards_take_as_many_columns_as_fit(qtbot: QtBot) -> None:
    grid = CardGrid(100)
    qtbot.addWidget(grid)
    cards: list[QWidget] = [QLabel(str(i)) for i in range(6)]
    grid.set_cards(cards)
    grid.show()
    for width, columns in ((340, 3), (120, 1), (700, 6)):
        grid.resize(width, 400)
        grid.layout().activate()
        assert len({card.y() for card in cards}) == -(-6 // columns)
        assert cards[0].x() == 0


def test_that_arrow_keys_walk_among_the_cards(qtbot: QtBot) -> None:
    grid = CardGrid(100)
    qtbot.addWidget(grid)
    cards: list[QWidget] = [Card(clickable=True) for _ in range(6)]
    grid.set_cards(cards)
    grid.resize(340, 300)
    grid.show()
    grid.activateWindow()
    cards[0].setFocus()
    qtbot.waitUntil(cards[0].hasFocus)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left):
        focused = next(card for card in cards if card.hasFocus())
        QTest.keyClick(focused, key)
    assert cards[3].hasFocus()


def test_that_old_cards_are_gone_when_new_ones_come(qtbot: QtBot) -> None:
    grid = CardGrid(100)
    qtbot.addWidget(grid)
    old: list[QWidget] = [QLabel("old")]
    grid.set_cards(old)
    gone: list[int] = []
    old[0].destroyed.connect(lambda: gone.append(1))
    grid.set_cards([QLabel("new")])
    qtbot.waitUntil(lambda: bool(gone))
    assert len(grid.cards) == 1


def test_that_thumbnails_show_as_many_as_fit(qtbot: QtBot) -> None:
    row = ThumbnailRow(20)
    qtbot.addWidget(row)
    row.resize(72, 20)  # three of 20 px with gaps
    row.set_images(np.stack([np.full((3, 4, 4), v, np.uint8) for v in (40, 90, 140, 190)]))
    image = row.grab().toImage()
    assert [image.pixelColor(x, 10).red() for x in (10, 36, 62)] == [40, 90, 140]


def test_that_without_thumbnails_one_square_stands_in(qtbot: QtBot) -> None:
    row = ThumbnailRow(20)
    qtbot.addWidget(row)
    row.resize(72, 20)
    colour = row.grab().toImage().pixelColor(1, 1)
    assert (colour.red(), colour.green(), colour.blue()) == rgb(DARK.ground)
    assert row.count == 0

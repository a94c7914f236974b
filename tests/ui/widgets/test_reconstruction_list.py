from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from vae_explorer.ui.theme import DARK, LIGHT, difference_lut
from vae_explorer.ui.widgets.difference import difference_picture, signed_difference
from vae_explorer.ui.widgets.reconstruction_list import ReconstructionList, ReconstructionRow, value_beside


def _row(level: int) -> ReconstructionRow:
    image = np.full((1, 8, 8), level, dtype=np.uint8)
    return ReconstructionRow(
        image, 255 - image, np.zeros((8, 8), np.int16), (("recon", "1.0"),), f"row {level}"
    )


@pytest.fixture
def rows(qtbot: QtBot) -> ReconstructionList:
    rows = ReconstructionList()
    qtbot.addWidget(rows)
    rows.resize(300, 250)
    rows.set_count(1000)
    rows.show()
    return rows


def test_that_scrolling_asks_for_the_rows_in_view(qtbot: QtBot, rows: ReconstructionList) -> None:
    with qtbot.waitSignal(rows.rows_wanted) as caught:
        rows.verticalScrollBar().setValue(rows.row_rect(500).top())
    first, last = caught.args or (0, 0)
    assert first <= 500 < last
    assert last - first < 10


def test_that_rows_are_found_where_they_are_painted_and_not_under_the_head(rows: ReconstructionList) -> None:
    assert rows.item_at(rows.row_rect(2).center()) == 2
    rows.verticalScrollBar().setValue(rows.row_rect(3).top())
    under = rows.row_rect(2).center()
    under.setY(5)
    assert rows.item_at(under) == -1


def test_that_a_wide_list_has_two_columns(rows: ReconstructionList) -> None:
    rows.resize(700, 250)
    assert rows.row_rect(0).top() == rows.row_rect(1).top()
    assert rows.row_rect(1).left() >= rows.row_rect(0).right()


def test_that_the_current_row_is_brought_into_view(rows: ReconstructionList) -> None:
    rows.set_current(700)
    assert rows.viewport().rect().contains(rows.row_rect(700))
    rows.set_current(0)
    assert rows.viewport().rect().contains(rows.row_rect(0))


def test_that_page_and_end_keys_stay_inside(qtbot: QtBot, rows: ReconstructionList) -> None:
    qtbot.keyClick(rows, Qt.Key.Key_End)
    assert rows.current == 0  # the first key takes the first row
    qtbot.keyClick(rows, Qt.Key.Key_End)
    assert rows.current == 999
    qtbot.keyClick(rows, Qt.Key.Key_PageDown)
    assert rows.current == 999


def test_that_filled_rows_are_painted_and_blank_ones_hold_their_place(rows: ReconstructionList) -> None:
    blank = rows.grab().toImage()
    rows.set_rows({1: _row(200)})
    filled = rows.grab().toImage()
    first, second = rows.row_rect(0), rows.row_rect(1)
    assert blank.pixel(first.left() + 20, first.center().y()) == filled.pixel(
        first.left() + 20, first.center().y()
    )
    assert filled.pixelColor(second.left() + 20, second.center().y()).red() == 200


def test_that_the_reconstruction_can_be_copied(rows: ReconstructionList) -> None:
    rows.set_rows({0: _row(10)})
    picture = rows.picture(0)
    assert picture is not None
    assert picture.pixelColor(0, 0).red() == 245
    assert rows.picture(1) is None


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_that_differences_are_red_where_brighter_blue_where_darker(theme: object) -> None:
    original = np.array([[[0, 255, 128]]], dtype=np.uint8)
    signed = signed_difference(original, np.array([[[255, 0, 128]]], dtype=np.uint8))
    assert signed.tolist() == [[255, -255, 0]]
    red, blue, same = difference_picture(signed, difference_lut(theme))[:, 0].T.astype(int)  # type: ignore[arg-type]
    assert red[0] > red[2]
    assert blue[2] > blue[0]
    assert np.ptp(same) < 12


def test_that_the_difference_of_colours_is_their_mean() -> None:
    original = np.zeros((3, 1, 1), dtype=np.uint8)
    brighter = np.array([30, 60, 90], dtype=np.uint8).reshape(3, 1, 1)
    assert signed_difference(original, brighter).tolist() == [[60]]


def test_that_a_number_of_many_digits_does_without_its_unit(rows: ReconstructionList) -> None:
    metrics = rows.fontMetrics()
    room = metrics.horizontalAdvance("recon 18,735 nats")
    assert value_beside("recon", "18,735 nats", room, metrics) == "18,735 nats"
    assert value_beside("recon", "18,735 nats", room - 1, metrics) == "18,735"
    assert value_beside("PSNR", "0.05", 1, metrics) == "0.05"

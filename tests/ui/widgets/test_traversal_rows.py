from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from vae_explorer.ui.widgets.traversal_rows import RowLabel, TraversalRows


@pytest.fixture
def rows(qtbot: QtBot) -> TraversalRows:
    rows = TraversalRows()
    qtbot.addWidget(rows)
    rows.resize(500, 200)
    frames = np.arange(4 * 5, dtype=np.uint8).reshape(4, 5, 1, 1, 1) * np.ones((1, 1, 1, 8, 8), np.uint8)
    rows.set_rows(frames, [RowLabel(f"z{k}", "", 0.5) for k in range(4)], np.zeros(4))
    rows.show()
    return rows


def test_that_every_picture_is_found_where_it_is_painted(rows: TraversalRows) -> None:
    for item in range(rows.count):
        assert rows.item_at(rows.frame_rect(item).center()) == item
    assert rows.item_at(rows.frame_rect(0).topLeft() - rows.frame_rect(0).bottomRight()) == -1


def test_that_a_press_tells_row_and_column(qtbot: QtBot, rows: TraversalRows) -> None:
    with qtbot.waitSignal(rows.frame_clicked) as caught:
        qtbot.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=rows.frame_rect(7).center())
    assert caught.args == [1, 2]


def test_that_arrow_keys_do_not_leave_a_row_sideways(qtbot: QtBot, rows: TraversalRows) -> None:
    rows.set_current(4)
    qtbot.keyClick(rows, Qt.Key.Key_Right)
    assert rows.current == 4
    qtbot.keyClick(rows, Qt.Key.Key_Down)
    assert rows.current == 9


def test_that_the_frame_stays_when_rows_of_the_same_size_come(rows: TraversalRows) -> None:
    rows.set_current(6)
    frames, labels = rows.frames, rows.labels
    assert frames is not None
    rows.set_rows(frames.copy(), labels, np.ones(4))
    assert rows.current == 6
    rows.set_rows(frames[:2], labels[:2])
    assert rows.current == -1


def test_that_rows_without_labels_are_refused(rows: TraversalRows) -> None:
    with pytest.raises(ValueError, match="2 rows"):
        rows.set_rows(np.zeros((2, 3, 1, 8, 8), np.uint8), [])


def test_that_the_mark_of_the_place_is_painted_under_its_column(qtbot: QtBot, rows: TraversalRows) -> None:
    frames, labels = rows.frames, rows.labels
    without = rows.grab().toImage()
    rows.set_rows(frames, labels, np.full(4, 3.0))
    changed = rows.grab().toImage()
    rect = rows.frame_rect(3)
    middle = rect.center().x()
    assert without.pixel(middle, rect.bottom() + 3) != changed.pixel(middle, rect.bottom() + 3)

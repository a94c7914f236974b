"""Many pictures: layout, selection, keyboard, what is painted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from vae_explorer.ui.widgets.grid_layout import GridLayout
from vae_explorer.ui.widgets.image_grid import ImageGrid


def shades(n: int, side: int = 8) -> np.ndarray:
    return np.repeat(np.linspace(0, 255, n).astype(np.uint8), side * side).reshape(n, 1, side, side)


@pytest.fixture
def grid(qtbot: QtBot) -> ImageGrid:
    grid = ImageGrid()
    qtbot.addWidget(grid)
    grid.resize(320, 200)
    grid.show()
    return grid


layouts = st.builds(
    GridLayout,
    count=st.integers(1, 200),
    tile=st.builds(QSize, st.integers(1, 90), st.integers(1, 90)),
    caption_px=st.sampled_from([0, 18]),
    gap_px=st.integers(1, 12),
    view_width_px=st.integers(10, 900),
    wanted_columns=st.none() | st.integers(1, 9),
)


@given(layouts, st.integers(0, 199))
def test_that_every_tile_is_found_where_it_lies(layout: GridLayout, row: int) -> None:
    row %= layout.count
    rect = layout.rect(row)
    assert layout.row_at(rect.topLeft()) == row
    assert layout.row_at(rect.bottomRight()) == row
    assert layout.row_at(rect.topLeft() - QPoint(1, 0)) == -1
    assert row in layout.rows_in(rect)
    assert QRect(QPoint(0, 0), layout.size).contains(rect)


@given(layouts)
def test_that_the_whole_view_holds_every_tile(layout: GridLayout) -> None:
    assert layout.rows_in(QRect(QPoint(0, 0), layout.size)) == range(layout.count)


def test_that_a_click_makes_a_tile_current(grid: ImageGrid) -> None:
    grid.set_images(shades(20))
    clicked: list[int] = []
    changed: list[int] = []
    grid.clicked.connect(clicked.append)
    grid.current_changed.connect(changed.append)
    for _ in range(2):
        QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=grid.tile_rect(2).center())
    assert clicked == [2, 2]
    assert changed == [2]
    assert grid.current == 2


def test_that_a_click_between_tiles_is_no_click(qtbot: QtBot, grid: ImageGrid) -> None:
    grid.set_images(shades(20))
    with qtbot.assertNotEmitted(grid.clicked):
        QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(2, 2))


def test_that_arrow_keys_walk_and_scroll(qtbot: QtBot, grid: ImageGrid) -> None:
    grid.set_images(shades(100), columns=4)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down):
        QTest.keyClick(grid, key)
    assert grid.current == 5
    QTest.keyClick(grid, Qt.Key.Key_End)
    assert grid.current == 99
    assert grid.viewport().rect().contains(grid.tile_rect(99))
    QTest.keyClick(grid, Qt.Key.Key_Down)
    assert grid.current == 99
    QTest.keyClick(grid, Qt.Key.Key_Home)
    assert grid.current == 0
    assert grid.viewport().rect().contains(grid.tile_rect(0))


def test_that_return_and_double_click_activate(qtbot: QtBot, grid: ImageGrid) -> None:
    grid.set_images(shades(4))
    grid.set_current(1)
    with qtbot.waitSignal(grid.activated) as heard:
        QTest.keyClick(grid, Qt.Key.Key_Return)
    assert heard.args == [1]
    with qtbot.waitSignal(grid.activated) as heard:
        QTest.mouseDClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=grid.tile_rect(3).center())
    assert heard.args == [3]


def test_that_hovering_is_told_once_a_tile(qtbot: QtBot, grid: ImageGrid) -> None:
    grid.set_images(shades(4), ["zero", "one", "two", "three"])
    heard: list[int] = []
    grid.hovered.connect(heard.append)
    for x in (0, 3):
        QTest.mouseMove(grid.viewport(), grid.tile_rect(1).center() + QPoint(x, 0))
    QApplication.sendEvent(grid.viewport(), QEvent(QEvent.Type.Leave))
    assert heard == [1, -1]


def test_that_new_pictures_keep_the_current_tile_if_it_still_exists(grid: ImageGrid) -> None:
    grid.set_images(shades(10))
    grid.set_current(7)
    grid.set_images(shades(9))
    assert grid.current == 7
    grid.set_images(shades(3))
    assert grid.current == -1


def test_that_the_tile_shows_its_picture(grid: ImageGrid) -> None:
    grid.set_images(np.stack([np.full((3, 4, 4), v, np.uint8) for v in (10, 200)]))
    image = grid.viewport().grab().toImage()
    assert image.pixelColor(grid.tile_rect(0).center()).red() == 10
    assert image.pixelColor(grid.tile_rect(1).center()).red() == 200


def test_that_tall_pictures_are_not_stretched(grid: ImageGrid) -> None:
    grid.set_images(np.zeros((2, 1, 40, 20), dtype=np.uint8))
    rect = grid.tile_rect(0)
    assert rect.height() == 2 * rect.width()


def test_that_control_and_wheel_change_the_size_of_the_tiles(qtbot: QtBot, grid: ImageGrid) -> None:
    grid.set_images(shades(10))
    slider = grid.size_slider(grid)
    before = grid.tile_px
    for modifier in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier):
        event = QWheelEvent(
            QPointF(20, 20),
            QPointF(grid.mapToGlobal(QPoint(20, 20))),
            QPoint(),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            modifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(grid.viewport(), event)
        if modifier == Qt.KeyboardModifier.NoModifier:
            assert grid.tile_px == before
    assert grid.tile_px > before
    assert slider.value() == grid.tile_px
    slider.setValue(40)
    assert grid.tile_px == 40


def test_that_captions_must_be_as_many_as_pictures(grid: ImageGrid) -> None:
    with pytest.raises(ValueError, match="3 pictures need 3 captions, got 1"):
        grid.set_images(shades(3), ["one"])
    with pytest.raises(ValueError, match="pictures are uint8"):
        grid.set_images(shades(3).astype(np.float32))


def test_that_the_grid_tells_readers_of_the_screen_what_is_current(grid: ImageGrid) -> None:
    grid.set_placeholder("Train a model first.")
    assert grid.accessibleDescription() == "Train a model first."
    grid.set_images(shades(3), ["a", "b", "c"])
    grid.set_current(1)
    assert grid.accessibleDescription() == "3 pictures, picture 2 is current: b"


def test_that_copying_takes_the_current_picture(grid: ImageGrid) -> None:
    grid.set_images(shades(3))
    grid.set_current(2)
    grid.copy_current()
    assert QGuiApplication.clipboard().image().pixelColor(0, 0).red() == 255


def test_that_only_visible_tiles_are_painted(grid: ImageGrid, monkeypatch: pytest.MonkeyPatch) -> None:
    painted: list[int] = []
    import vae_explorer.ui.widgets.image_grid as module

    draw = module.draw_picture
    monkeypatch.setattr(module, "draw_picture", lambda *args: (painted.append(1), draw(*args)))
    grid.set_images(shades(10_000))
    grid.viewport().grab()
    assert 0 < len(painted) < 40

"""One row of frames: fitting, scrolling, bars, keys."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from vae_explorer.ui.theme import DARK
from vae_explorer.ui.widgets.film_strip import FilmStrip


@pytest.fixture
def strip(qtbot: QtBot) -> FilmStrip:
    strip = FilmStrip()
    qtbot.addWidget(strip)
    strip.resize(600, 110)
    strip.show()
    return strip


def frames(n: int, height: int = 8, width: int = 8) -> np.ndarray:
    return np.zeros((n, 1, height, width), dtype=np.uint8)


def test_that_a_few_frames_fit_without_scrolling(strip: FilmStrip) -> None:
    strip.set_frames(frames(9))
    assert strip.horizontalScrollBar().maximum() == 0
    assert strip.viewport().rect().contains(strip.frame_rect(8))


def test_that_many_frames_scroll_and_stay_readable(strip: FilmStrip) -> None:
    strip.set_frames(frames(64))
    assert strip.horizontalScrollBar().maximum() > 0
    assert strip.frame_rect(0).width() >= 40
    strip.set_current(63)
    assert strip.viewport().rect().contains(strip.frame_rect(63))
    strip.set_current(0)
    assert strip.viewport().rect().contains(strip.frame_rect(0))


def test_that_wide_frames_keep_their_proportions(strip: FilmStrip) -> None:
    strip.set_frames(frames(4, 10, 20))
    assert strip.frame_rect(0).width() == pytest.approx(2 * strip.frame_rect(0).height(), abs=2)


@pytest.mark.parametrize("n", [3, 64])
def test_that_each_frame_is_found_under_the_mouse(strip: FilmStrip, n: int) -> None:
    strip.set_frames(frames(n))
    for frame in range(n):
        strip.set_current(frame)
        assert strip.item_at(strip.frame_rect(frame).center()) == frame
    assert strip.item_at(QPoint(strip.frame_rect(n - 1).right() + 30, 20)) == -1


def test_that_a_click_and_the_arrow_keys_choose_a_frame(qtbot: QtBot, strip: FilmStrip) -> None:
    strip.set_frames(frames(5))
    heard: list[int] = []
    strip.frame_clicked.connect(heard.append)
    QTest.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, pos=strip.frame_rect(2).center())
    QTest.keyClick(strip, Qt.Key.Key_Right)
    QTest.keyClick(strip, Qt.Key.Key_End)
    QTest.keyClick(strip, Qt.Key.Key_Right)  # nothing beyond the end
    QTest.keyClick(strip, Qt.Key.Key_Home)
    assert heard == [2, 3, 4, 0]
    assert strip.current == 0


def test_that_hovering_is_told_once_a_frame(strip: FilmStrip) -> None:
    strip.set_frames(frames(5))
    heard: list[int] = []
    strip.frame_hovered.connect(heard.append)
    for x in (0, 4):
        QTest.mouseMove(strip.viewport(), strip.frame_rect(1).center() + QPoint(x, 0))
    QApplication.sendEvent(strip.viewport(), QEvent(QEvent.Type.Leave))
    assert heard == [1, -1]


def test_that_there_is_one_bar_a_step(strip: FilmStrip) -> None:
    strip.set_frames(frames(5))
    strip.set_bars(np.ones(4))
    with pytest.raises(ValueError, match="5 frames have 4 steps, got 5 bars"):
        strip.set_bars(np.ones(5))
    with pytest.raises(ValueError, match="0 steps"):
        FilmStrip().set_bars(np.ones(1))


def test_that_the_largest_step_is_the_highest_bar_in_the_colour_of_the_path(strip: FilmStrip) -> None:
    strip.set_frames(frames(4))
    strip.set_current(0)  # it carries the ring, not the whole strip
    strip.set_bars(np.array([1.0, 4.0, np.nan]))
    image = strip.viewport().grab().toImage()

    def bar(step: int) -> list[str]:
        x = (strip.frame_rect(step).right() + strip.frame_rect(step + 1).left()) // 2
        below = range(strip.frame_rect(0).bottom() + 2, image.height())
        return [image.pixelColor(x, y).name().upper() for y in below]

    small, large, none = (bar(step) for step in range(3))
    assert large.count(DARK.path) > small.count(DARK.accent_bright) > 0
    assert DARK.accent_bright not in none
    assert DARK.path not in none


def test_that_fewer_frames_drop_bars_that_no_longer_fit(strip: FilmStrip) -> None:
    strip.set_frames(frames(5))
    strip.set_bars(np.ones(4))
    strip.set_current(4)
    strip.set_frames(frames(3))
    assert strip.current == -1
    strip.viewport().grab()  # paints without bars


def test_that_the_strip_says_what_to_do_without_frames(strip: FilmStrip) -> None:
    strip.set_placeholder("Pin two places.")
    assert strip.accessibleDescription() == "Pin two places."
    strip.set_frames(frames(3))
    strip.set_current(1)
    assert strip.accessibleDescription() == "Frame 2 of 3"
    strip.set_frames(None)
    assert strip.count == 0


def test_that_a_low_and_narrow_strip_keeps_its_frames_readable(qtbot: QtBot) -> None:
    strip = FilmStrip()
    qtbot.addWidget(strip)
    strip.set_frames(np.zeros((13, 1, 28, 28), np.uint8))
    strip.set_bars(np.ones(12))
    strip.set_marks({0: "A", 12: "B"})
    strip.resize(600, strip.minimumSizeHint().height())
    strip.show()
    assert strip.frame_rect(0).height() >= 40
    assert strip.frame_rect(12).right() < strip.viewport().width()  # all thirteen without scrolling

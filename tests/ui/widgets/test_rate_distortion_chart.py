"""The rate–distortion chart: points that can be chosen, colours of the theme, a picture of it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from vae_explorer.ui.theme import DARK, LIGHT, theme_manager
from vae_explorer.ui.widgets.rate_distortion_chart import EXPORT_SCALE, RateDistortionChart
from vae_explorer.ui.widgets.rate_distortion_drawing import ChartPoint

POINTS = (
    ChartPoint("β = 0.5", 20.0, 80.0, 0.4, 0.6, "half"),
    ChartPoint("β = 1", 15.0, 84.0, words="one"),
    ChartPoint("β = 2", 9.0, 92.0, words="two"),
    ChartPoint("mine, β = 1", 16.0, 82.0, words="mine", is_joined=False, is_current=True),
)


@pytest.fixture
def chart(qtbot: QtBot) -> RateDistortionChart:
    chart = RateDistortionChart()
    qtbot.addWidget(chart)
    chart.resize(420, 280)
    chart.set_points(POINTS)
    with qtbot.waitExposed(chart):
        chart.show()
    return chart


def has_colour(image: QImage, at: QPoint, colour: str, reach: int = 4) -> bool:
    wanted = QColor(colour)
    around = range(-reach, reach + 1)
    found = (image.pixelColor(at.x() + x, at.y() + y) for x in around for y in around)
    return any(
        abs(c.red() - wanted.red()) + abs(c.green() - wanted.green()) + abs(c.blue() - wanted.blue()) < 12
        for c in found
    )


def click(chart: RateDistortionChart, place: int) -> None:
    QTest.mouseClick(chart.plot.viewport(), Qt.MouseButton.LeftButton, pos=chart.pixel_of(place))


def test_that_every_point_lies_inside_the_plot_where_its_figures_are(chart: RateDistortionChart) -> None:
    pixels = [chart.pixel_of(k) for k in range(len(POINTS))]
    area = chart.plot.viewport().rect()
    assert all(area.contains(pixel) for pixel in pixels)
    assert pixels[2].x() < pixels[1].x() < pixels[3].x() < pixels[0].x()
    assert pixels[0].y() > pixels[1].y() > pixels[2].y()  # less distortion is lower


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_that_the_run_on_screen_has_a_colour_of_its_own_in_both_themes(
    chart: RateDistortionChart, theme: object
) -> None:
    chosen = DARK if theme is DARK else LIGHT
    theme_manager().set_choice(chosen.name)
    image = chart.plot.grab().toImage()
    assert has_colour(image, chart.pixel_of(3), chosen.path)
    assert has_colour(image, chart.pixel_of(1), chosen.accent_bright)
    assert image.pixelColor(image.width() - 2, 2).lightness() == QColor(chosen.ground).lightness()


def test_that_a_click_chooses_and_beside_a_point_lets_go(chart: RateDistortionChart, qtbot: QtBot) -> None:
    with qtbot.waitSignal(chart.chosen) as chosen:
        click(chart, 1)
    assert chosen.args == [1]
    assert chart.current == 1
    with qtbot.waitSignal(chart.chosen) as chosen:
        QTest.mouseClick(chart.plot.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(70, 200))
    assert chosen.args == [-1]


def test_that_the_chosen_point_has_a_ring(chart: RateDistortionChart) -> None:
    at = chart.pixel_of(2)
    before = chart.plot.grab().toImage()
    chart.set_current(2)
    assert chart.plot.grab().toImage() != before
    assert has_colour(chart.plot.grab().toImage(), at + QPoint(9, 0), DARK.text, reach=2)


def test_that_a_double_click_and_enter_open(chart: RateDistortionChart, qtbot: QtBot) -> None:
    with qtbot.waitSignal(chart.opened) as opened:
        QTest.mouseDClick(chart.plot.viewport(), Qt.MouseButton.LeftButton, pos=chart.pixel_of(0))
    assert opened.args == [0]
    chart.set_current(2)
    with qtbot.waitSignal(chart.opened) as opened:
        QTest.keyClick(chart, Qt.Key.Key_Return)
    assert opened.args == [2]


def test_that_arrow_keys_walk_by_rate_and_escape_lets_go(chart: RateDistortionChart) -> None:
    walked = []
    for _ in range(5):
        QTest.keyClick(chart, Qt.Key.Key_Right)
        walked.append(chart.current)
    assert walked == [2, 1, 3, 0, 0]
    QTest.keyClick(chart, Qt.Key.Key_Left)
    assert chart.current == 3
    QTest.keyClick(chart, Qt.Key.Key_Escape)
    assert chart.current == -1


def test_that_the_nearest_point_is_told_only_within_reach(chart: RateDistortionChart) -> None:
    assert chart.nearest(chart.pixel_of(2) + QPoint(5, -5)) == 2
    assert chart.nearest(chart.pixel_of(2) + QPoint(40, -40)) == -1


def test_that_one_point_and_equal_points_can_be_drawn(chart: RateDistortionChart) -> None:
    chart.set_points(POINTS[:1])
    assert chart.plot.viewport().rect().contains(chart.pixel_of(0))
    chart.set_points([POINTS[0], POINTS[0]])
    chart.set_points([])
    assert chart.current == -1


def test_that_the_picture_is_finer_than_the_screen(chart: RateDistortionChart) -> None:
    picture = chart.picture()
    assert picture.width() == EXPORT_SCALE * chart.plot.width()
    at = chart.pixel_of(3) * EXPORT_SCALE
    assert has_colour(picture, at, DARK.path, reach=8)

"""The picture of the losses: pixels where the numbers say, gaps where there are none."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QFontMetrics, QPen
from pytestqt.qtbot import QtBot

from vae_explorer.ui.widgets.loss_plot import LossPlot, PlotCurve

RED = QColor(255, 0, 0)


@pytest.fixture
def plot(qtbot: QtBot) -> LossPlot:
    plot = LossPlot()
    qtbot.addWidget(plot)
    plot.resize(300, 200)
    plot.set_range((0.0, 10.0), (0.0, 100.0))
    return plot


def curve(y: list[float]) -> PlotCurve:
    pen = QPen(RED, 3)
    pen.setCosmetic(True)
    return PlotCurve(np.linspace(0.0, 10.0, len(y)), np.asarray(y), pen)


def is_red(plot: LossPlot, epoch: float, value: float) -> bool:
    at = plot.pixel_of(QPointF(epoch, value)).toPoint()
    colour = plot.grab().toImage().pixelColor(at)
    return colour.red() > 200 and colour.green() < 80


def test_that_places_and_pixels_go_there_and_back(plot: LossPlot) -> None:
    back = plot.at(plot.pixel_of(QPointF(2.5, 70.0)))
    assert (back.x(), back.y()) == pytest.approx((2.5, 70.0))


def test_that_a_curve_is_painted_where_its_values_are(plot: LossPlot) -> None:
    plot.show_curves([curve([20.0, 80.0])], log=False)
    assert is_red(plot, 5.0, 50.0)
    assert is_red(plot, 9.0, 74.0)
    assert not is_red(plot, 5.0, 80.0)


def test_that_values_that_are_not_finite_are_gaps(plot: LossPlot) -> None:
    plot.show_curves([curve([50.0, 50.0, float("nan"), float("inf"), 50.0, 50.0])], log=False)
    assert is_red(plot, 1.0, 50.0)
    assert is_red(plot, 9.0, 50.0)
    assert not is_red(plot, 5.0, 50.0)


def test_that_a_single_value_is_a_point(plot: LossPlot) -> None:
    plot.show_curves([PlotCurve(np.array([5.0]), np.array([50.0]), curve([1.0]).pen)], log=False)
    assert is_red(plot, 5.0, 50.0)


def test_that_curves_stay_inside_their_area(plot: LossPlot) -> None:
    plot.show_curves([curve([-400.0, 500.0])], log=False)
    image = plot.grab().toImage()
    bottom = [image.pixelColor(x, image.height() - 1) for x in range(image.width())]
    assert not any(colour.red() > 200 and colour.green() < 80 for colour in bottom)


def test_that_values_of_many_digits_have_room_beside_the_curves(plot: LossPlot) -> None:
    plot.show_curves([curve([20.0, 80.0])], log=False)
    narrow = plot.pixel_of(QPointF(0.0, 0.0)).x()
    plot.set_range(None, (0.0, 2_000_000.0))
    plot.show_curves([curve([20.0, 1_800_000.0])], log=False)
    left = plot.pixel_of(QPointF(0.0, 0.0)).x()
    texts = [text for _, text in plot._value_ticks()]
    widest = max(QFontMetrics(plot._tick_font()).horizontalAdvance(text) for text in texts)
    assert narrow < widest < left

"""The loss chart: what is drawn, what is read out, and that any run costs a bounded number of points."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from vae_explorer.ui.widgets.live_curve import LiveCurve
from vae_explorer.ui.widgets.loss_chart import ChartMark, LossChart, thinned
from vae_explorer.ui.widgets.loss_ticks import log_ticks, round_ticks, tick_text


def epochs(n: int, recon: float = 100.0, kl: float = 5.0) -> NDArray[np.float64]:
    e = np.arange(1.0, n + 1)
    return np.column_stack([e, recon + 50.0 / e, kl - 2.0 / e])


@pytest.fixture
def chart(qtbot: QtBot) -> LossChart:
    chart = LossChart()
    qtbot.addWidget(chart)
    chart.resize(260, 200)
    chart.show()
    return chart


def drawn(chart: LossChart, name: str, part: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if chart._drawing_soon.isActive():  # reports are drawn a few times a second
        chart._draw()
    curve = chart.curve(name, part)
    assert curve is not None
    return curve.x, curve.y


def test_that_minus_elbo_is_the_sum_of_recon_and_kl(chart: LossChart) -> None:
    train = epochs(5)
    chart.set_history(train, train + np.array([0, 3, 0.5]))
    np.testing.assert_allclose(drawn(chart, "elbo", "train")[1], train[:, 1] + train[:, 2])
    np.testing.assert_allclose(drawn(chart, "elbo", "validation")[1], train[:, 1] + train[:, 2] + 3.5)
    np.testing.assert_allclose(drawn(chart, "kl", "train")[1], train[:, 2])


def test_that_curves_can_be_hidden_one_by_one(chart: LossChart) -> None:
    chart.set_history(epochs(5))
    assert chart.curve("recon", "train") is None
    chart.set_curve_shown("recon", True)
    chart.set_curve_shown("kl", False)
    assert chart.curve("recon", "train") is not None
    assert chart.curve("kl", "train") is None


def test_that_live_losses_continue_where_history_ends(chart: LossChart) -> None:
    chart.set_history(epochs(3))
    chart.append_live(3.5, 90.0, 5.0)
    chart.append_live(3.9, 88.0, 5.0)
    x, y = drawn(chart, "elbo", "train")
    np.testing.assert_allclose(x, [1, 2, 3, 3.5, 3.9])
    assert y[-1] == pytest.approx(93.0)


def test_that_history_does_not_double_what_was_seen_live(chart: LossChart) -> None:
    for epoch in np.linspace(0.1, 2.0, 20):
        chart.append_live(float(epoch), 90.0, 5.0)
    chart.set_history(epochs(2))
    x, _ = drawn(chart, "elbo", "train")
    assert (np.diff(x) > 0).all()
    assert len(x) == 20


def test_that_the_log_scale_draws_the_logarithm_and_goes_back(qtbot: QtBot, chart: LossChart) -> None:
    train = epochs(5)
    chart.set_history(train)
    with qtbot.waitSignal(chart.log_changed):
        chart.set_log(True)
    np.testing.assert_allclose(drawn(chart, "elbo", "train")[1], np.log10(train[:, 1] + train[:, 2]))
    chart.set_log(False)
    np.testing.assert_allclose(drawn(chart, "elbo", "train")[1], train[:, 1] + train[:, 2])


def test_that_negative_losses_leave_the_log_scale(chart: LossChart) -> None:
    chart.set_history(epochs(5))
    chart.set_log(True)
    chart.set_history(epochs(5, recon=-900.0))
    assert not chart.is_log
    assert not chart._log_button.isEnabled()
    chart.set_log(True)
    assert not chart.is_log


def test_that_missing_validation_makes_gaps_not_errors(chart: LossChart) -> None:
    validation = epochs(4)
    validation[1, 1:] = np.nan
    chart.set_history(epochs(4), validation)
    chart.grab()
    low, high = chart._plot.y_range
    assert np.isfinite([low, high]).all()


def test_that_the_first_fall_does_not_decide_the_range(chart: LossChart) -> None:
    train = epochs(50)
    train[0, 1] = 100_000.0
    chart.set_history(train)
    assert chart._plot.y_range[1] < 1000.0


def test_that_the_readout_names_epoch_losses_and_marks(chart: LossChart) -> None:
    chart.set_history(epochs(10), epochs(10) + np.array([0, 2, 0]), [ChartMark(5.0, "β set to 4")])
    chart._on_plot_moved(chart._plot.pixel_of(QPointF(5.0, 110.0)))
    text = chart._readout.text()
    assert text.splitlines() == ["epoch 5.0", "−ELBO 114.6 / 116.6 nats", "KL 4.6 / 4.6 nats", "β set to 4"]
    chart._on_plot_left()
    assert chart._readout.isHidden()


def test_that_the_mouse_brings_the_readout_and_takes_it_away(chart: LossChart) -> None:
    chart.set_history(epochs(10))
    QTest.mouseMove(chart._plot, QPoint(150, 60))
    assert chart._readout.isVisible()
    assert chart._plot.place == pytest.approx(chart._plot.at(QPointF(150, 60)).x())
    QApplication.sendEvent(chart._plot, QEvent(QEvent.Type.Leave))
    assert chart._readout.isHidden()
    assert chart._plot.place is None


def test_that_marks_stand_at_their_epoch(chart: LossChart) -> None:
    chart.set_history(
        epochs(10), None, [ChartMark(2.5, "β set to 4"), ChartMark(7.0, "learning rate set to 1e-4")]
    )
    assert chart._plot._marks == (2.5, 7.0)
    chart.set_history(epochs(10))
    assert chart._plot._marks == ()


def test_that_an_empty_chart_says_what_it_will_show(chart: LossChart) -> None:
    assert chart._empty.isVisible()
    chart.set_history(epochs(1))
    assert not chart._empty.isVisible()
    chart.clear()
    assert chart._empty.isVisible()
    assert chart.accessibleDescription() == "No losses yet"


def test_that_the_last_losses_are_told_to_readers_of_the_screen(chart: LossChart) -> None:
    chart.set_history(np.array([[1.0, 100.0, 5.0]]), np.array([[1.0, 101.0, 5.5]]))
    assert chart.accessibleDescription() == "Epoch 1.0: training −ELBO 105.0 nats, validation 106.5 nats"


def test_that_infinite_losses_are_left_out(chart: LossChart) -> None:
    chart.append_live(0.5, float("nan"), 1.0)
    chart.append_live(0.6, float("inf"), 1.0)
    chart.append_live(0.7, 10.0, 1.0)
    assert drawn(chart, "elbo", "train")[1].tolist() == [11.0]


@given(st.lists(st.floats(0.0, 400.0), min_size=1, max_size=3000))
def test_that_a_live_curve_is_bounded_ordered_and_keeps_the_mean(places: list[float]) -> None:
    curve = LiveCurve()
    for place in places:
        curve.append(place, 2.0 * place, 3.0)
    points = curve.points()
    assert len(points) == len(curve) <= 500
    assert (np.diff(points[:, 0]) > 0).all()
    np.testing.assert_allclose(points[:, 1], 2.0 * points[:, 0], atol=1e-9)
    counts = np.array([values[0] for _, values in sorted(curve._sums.items())])
    assert counts.sum() == len(places)
    np.testing.assert_allclose((counts * points[:, 0]).sum(), np.sum(places), rtol=1e-9, atol=1e-9)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(2, 8))
def test_that_ticks_are_round_few_and_inside(low: float, span: float, wanted: int) -> None:
    ticks = round_ticks(low, low + span, wanted)
    assert all(low - 1e-6 * span <= tick <= low + span + 1e-6 * span for tick in ticks)
    assert len(ticks) <= wanted + 1
    assert len(ticks) >= wanted // 3


def test_that_log_ticks_are_named_by_the_loss_itself() -> None:
    assert [tick_text(value) for value in log_ticks(2.0, 2.5, 4)] == ["100", "200", "300"]
    assert [tick_text(value) for value in log_ticks(-1.2, 3.1, 4)] == ["0.1", "1", "10", "100", "1,000"]


def test_that_epochs_are_named_by_whole_numbers_only() -> None:
    assert round_ticks(0.0, 2.0, 5, whole=True) == [0.0, 1.0, 2.0]


def test_that_a_thinned_curve_keeps_its_ends_and_its_peaks() -> None:
    x = np.arange(10_000.0)
    y = np.random.default_rng(0).standard_normal(10_000)
    y[4_321], y[77] = 50.0, -50.0
    thin_x, thin_y = thinned(x, y, most=200)
    assert len(thin_x) <= 400
    assert (np.diff(thin_x) > 0).all()
    assert thin_x[-1] == 9_999
    assert thin_y.max() == 50.0
    assert thin_y.min() == -50.0


def test_that_a_short_curve_is_not_thinned() -> None:
    x, y = thinned(np.arange(5.0), np.array([1.0, np.nan, 3.0, 2.0, 1.0]))
    assert len(x) == len(y) == 5


def test_that_a_flood_of_reports_is_drawn_a_few_times_a_second(qtbot, monkeypatch) -> None:
    chart = LossChart()
    qtbot.addWidget(chart)
    drawn: list[int] = []
    monkeypatch.setattr(chart, "_describe", lambda _rows: drawn.append(1))
    for i in range(200):
        chart.append_live(i / 100, 90.0, 5.0)
    qtbot.waitUntil(lambda: len(drawn) == 1)

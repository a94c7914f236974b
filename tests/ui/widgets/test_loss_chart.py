"""The loss chart: what is drawn, what is read out, and that any run costs a bounded number of points."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from vae_explorer.ui.widgets.live_curve import LiveCurve
from vae_explorer.ui.widgets.loss_chart import ChartMark, LossChart
from vae_explorer.ui.widgets.loss_series import thinned
from vae_explorer.ui.widgets.loss_terms import LOSS_TERMS
from vae_explorer.ui.widgets.loss_ticks import log_ticks, round_ticks, tick_text
from vae_explorer.vae.config import OBJECTIVE_SETTINGS, ModelConfig, ObjectiveConfig
from vae_explorer.vae.model import build_model
from vae_explorer.vae.objectives import make_objective


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
    assert not chart._toggles.log.isEnabled()
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
    monkeypatch.setattr(chart, "_describe", lambda: drawn.append(1))
    for i in range(200):
        chart.append_live(i / 100, 90.0, 5.0)
    qtbot.waitUntil(lambda: len(drawn) == 1)


def with_terms(chart: LossChart, n: int = 4) -> None:
    e = np.arange(1.0, n + 1)
    chart.set_history(
        epochs(n), terms={"tc": np.column_stack([e, e / 100]), "capacity": np.column_stack([e, e])}
    )


def test_that_further_terms_are_offered_only_where_a_run_has_them(chart: LossChart) -> None:
    chart.set_history(epochs(4))
    assert chart.term_names == ()
    with_terms(chart)
    assert chart.term_names == ("tc", "capacity")
    assert [chart._toggles.button(key).text() for key in chart.term_names] == ["TC", "target C"]
    assert all(chart._toggles.button(key).isVisible() for key in chart.term_names)
    assert chart.curve("tc", "train") is None  # until it is asked for
    chart.set_history(epochs(4))
    assert chart.term_names == ()
    assert not chart._toggles.button("tc").isVisible()


def test_that_a_term_of_another_magnitude_leaves_the_losses_their_scale(chart: LossChart) -> None:
    with_terms(chart)
    before = chart._plot.y_range
    chart.set_curve_shown("tc", True)
    assert drawn(chart, "tc", "train")[1].tolist() == [0.01, 0.02, 0.03, 0.04]
    assert chart._plot.y_range == before
    assert chart._plot.right_range == pytest.approx((0.0082, 0.0418))
    chart.set_curve_shown("tc", False)
    assert chart._plot.right_range is None


def test_that_a_capacity_is_drawn_on_the_scale_of_kl(chart: LossChart) -> None:
    with_terms(chart)
    chart.set_curve_shown("capacity", True)
    curve = chart.curve("capacity", "train")
    assert curve is not None
    assert not curve.at_right
    assert chart._plot.right_range is None


def test_that_the_right_scale_is_painted_where_its_curve_runs(chart: LossChart) -> None:
    with_terms(chart)
    for key in ("elbo", "kl"):
        chart.set_curve_shown(key, False)
    chart.set_curve_shown("tc", True)
    colour = chart._pens["tc", "train"].color().name()
    picture = chart._plot.grab().toImage()
    scale = picture.devicePixelRatio()
    place = chart._plot._transform(at_right=True).map(QPointF(2.0, 0.02)) * scale
    near = [
        picture.pixelColor(round(place.x()) + dx, round(place.y()) + dy).name()
        for dx in (-1, 0, 1)
        for dy in (-1, 0, 1)
    ]
    assert colour in near


def test_that_terms_reported_between_epochs_continue_those_of_whole_epochs(chart: LossChart) -> None:
    with_terms(chart, 2)
    chart.set_curve_shown("tc", True)
    chart.append_live(2.5, 90.0, 5.0, {"tc": 0.5, "capacity": 9.0})
    x, y = drawn(chart, "tc", "train")
    assert x.tolist() == [1.0, 2.0, 2.5]
    assert y.tolist() == [0.01, 0.02, 0.5]


def test_that_a_term_first_reported_live_gets_its_button(chart: LossChart) -> None:
    chart.append_live(0.5, 90.0, 5.0, {"mmd": 0.01})
    chart._draw()
    assert chart.term_names == ("mmd",)
    chart.clear()
    assert chart.term_names == ()


def test_that_a_term_at_zero_is_a_gap_on_the_log_scale(chart: LossChart) -> None:
    chart.set_history(epochs(3), terms={"capacity": np.array([[1.0, 0.0], [2.0, 10.0], [3.0, 100.0]])})
    chart.set_curve_shown("capacity", True)
    chart.set_log(True)
    np.testing.assert_allclose(drawn(chart, "capacity", "train")[1], [np.nan, 1.0, 2.0])


def test_that_the_readout_tells_terms_with_their_unit_and_bits(chart: LossChart) -> None:
    with_terms(chart)
    chart.set_curve_shown("tc", True)
    chart.set_bits(lambda nats: nats / 100.0)
    chart._on_plot_moved(chart._plot.pixel_of(QPointF(2.0, 110.0)))
    lines = chart._readout.text().splitlines()
    assert lines == ["epoch 2.0", "−ELBO 129.0 nats", "1.290 bits/dim", "KL 4.0 nats", "TC 0.0200 nats"]
    tooltip = chart._toggles.button("tc").toolTip()
    assert "in nats" in tooltip
    assert "Total correlation" in tooltip


def test_that_terms_of_one_run_have_different_colours(chart: LossChart) -> None:
    e = np.array([[1.0, 2.0]])
    chart.set_history(epochs(1), terms={"mmd": e})
    chart.set_history(epochs(1), terms={"tc": e, "mi": e, "dwkl": e})
    names = ("elbo", "recon", "kl", "tc", "mi", "dwkl")
    assert len({chart._pens[name, "train"].color().name() for name in names}) == 6


def test_that_the_chart_can_tell_every_term_that_objectives_report() -> None:
    noise = torch.Generator().manual_seed(0)
    x, y = torch.rand((8, 1, 8, 8), generator=noise), torch.tensor([0, 1] * 4)
    config = ModelConfig(network="mlp", hidden=(8,), latent_dim=2, n_classes=2)
    found: set[str] = set()
    for name in OBJECTIVE_SETTINGS:
        chosen = ObjectiveConfig(name=name)
        model = build_model(config, chosen, (1, 8, 8))
        objective = make_objective(chosen, latent_dim=2, n_train=8)
        found |= set(objective(model, x, 1.0, noise, y=y if name == "m2" else None).extra)
    assert found == set(LOSS_TERMS)

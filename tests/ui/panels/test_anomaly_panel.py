"""The Anomalies panel: worst first, and a histogram that is brushed against the map."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTabWidget, QWidget
from pytestqt.qtbot import QtBot

from vae_explorer.ui.panels.anomaly_panel import AnomalyPanel
from vae_explorer.ui.session import Session, TrainingState
from vae_explorer.ui.widgets.brush_histogram import BrushHistogram

WAIT_MS = 10_000


@pytest.fixture
def panel(qtbot: QtBot, world: Any) -> AnomalyPanel:
    panel = AnomalyPanel(world.session)
    qtbot.addWidget(panel)
    panel.resize(800, 260)
    with qtbot.waitExposed(panel):
        panel.show()
    qtbot.waitUntil(lambda: panel.grid.count == 60, timeout=WAIT_MS)
    return panel


def histogram(panel: AnomalyPanel) -> BrushHistogram:
    found = panel.histogram
    assert found is not None
    return found


def choose(panel: AnomalyPanel, key: str) -> None:
    panel.score.setCurrentIndex(panel.score.findData(key))


def drag(chart: BrushHistogram, low: float, high: float) -> None:
    view = chart.plot.viewport()
    y = view.height() // 2
    start, end = QPoint(chart.x_of(low), y), QPoint(chart.x_of(high), y)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(view, (start + end) / 2)
    QTest.mouseMove(view, end)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)


def test_that_the_worst_come_first_with_their_scores(panel: AnomalyPanel, world: Any) -> None:
    codes = world.session.encodings
    worst = np.argsort(-(codes.recon + codes.kl).astype(np.float64), kind="stable")
    np.testing.assert_array_equal(panel.shown, worst)
    np.testing.assert_array_equal(panel.grid.images, world.images.images[worst])


def test_that_each_score_orders_by_itself(panel: AnomalyPanel, qtbot: QtBot, world: Any) -> None:
    codes = world.session.encodings
    for key, values in (("kl", codes.kl), ("recon", codes.recon)):
        choose(panel, key)
        qtbot.waitUntil(lambda v=values: panel.shown[0] == int(np.argmax(v)), timeout=WAIT_MS)


def test_that_squared_errors_are_measured_when_chosen(panel: AnomalyPanel, qtbot: QtBot, world: Any) -> None:
    choose(panel, "squared-error")
    assert panel.is_measuring
    qtbot.waitUntil(lambda: len(histogram(panel).values) == 60, timeout=WAIT_MS)
    x = world.images.images
    shown = world.explorer.decode(world.explorer.codes(x))
    wanted = np.square((x.astype(float) - shown) / 255.0).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(histogram(panel).values, wanted, rtol=1e-5)
    qtbot.waitUntil(lambda: list(panel.shown[:1]) == [int(np.argmax(wanted))], timeout=WAIT_MS)


def test_that_dragging_over_the_histogram_selects_its_images_on_the_map(
    panel: AnomalyPanel, qtbot: QtBot, session: Session
) -> None:
    chart = histogram(panel)
    low, high = float(np.quantile(chart.values, 0.7)), float(chart.values.max())
    with qtbot.waitSignal(session.lasso_changed, timeout=WAIT_MS):
        drag(chart, low, high)
    assert chart.range is not None
    inside = np.flatnonzero((chart.values >= chart.range[0]) & (chart.values <= chart.range[1]))
    assert 10 <= len(inside) <= 26
    np.testing.assert_array_equal(session.lasso, inside)
    np.testing.assert_array_equal(np.sort(chart.marked), np.sort(chart.values[inside]))


def test_that_a_click_on_the_histogram_lets_go(panel: AnomalyPanel, qtbot: QtBot, session: Session) -> None:
    panel.select_worst(20)
    assert len(session.lasso) == 12
    view = histogram(panel).plot.viewport()
    with qtbot.waitSignal(session.lasso_changed, timeout=WAIT_MS):
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.rect().center())
    assert len(session.lasso) == 0
    assert histogram(panel).range is None


def test_that_a_lasso_on_the_map_marks_its_part_of_the_histogram(
    panel: AnomalyPanel, session: Session
) -> None:
    panel.select_worst(10)
    lasso = np.arange(5, 25)
    session.set_lasso(lasso)
    chart = histogram(panel)
    assert chart.range is None
    np.testing.assert_array_equal(chart.marked, chart.values[lasso])
    session.set_lasso(np.empty(0, dtype=np.int64))
    assert len(chart.marked) == 0


def test_that_the_keyboard_moves_the_range(panel: AnomalyPanel, qtbot: QtBot, session: Session) -> None:
    chart = histogram(panel)
    chart.setFocus()
    with qtbot.waitSignal(session.lasso_changed, timeout=WAIT_MS):
        qtbot.keyClick(chart, Qt.Key.Key_Left)
    assert int(np.argmax(chart.values)) in session.lasso
    with qtbot.waitSignal(session.lasso_changed, timeout=WAIT_MS):
        qtbot.keyClick(chart, Qt.Key.Key_Escape)
    assert len(session.lasso) == 0


def test_that_select_takes_the_share_that_was_typed(panel: AnomalyPanel, session: Session) -> None:
    panel.share.setText("50")
    panel.select_button.click()
    assert len(session.lasso) == 30
    panel.share.setText("0")
    assert not panel.select_button.isEnabled()
    assert "Share" in panel.select_button.toolTip()
    panel.clear_button.click()
    assert len(session.lasso) == 0
    assert not panel.clear_button.isEnabled()


def test_that_a_click_on_a_picture_selects_it_and_back(
    panel: AnomalyPanel, qtbot: QtBot, session: Session
) -> None:
    with qtbot.waitSignal(session.selection_changed, timeout=WAIT_MS):
        QTest.mouseClick(
            panel.grid.viewport(), Qt.MouseButton.LeftButton, pos=panel.grid.tile_rect(1).center()
        )
    assert session.selection == int(panel.shown[1])
    session.set_selection(int(panel.shown[3]))
    assert panel.grid.current == 3


def test_that_without_pictures_the_histogram_stays(
    panel: AnomalyPanel, qtbot: QtBot, session: Session
) -> None:
    session.set_images(None)
    qtbot.waitUntil(lambda: len(panel.shown) == 0, timeout=WAIT_MS)
    assert len(histogram(panel).values) == 60
    choose(panel, "squared-error")
    assert "pictures" in panel.error.text()


def test_that_squared_errors_wait_for_the_end_of_a_training(
    panel: AnomalyPanel, qtbot: QtBot, session: Session
) -> None:
    session.set_training_state(TrainingState.RUNNING)
    choose(panel, "squared-error")
    assert "training" in panel.error.text()
    assert not panel.is_measuring
    session.set_training_state(TrainingState.IDLE)
    qtbot.waitUntil(lambda: len(histogram(panel).values) == 60, timeout=WAIT_MS)
    assert not panel.error.isVisible()


def test_that_without_a_model_it_says_what_to_do(qtbot: QtBot, session: Session) -> None:
    panel = AnomalyPanel(session)
    qtbot.addWidget(panel)
    with qtbot.waitExposed(panel):
        panel.show()
    assert panel.is_empty
    assert "open a run" in panel.empty_words


def test_that_an_autoencoder_has_no_kl_to_order_by(
    panel: AnomalyPanel, qtbot: QtBot, session: Session, open_world: Callable[..., Any]
) -> None:
    open_world(session, 2, variational=False)
    qtbot.waitUntil(lambda: "autoencoder" in panel.error.text(), timeout=WAIT_MS)
    choose(panel, "recon")
    qtbot.waitUntil(lambda: len(histogram(panel).values) == 60, timeout=WAIT_MS)


def test_that_nothing_is_scored_or_imported_for_a_panel_behind_another_tab(qtbot: QtBot, world: Any) -> None:
    tabs = QTabWidget()
    qtbot.addWidget(tabs)
    panel = AnomalyPanel(world.session)
    tabs.addTab(QWidget(), "in front")
    tabs.addTab(panel, "behind")
    with qtbot.waitExposed(tabs):
        tabs.show()
    panel.refresh()
    assert panel.histogram is None
    tabs.setCurrentWidget(panel)
    qtbot.waitUntil(lambda: panel.grid.count == 60, timeout=WAIT_MS)
    assert panel.histogram is not None

"""pyqtgraph is imported off the GUI thread, when a person comes near the panels that need it, and not before."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QTabBar, QWidget
from pytestqt.qtbot import QtBot

from vae_explorer.ui import plotting_loader
from vae_explorer.ui.plotting_loader import PlottingLoader
from vae_explorer.ui.session import Session
from vae_explorer.ui.widgets import brush_histogram, plotting
from vae_explorer.ui.widgets.brush_histogram import BrushHistogram
from vae_explorer.ui.widgets.plotting import PlottingLibrary
from vae_explorer.ui.window_layout import DockPlace, WindowLayout


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> PlottingLibrary:
    """A library that is not there yet, whatever other tests have imported."""
    library = PlottingLibrary()
    for module in (plotting, plotting_loader, brush_histogram):
        monkeypatch.setattr(module, "plotting_library", lambda: library)
    return library


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Of which thread each import was."""
    found: list[str] = []
    monkeypatch.setattr(
        plotting_loader, "_import", lambda _is_stale: found.append(threading.current_thread().name)
    )
    return found


@pytest.fixture
def layout(qtbot: QtBot, session: Session, library: PlottingLibrary, threads: list[str]) -> WindowLayout:
    window = QMainWindow()
    qtbot.addWidget(window)
    window.setCentralWidget(QWidget())
    layout = WindowLayout(window)
    bottom, right = Qt.DockWidgetArea.BottomDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
    layout.add(DockPlace("a", "Samples", bottom), QWidget())
    layout.add(DockPlace("b", "Anomalies", bottom, with_tab_of="a"), QWidget())
    layout.add(DockPlace("c", "Plane", right), QWidget())
    layout.add(DockPlace("d", "Selected", right, with_tab_of="c"), QWidget())
    layout.arrange()
    loader = PlottingLoader(session, layout, window)
    window.resize(800, 600)
    window.show()
    qtbot.waitUntil(lambda: len(_bars(window)) == 2)
    qtbot.wait(1)  # the layout looks for tab bars once Qt has moved everything
    assert loader.parent() is window
    return layout


def _bars(window: QWidget) -> list[QTabBar]:
    return [bar for bar in window.findChildren(QTabBar) if bar.parent() is window]


def _enter(layout: WindowLayout, title: str) -> None:
    for bar in _bars(layout._window):
        if title in [bar.tabText(k) for k in range(bar.count())]:
            at = QPointF(5.0, 5.0)
            QApplication.sendEvent(bar, QEnterEvent(at, at, at))


def test_that_nothing_is_imported_until_the_mouse_comes_to_the_tabs(
    qtbot: QtBot, layout: WindowLayout, library: PlottingLibrary, threads: list[str]
) -> None:
    _enter(layout, "Plane")
    assert not library.may_be_used
    with qtbot.waitSignal(library.arrived):
        _enter(layout, "Samples")
    assert library.may_be_used
    assert len(threads) == 1
    assert threads[0] != threading.current_thread().name
    _enter(layout, "Samples")
    assert len(threads) == 1


def test_that_a_histogram_is_drawn_once_the_library_is_there(
    qtbot: QtBot, layout: WindowLayout, library: PlottingLibrary
) -> None:
    histogram = BrushHistogram()
    qtbot.addWidget(histogram)
    values = np.linspace(0.0, 1.0, 50)
    histogram.set_values(values, "nats")
    histogram.set_marked(values[:5])
    histogram.set_range((0.2, 0.4))
    assert histogram.plot is None
    qtbot.waitUntil(lambda: histogram.plot is not None)
    assert histogram._region.isVisible()
    assert histogram._region.getRegion() == pytest.approx((0.2, 0.4))


def test_that_without_a_loader_a_histogram_is_drawn_at_once(qtbot: QtBot, library: PlottingLibrary) -> None:
    histogram = BrushHistogram()
    qtbot.addWidget(histogram)
    assert histogram.plot is not None

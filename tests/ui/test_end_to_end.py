"""The real window, real training on digits, real mouse and keys: from start to a run opened again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QProgressBar, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from vae_explorer.runs.folder import RunFolder
from vae_explorer.ui.main_window import MainWindow
from vae_explorer.ui.preferences import Preferences
from vae_explorer.ui.session import TrainingState

WAIT_MS = 60_000


@pytest.fixture
def window(qtbot: QtBot, home: Path) -> Iterator[MainWindow]:
    window = MainWindow(Preferences())
    window.resize(1280, 800)
    with qtbot.waitExposed(window):
        window.show()
    window.begin()
    yield window
    window.workspace.stop_training()
    qtbot.waitUntil(lambda: not window.workspace.is_training, timeout=WAIT_MS)
    window.close()
    window.deleteLater()


def find(window: MainWindow, name: str, kind: type = QWidget) -> QWidget:
    widget = window.findChild(kind, name)
    assert widget is not None, f"nothing is called {name}"
    return widget


def hover(widget: QWidget, at: QPoint) -> None:
    """A mouse move without a button, as a window system sends it."""
    position = QPointF(at)
    move = QMouseEvent(
        QEvent.Type.MouseMove,
        position,
        QPointF(widget.mapToGlobal(at)),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(widget, move)


def map_surface(window: MainWindow) -> QWidget:
    """What receives the mouse on the map."""
    view = find(window, "latentMap")
    at = view.childAt(view.rect().center())
    return at or view


def use_digits(window: MainWindow, qtbot: QtBot, epochs: int) -> None:
    """Choose digits with the keyboard and set the epochs."""
    selector = find(window, "dataSelector", QComboBox)
    selector.setFocus()
    with qtbot.waitSignal(
        window.workspace.data.ready, timeout=WAIT_MS, check_params_cb=lambda i, _s: len(i) == 1797
    ):
        qtbot.keyClicks(selector, "Digits")
        if selector.currentText() != "Digits":
            qtbot.keyClick(selector, Qt.Key.Key_Return)
    field = find(window, "epochsEdit")
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(field, str(epochs))
    qtbot.keyClick(field, Qt.Key.Key_Return)


def test_that_a_person_can_train_explore_pause_stop_and_come_back(window: MainWindow, qtbot: QtBot) -> None:
    session = window.session
    qtbot.waitUntil(lambda: session.explorer is not None and session.images is not None, timeout=WAIT_MS)
    shipped = session.explorer.run_name
    assert shipped == "blooms-2d"

    use_digits(window, qtbot, epochs=2_000)
    QTest.mouseClick(find(window, "trainButton", QPushButton), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: session.training_state is TrainingState.RUNNING, timeout=WAIT_MS)
    qtbot.waitUntil(
        lambda: session.explorer is not None and session.explorer.run_name != shipped, timeout=WAIT_MS
    )
    assert session.encodings is not None
    assert len(session.encodings) > 100
    bar = find(window, "progressBar", QProgressBar)
    qtbot.waitUntil(lambda: bar.value() > bar.minimum(), timeout=WAIT_MS)
    assert (
        "CPU" in find(window, "statusDevice", QLabel).text()
        or "CUDA" in find(window, "statusDevice", QLabel).text()
    )

    # The mouse over the map decodes without a click; a click puts the cursor there.
    surface = map_surface(window)
    centre = surface.rect().center()
    with qtbot.waitSignal(session.decoded_changed, timeout=WAIT_MS):
        hover(surface, centre + QPoint(60, 40))
    QTest.mouseClick(surface, Qt.MouseButton.LeftButton, pos=centre + QPoint(-50, 30))
    clicked = np.array(session.cursor)
    qtbot.keyClick(surface, Qt.Key.Key_P)
    QTest.mouseClick(surface, Qt.MouseButton.LeftButton, pos=centre + QPoint(70, -40))
    assert not np.allclose(session.cursor, clicked)
    qtbot.keyClick(surface, Qt.Key.Key_P)
    assert [pin.name for pin in session.pins] == ["A", "B"]
    np.testing.assert_allclose(session.pins[0].z, clicked)
    strip = window.panels.interpolation
    qtbot.waitUntil(lambda: len(strip.latents) >= 3, timeout=WAIT_MS)
    np.testing.assert_allclose(strip.latents[0], session.pins[0].z)
    np.testing.assert_allclose(strip.latents[-1], session.pins[1].z)

    # Pause: nothing moves, everything can be explored.
    QTest.mouseClick(find(window, "pauseButton", QPushButton), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: session.training_state is TrainingState.PAUSED, timeout=WAIT_MS)
    with qtbot.waitSignal(session.decoded_changed, timeout=WAIT_MS):
        QTest.mouseClick(surface, Qt.MouseButton.LeftButton, pos=centre)
    resume = find(window, "trainButton", QPushButton)
    assert "Resume" in resume.text()
    QTest.mouseClick(resume, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: session.training_state is TrainingState.RUNNING, timeout=WAIT_MS)

    # Stop, and the map shows every image of the small set.
    QTest.mouseClick(find(window, "stopButton", QPushButton), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: session.training_state is TrainingState.IDLE, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: len(session.encodings) == 1797, timeout=WAIT_MS)
    path = window.workspace.run.path
    qtbot.waitUntil(lambda: RunFolder.open(path).load_latents() is not None, timeout=WAIT_MS)
    assert RunFolder.open(path).info.status == "stopped"

    # Reconstructions list the images (their clicks: test_reconstruction_panel).
    panel = window.panels.reconstruction
    qtbot.waitUntil(lambda: panel.ranking.size > 0, timeout=WAIT_MS)

    # Another model, then the run again: the same codes.
    codes = np.array(session.encodings.mu)
    window.open_run(window_first_model())
    qtbot.waitUntil(
        lambda: session.explorer is not None and session.explorer.run_name == shipped, timeout=WAIT_MS
    )
    window.open_run(path)
    qtbot.waitUntil(
        lambda: session.explorer is not None and session.explorer.run_name == path.name, timeout=WAIT_MS
    )
    np.testing.assert_allclose(session.encodings.mu, codes, atol=1e-4)
    assert window.workspace.is_resumable


def window_first_model() -> Path:
    from vae_explorer.locations import models_folder

    return models_folder() / "blooms-2d"


def test_that_every_promised_name_is_there(window: MainWindow) -> None:
    assert window.objectName() == "mainWindow"
    for name in (
        "latentMap", "decodedImage", "coordinatesEdit", "trainButton", "pauseButton", "stopButton", "progressBar",
        "lossChart", "interpolationStrip", "reconstructionPanel", "samplesPanel", "traversalsPanel", "setupPanel",
        "dataSelector", "statusDevice",
    ):  # fmt: skip
        find(window, name)

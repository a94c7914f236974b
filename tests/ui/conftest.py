"""For tests of the window: the theme, and a session whose threads end."""

from __future__ import annotations

import gc
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from vae_explorer.ui.session import Session
from vae_explorer.ui.theme import theme_manager

if TYPE_CHECKING:
    from vae_explorer.ui.main_window import MainWindow

FULL_ROUND = 25  # tests between rounds of the collector that look at everything, which takes 0.1 s
WAIT_MS = 30_000
_tests = itertools.count(1)


@pytest.fixture(autouse=True)
def _garbage_waits_for_this_thread(_dark_theme: None) -> Iterator[None]:
    """As in the program: collected on a worker's thread, a widget of an earlier test crashes the process."""
    gc.disable()
    gc.collect(0)
    yield
    gc.collect(2 if next(_tests) % FULL_ROUND == 0 else 1)


@pytest.fixture(autouse=True)
def _dark_theme(qapp: object) -> None:
    # Widgets of earlier tests wait for an event loop to be deleted; until then each would be styled again.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    theme_manager().set_choice("dark")
    theme_manager().apply()


@pytest.fixture(autouse=True, scope="session")
def _clipboard_is_empty_at_the_end(qapp: object) -> Iterator[None]:
    """Without a display the clipboard is a static object of Qt's: what Python put there outlives Python and crashes it."""
    yield
    QGuiApplication.clipboard().clear()


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    """A session of its own; its threads end with the test."""
    session = Session()
    yield session
    session.shut_down()


@pytest.fixture
def tiny_mnist(tmp_path: Path) -> Path:
    """The folder of a set in the layout of MNIST, 120 bars at ten places: the place is the class."""
    root, n = tmp_path / "sets", 60
    raw = root / "MNIST" / "raw"
    raw.mkdir(parents=True)
    labels = (np.arange(n) % 10).astype(np.uint8)
    images = np.zeros((n, 28, 28), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[:, 2 * label + 2 : 2 * label + 6] = 200
    for part in ("train", "t10k"):
        header = np.array([0x00000803, n, 28, 28], dtype=">i4").tobytes()
        (raw / f"{part}-images-idx3-ubyte").write_bytes(header + images.tobytes())
        (raw / f"{part}-labels-idx1-ubyte").write_bytes(
            np.array([0x00000801, n], dtype=">i4").tobytes() + labels.tobytes()
        )
    return root


@pytest.fixture
def window(qtbot: QtBot, home: Path) -> Iterator[MainWindow]:
    """The whole window, shown, with nothing on screen yet."""
    from vae_explorer.ui.main_window import MainWindow
    from vae_explorer.ui.preferences import Preferences

    window = MainWindow(Preferences())
    window.resize(1280, 800)
    with qtbot.waitExposed(window):
        window.show()
    yield window
    window.workspace.shut_down()
    window.hide()
    window.deleteLater()


@pytest.fixture
def sweeping_window(window: MainWindow, qtbot: QtBot) -> MainWindow:
    """The window with a long sweep of β = 4 under way."""
    from vae_explorer.locations import models_folder

    session, panel = window.session, window.panels.sweep.panel
    window.open_run(models_folder() / "digits-2d")
    qtbot.waitUntil(lambda: session.explorer is not None and session.images is not None, timeout=WAIT_MS)
    panel.choices.betas.setText("4")
    panel.choices.epochs.set_value(50_000)
    panel.choices.button.click()
    qtbot.waitUntil(lambda: "epoch" in panel.status.text(), timeout=WAIT_MS)
    return window

"""A real window inside a benchmark's process: opened, trained in and moved about in as a person does."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from vae_explorer.runs.config import RunConfig

if TYPE_CHECKING:
    from vae_explorer.ui.main_window import MainWindow

__all__ = ["Wanderer", "close_window", "open_window", "pump", "pump_until", "start_training", "stop_training"]

TIMEOUT_S = 60.0
SIZE = (1440, 900)  # px
ROUND_S = 5.0  # the wandering mouse takes so long for one round of the map


def open_window(run: str | None = None) -> MainWindow:
    """The window as ``vae-explorer`` opens it, painted once; `begin` has been asked for.

    Parameters
    ----------
    run
        Folder of a run to open; None opens the shipped model.
    """
    from pathlib import Path

    from vae_explorer.cli.environment import prepare_environment

    prepare_environment()
    from vae_explorer.ui.launch import prepare_process

    prepare_process()
    from PySide6.QtWidgets import QApplication

    from vae_explorer.ui.app import make_application, make_window
    from vae_explorer.ui.preferences import load_preferences

    make_application([])
    window = make_window(load_preferences())
    window.resize(*SIZE)
    window.show()
    QApplication.processEvents()
    window.begin(Path(run) if run is not None else None)
    return window


def close_window(window: MainWindow) -> None:
    """Stop training, end the threads and delete the window."""
    from PySide6.QtCore import QCoreApplication, QEvent

    window.close_unasked()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def pump(seconds: float) -> None:
    """Let the window's event loop run, as `QApplication.exec` does, for so long."""
    from PySide6.QtCore import QEventLoop, Qt, QTimer

    loop = QEventLoop()
    end = QTimer(loop)
    end.setTimerType(Qt.TimerType.PreciseTimer)
    end.setSingleShot(True)
    end.timeout.connect(loop.quit)
    end.start(round(1000 * seconds))
    loop.exec()


def pump_until(condition: Callable[[], bool], timeout_s: float = TIMEOUT_S) -> None:
    """Let the event loop run until `condition` holds, asked every 20 ms.

    Raises
    ------
    TimeoutError
        If it does not.
    """
    end = time.perf_counter() + timeout_s
    while not condition():
        if time.perf_counter() > end:
            raise TimeoutError(f"the window did not get there within {timeout_s:g} s")
        pump(0.02)


def start_training(window: MainWindow, config: RunConfig) -> None:
    """Press Train with these settings."""
    window.workspace.start_training(config)


def stop_training(window: MainWindow) -> None:
    """Press Stop and wait until the weights are saved."""
    window.workspace.stop_training()
    pump_until(lambda: not window.workspace.is_training)


class Wanderer:
    """A mouse that wanders over the middle of the map: real mouse events, `hertz` a second.

    Its way is a Lissajous figure, so that it neither rests nor leaves the view.
    """

    def __init__(self, window: MainWindow, hertz: float = 60.0) -> None:
        from PySide6.QtCore import QObject, Qt, QTimer

        self._view = window.panels.map.view
        self._owner = QObject()
        self._timer = QTimer(self._owner)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(round(1000 / hertz))
        self._timer.timeout.connect(self.move)
        self._begun = time.perf_counter()
        self.moves = 0

    def start(self) -> None:
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def move(self) -> None:
        """Send one mouse move to the map."""
        from PySide6.QtCore import QEvent, QPointF, Qt
        from PySide6.QtGui import QMouseEvent
        from PySide6.QtWidgets import QApplication

        surface = self._view
        turn = 2.0 * math.pi * (time.perf_counter() - self._begun) / ROUND_S
        x = surface.width() * (0.5 + 0.3 * math.sin(3.0 * turn))
        y = surface.height() * (0.5 + 0.3 * math.sin(2.0 * turn + 0.5))
        at = QPointF(x, y)
        none = Qt.MouseButton.NoButton
        event = QMouseEvent(
            QEvent.Type.MouseMove, at, surface.mapToGlobal(at), none, none, Qt.KeyboardModifier.NoModifier
        )
        self.moves += 1
        QApplication.sendEvent(surface, event)

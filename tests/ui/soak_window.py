"""Fifteen seconds of the real window: a label at 200 Hz, the cursor on the move; run by test_soak in a process."""

from __future__ import annotations

import math
import sys

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QLabel

from vae_explorer.ui.app import make_application
from vae_explorer.ui.main_window import MainWindow
from vae_explorer.ui.preferences import Preferences
from vae_explorer.ui.theme import theme_manager

SOAK_MS = 15_000
TICK_MS = 5


class Soak(QObject):
    """Keeps the window busy, then closes it."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__()
        self._window = window
        self._label = QLabel(window)
        self._label.show()
        self._ticks = 0
        self.decoded = 0
        window.session.decoded_changed.connect(self._on_decoded_changed)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._on_timer_timeout)
        self._timer.start(TICK_MS)
        QTimer.singleShot(SOAK_MS, window.close)

    @Slot()
    def _on_timer_timeout(self) -> None:
        self._ticks += 1
        self._label.setText(f"{self._ticks} ticks")
        turn = self._ticks / 50
        self._window.session.set_cursor([2 * math.cos(turn), 2 * math.sin(turn)])

    @Slot(object)
    def _on_decoded_changed(self, image: object) -> None:
        self.decoded += image is not None


def main() -> int:
    app = make_application(sys.argv[:1])
    theme_manager().apply()
    window = MainWindow(Preferences())
    window.show()
    window.begin()
    soak = Soak(window)
    code = app.exec()
    print(f"decoded {soak.decoded}")
    return code if soak.decoded > 100 else 1


if __name__ == "__main__":
    sys.exit(main())

"""``after_first_picture``: what can wait until the person sees the window."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer, Slot
from PySide6.QtGui import QWindow
from PySide6.QtWidgets import QWidget

__all__ = ["after_first_picture"]

LONGEST_MS = 1_000  # a window that starts minimised or behind a screen lock is not painted


def after_first_picture(widget: QWidget, action: Callable[[], None], longest_ms: int = LONGEST_MS) -> None:
    """Call `action` once, from the event loop, when the shown top-level `widget` has been painted.

    Parameters
    ----------
    longest_ms
        After so long `action` is called in any case.
    """
    handle = widget.windowHandle()
    assert handle is not None, "show the widget first"
    _FirstPicture(handle, action, longest_ms)


class _FirstPicture(QObject):
    """Lives on `window` until its action is done."""

    def __init__(self, window: QWindow, action: Callable[[], None], longest_ms: int) -> None:
        super().__init__(window)
        self._window = window
        self._action = action
        self._timer = QTimer(self, singleShot=True, interval=longest_ms)
        self._timer.timeout.connect(self._on_timer_timeout)
        self._timer.start()
        if window.isExposed():
            self._timer.start(0)
        else:
            window.installEventFilter(self)

    @Slot()
    def _on_timer_timeout(self) -> None:
        self._window.removeEventFilter(self)
        self._action()
        self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Expose and self._window.isExposed():
            self._timer.start(0)  # Qt paints in this event, after its filters
        return False

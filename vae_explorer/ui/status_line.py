"""The status bar: state, device, points, what undo would undo, where the commands are."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QLabel, QMainWindow, QStatusBar

from vae_explorer.latent.encodings import Encodings
from vae_explorer.ui.session import Session, TrainingState

__all__ = ["StatusLine"]

_STATES = {
    TrainingState.IDLE: "Ready",
    TrainingState.LOADING: "Reading pictures",
    TrainingState.RUNNING: "Training",
    TrainingState.PAUSED: "Paused",
    TrainingState.STOPPING: "Stopping",
}
NOTICE_MS = 6_000


class StatusLine:
    """Fills the status bar of `window` from `session`."""

    def __init__(self, window: QMainWindow, session: Session) -> None:
        self._session = session
        bar = QStatusBar(window)
        bar.setSizeGripEnabled(False)
        window.setStatusBar(bar)
        self._bar = bar
        self._state = _label("statusState", "What the program is doing")
        self._device = _label("statusDevice", "Where the model computes, with how many threads")
        self._points = _label("statusPoints", "Images on the map")
        self._undo = _label("statusUndo", "What Ctrl+Z takes back")
        keys = _label("statusCommands", "Every command, by typing a part of its name")
        keys.setText("Ctrl+K  commands")
        for label in (self._state, self._device, self._points):
            bar.addWidget(label)
        for label in (self._undo, keys):
            bar.addPermanentWidget(label)

    def show_state(self, state: TrainingState) -> None:
        self._state.setText(f"●  {_STATES[state]}")
        self._state.setProperty("state", state.name.lower())
        self._state.style().unpolish(self._state)
        self._state.style().polish(self._state)

    def show_device(self, label: str) -> None:
        self._device.setText(label)

    def show_points(self, encodings: Encodings | None) -> None:
        n = 0 if encodings is None else len(encodings)
        self._points.setText(f"{n:,} points" if n else "")

    def show_undo(self, text: str) -> None:
        self._undo.setText(f"Undo: {text}" if text else "")

    @Slot(str)
    def show_notice(self, text: str) -> None:
        self._bar.showMessage(text, NOTICE_MS)


def _label(name: str, tooltip: str) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setToolTip(tooltip)
    label.setProperty("role", "muted")
    label.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
    return label

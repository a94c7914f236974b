"""Start, pause, stop, and how far training is."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from vae_explorer.ui.icons import icon
from vae_explorer.ui.panels.explanations import EXPLANATIONS
from vae_explorer.ui.panels.time_words import duration
from vae_explorer.ui.session import TrainingState
from vae_explorer.ui.theme import SPACE_S, SPACE_XS
from vae_explorer.ui.widgets.card import restyle
from vae_explorer.ui.widgets.eliding_label import ElidingLabel

__all__ = ["TrainingControls"]


class TrainingControls(QWidget):
    """Buttons that suit the state, a progress bar, and a line of numbers.

    Signals
    -------
    main_pressed
        Train, Resume or Continue training: what the primary button says.
    new_run_pressed
        Train afresh although the run could be continued.
    pause_pressed, stop_pressed
    """

    main_pressed = Signal()
    new_run_pressed = Signal()
    pause_pressed = Signal()
    stop_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = TrainingState.IDLE
        self._may_continue = False
        self._block = ""
        self.train_button = self._button("trainButton", "Train", "train", "play", "on_accent")
        self.train_button.setProperty("variant", "primary")
        self.new_button = self._button("newRunButton", "New run", "new_run", "plus")
        self.pause_button = self._button("pauseButton", "Pause", "pause", "pause")
        self.stop_button = self._button("stopButton", "Stop", "stop", "stop")
        self.train_button.clicked.connect(self.main_pressed)
        self.new_button.clicked.connect(self.new_run_pressed)
        self.pause_button.clicked.connect(self.pause_pressed)
        self.stop_button.clicked.connect(self.stop_pressed)
        self.bar = QProgressBar()
        self.bar.setObjectName("progressBar")
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setProperty("slim", "true")
        self.bar.setAccessibleName("Training progress")
        self.bar.setToolTip("Share of all epochs that is done")
        self.bar.setWhatsThis(
            "How much of the training is done. It counts the steps of all epochs, not time."
        )
        self._epoch = QLabel()
        self._epoch.setProperty("role", "caption")
        self._speed = ElidingLabel()
        self._speed.setProperty("role", "caption")
        self._note = QLabel()
        self._note.setProperty("role", "caption")
        self._note.setWordWrap(True)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_S)
        for button in (self.train_button, self.pause_button, self.stop_button):
            buttons.addWidget(button, 1)
        numbers = QHBoxLayout()
        numbers.setSpacing(SPACE_S)
        numbers.addWidget(self._epoch)
        numbers.addWidget(self._speed, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE_XS, 0, 0)
        column.setSpacing(SPACE_S)
        column.addLayout(buttons)
        column.addWidget(self.new_button)
        column.addWidget(self.bar)
        column.addLayout(numbers)
        column.addWidget(self._note)
        self._update()

    @property
    def words(self) -> str:
        """The line of numbers, for tests and the status bar."""
        return f"{self._epoch.text()} · {self._speed.toolTip()}".strip(" ·")

    def set_state(self, state: TrainingState) -> None:
        self._state = state
        self._update()

    def set_may_continue(self, may: bool, note: str = "") -> None:
        """Whether the primary button continues the run on screen; `note` says why not, where that helps."""
        self._may_continue = may
        self._note.setText(note)
        self._note.setVisible(bool(note))
        self._update()

    def set_block(self, why: str) -> None:
        """Why training cannot start; empty if it can."""
        if why != self._block:
            self._block = why
            self._update()

    def show_progress(self, fraction: float, epoch: int, epochs: int) -> None:
        """Where a run stands: `epoch` of `epochs` are done, `fraction` of all steps."""
        self.bar.setValue(round(1000 * fraction))
        for widget in (self.bar, self._epoch, self._speed):
            widget.show()
        self._epoch.setText(f"Epoch {min(epoch, epochs):,}/{epochs:,}")

    def show_speed(self, images_per_s: float, remaining_s: float) -> None:
        speed = f"{images_per_s:,.0f} img/s" if images_per_s >= 10 else f"{images_per_s:.1f} img/s"
        self._show_speed(f"{speed} · {duration(remaining_s)} left")

    def show_words(self, words: str, state: str = "") -> None:
        """A few words in the place of the speed: "done", "stopped"; `state` tints the bar."""
        self._show_speed(words)
        self.bar.setProperty("state", state)
        restyle(self.bar)

    def clear_progress(self) -> None:
        self.bar.setValue(0)
        self._epoch.setText("")
        self.show_words("")
        for widget in (self.bar, self._epoch, self._speed):
            widget.hide()

    def _show_speed(self, text: str) -> None:
        self._speed.setText(text)
        self._speed.setToolTip(text)

    @Slot()
    def _update(self) -> None:
        state = self._state
        idle = state is TrainingState.IDLE
        paused = state is TrainingState.PAUSED
        continues = idle and self._may_continue
        self.train_button.setVisible(idle or paused or state is TrainingState.LOADING)
        text = "Resume" if paused else "Continue training" if continues else "Train"
        self.train_button.setText(text)
        self.train_button.setIcon(icon("resume" if paused or continues else "play", "on_accent"))
        loading = state is TrainingState.LOADING
        why = "Pictures are being read." if loading else "" if paused else self._block
        self.train_button.setEnabled(not why)
        tooltips = {"Resume": "Go on where training was paused", "Train": EXPLANATIONS["train"].tooltip}
        tooltip = tooltips.get(text, "Train this run on from where it stopped")
        self.train_button.setToolTip(why or f"{tooltip} (Ctrl+{'P' if paused else 'T'})")
        self.new_button.setVisible(continues)
        self.new_button.setEnabled(not self._block)
        self.pause_button.setVisible(state in (TrainingState.RUNNING, TrainingState.STOPPING))
        self.pause_button.setEnabled(state is TrainingState.RUNNING)
        self.stop_button.setVisible(state.is_active)
        self.stop_button.setEnabled(state is not TrainingState.STOPPING)
        self.stop_button.setText(
            "Stopping…" if state is TrainingState.STOPPING else "Cancel" if loading else "Stop"
        )
        if paused or state is TrainingState.RUNNING:
            self.bar.setProperty("state", "paused" if paused else "")
            restyle(self.bar)
        if paused:
            self._show_speed("paused")

    def _button(self, name: str, text: str, key: str, sign: str, tint: str = "text") -> QPushButton:
        button = QPushButton(icon(sign, tint), text)
        button.setObjectName(name)
        button.setToolTip(EXPLANATIONS[key].tooltip)
        button.setWhatsThis(EXPLANATIONS[key].whats_this)
        return button

"""``SweepChoices``: which β, how many epochs each, and the button that starts, goes on or stops."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QLineEdit, QPushButton

from vae_explorer.errors import ConfigError
from vae_explorer.runs.betas import parse_betas
from vae_explorer.runs.sweep_file import Sweep
from vae_explorer.ui.icons import icon
from vae_explorer.ui.panels.controls import set_help
from vae_explorer.ui.widgets.card import restyle
from vae_explorer.ui.widgets.number_field import NumberField, NumberRange

__all__ = ["BETAS", "SweepChoices"]

BETAS = (0.25, 0.5, 1.0, 2.0, 4.0)  # two doublings to both sides of the VAE's own
_BETAS_WIDTH_PX, _EPOCHS_WIDTH_PX = 168, 64


class SweepChoices(QObject):
    """Holds three controls, which stand in the panel's header, and what they mean together.

    Signals
    -------
    start_requested
    stop_requested
    changed
        `problem` or `reason` may say something else.
    """

    start_requested = Signal()
    stop_requested = Signal()
    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reason = ""
        self._stored: Sweep | None = None
        self._is_running = self._is_stopping = False
        self.betas = QLineEdit(", ".join(f"{beta:g}" for beta in BETAS))
        self.betas.setAccessibleName("Weights β of KL, one run each")
        self.betas.setFixedWidth(_BETAS_WIDTH_PX)
        set_help(
            self.betas,
            "Weights of KL, one run each: numbers from 0 to 1000, separated by commas",
            "A model is trained for each β with the settings of this run. A small β buys sharp reconstructions with many "
            "nats of code; a large one keeps the code close to the prior and pays with blur.",
        )
        self.epochs = NumberField("Epochs", NumberRange(1, 100_000, whole=True), 20)
        self.epochs.setFixedWidth(_EPOCHS_WIDTH_PX)
        set_help(
            self.epochs,
            "How many epochs each β is trained",
            "As many as this run had, unless you choose otherwise. Another number of epochs is another curve; the one "
            "of before is kept, and comes back with its number of epochs.",
        )
        self.button = QPushButton()
        self.button.setObjectName("sweepButton")
        self.button.setWhatsThis(
            "Trains one run after another in the background, measures each on the same images and draws it as a point. "
            "Stop keeps what is done, also within a run; the sweep goes on from there whenever you want."
        )
        self.button.clicked.connect(self._on_button_clicked)
        self.betas.textChanged.connect(self._on_text_changed)
        self.betas.returnPressed.connect(self._on_return_pressed)
        self.epochs.textChanged.connect(self._on_text_changed)
        self.epochs.returnPressed.connect(self._on_return_pressed)
        self._update()

    # --- what is there -------------------------------------------------------------------------

    @property
    def problem(self) -> str:
        """What is wrong with the fields, in a sentence; empty if nothing is."""
        try:
            parse_betas(self.betas.text())
        except ConfigError as error:
            return str(error)
        return self.epochs.problem

    @property
    def reason(self) -> str:
        """Why nothing can be started though the fields are right; empty if it can."""
        if self._reason or self.problem or self._is_running:
            return self._reason
        if self._is_same_curve and not self._to_do:
            return "Each of these β is done: add others, or choose another number of epochs."
        return ""

    @property
    def wanted(self) -> tuple[float, ...]:
        """Each β, ascending; empty while the text is wrong."""
        try:
            return parse_betas(self.betas.text())
        except ConfigError:
            return ()

    @property
    def can_start(self) -> bool:
        return not (self._is_running or self.problem or self.reason)

    # --- commands ------------------------------------------------------------------------------

    def set_stored(self, sweep: Sweep | None) -> None:
        """The curve on show, which pressing the button would add to."""
        self._stored = sweep
        self._update()

    def set_wish(self, betas: Sequence[float], epochs: int) -> None:
        """Show what was asked for before."""
        if betas:
            self.betas.setText(", ".join(f"{beta:g}" for beta in betas))
        self.epochs.set_value(epochs)

    def set_reason(self, reason: str) -> None:
        """Why nothing can be trained now, in a sentence; empty if it can."""
        self._reason = reason
        self._update()

    def set_running(self, *, running: bool, stopping: bool) -> None:
        """The button starts, stops, or waits for the stop."""
        self._is_running, self._is_stopping = running, stopping
        self._update()

    # --- private -------------------------------------------------------------------------------

    @property
    def _is_same_curve(self) -> bool:
        sweep = self._stored
        return (
            sweep is not None and bool(sweep.points or sweep.betas) and sweep.epochs == self.epochs.int_value
        )

    @property
    def _to_do(self) -> tuple[float, ...]:
        done = (
            {point.beta for point in self._stored.points} if self._stored and self._is_same_curve else set()
        )
        return tuple(beta for beta in self.wanted if beta not in done)

    @Slot()
    def _on_text_changed(self) -> None:
        self._update()

    @Slot()
    def _on_return_pressed(self) -> None:
        if self.can_start:
            self.button.click()

    @Slot()
    def _on_button_clicked(self) -> None:
        if self._is_running:
            self.stop_requested.emit()
        elif self.can_start:
            self.start_requested.emit()

    def _update(self) -> None:
        problem, button = self.problem, self.button
        self.betas.setProperty("invalid", "true" if problem and not self.wanted else "false")
        restyle(self.betas)
        self.betas.setEnabled(not self._is_running)
        self.epochs.setEnabled(not self._is_running)
        if self._is_running:
            button.setText("Stopping …" if self._is_stopping else "Stop")
            button.setIcon(icon("stop", "bad"))
            button.setEnabled(not self._is_stopping)
            button.setToolTip("Stop after the step under way; the sweep can go on from there")
        else:
            goes_on, tint = (
                self._is_same_curve and bool(self._to_do),
                "on_accent" if self.can_start else "text",
            )
            button.setText("Continue sweep" if goes_on else "Start sweep")
            button.setIcon(icon("resume" if goes_on else "play", tint))
            button.setEnabled(self.can_start)
            button.setToolTip(problem or self.reason or self._promise())
        variant = "danger" if self._is_running else "primary"
        if button.property("variant") != variant:
            button.setProperty("variant", variant)
            restyle(button)
        self.changed.emit()

    def _promise(self) -> str:
        n, epochs = len(self._to_do), self.epochs.int_value
        return f"Train {n} run{'s' if n != 1 else ''} of {epochs:,} epoch{'s' if epochs != 1 else ''} in the background"

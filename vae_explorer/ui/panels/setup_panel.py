"""``SetupPanel``: the left rail, from pictures to a training under way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, QTimer, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from vae_explorer.data.events import LoadProgressed, MissingDataSet
from vae_explorer.data.image_set import ImageSet
from vae_explorer.data.spec import DataSpec
from vae_explorer.runs.config import RunConfig
from vae_explorer.runs.history import History
from vae_explorer.runs.presets import find_preset, preset_of
from vae_explorer.ui.panels.data_card import DataCard
from vae_explorer.ui.panels.live_settings import LiveSettings
from vae_explorer.ui.panels.loss_section import LossSection
from vae_explorer.ui.panels.run_settings import is_same_run
from vae_explorer.ui.panels.setup_model import ModelSettings
from vae_explorer.ui.panels.setup_training import TrainingSettings
from vae_explorer.ui.panels.suggestion_line import SuggestionLine
from vae_explorer.ui.panels.training_controls import TrainingControls
from vae_explorer.ui.panels.training_progress import TrainingProgress
from vae_explorer.ui.session import Session, TrainingState
from vae_explorer.ui.widgets.rail import Rail

if TYPE_CHECKING:
    from vae_explorer.training.events import TrainingEvent

__all__ = ["SetupPanel"]

_INVALID = "Mend the settings marked in red first."
_FIXED = "Fixed while training; stop to change it."


class SetupPanel(QWidget):
    """Data, model, training and loss in a column that scrolls; the buttons stay in reach under it.

    Emits what the person wants, shows what happens.

    Signals
    -------
    train_requested
        `RunConfig` of a new run.
    continue_requested
        The run on screen is to be trained on.
    pause_requested, resume_requested, stop_requested
    beta_changed, learning_rate_changed
        New values while training runs or is paused.
    data_requested
        `DataSpec` of a known set.
    folder_requested, array_requested
        The person wants to choose a folder or an array file.
    loading_cancel_requested
    download_requested, data_root_requested
        The missing pictures of the model on screen are to be downloaded, or lie elsewhere.
    """

    train_requested = Signal(object)
    continue_requested = Signal()
    pause_requested = Signal()
    resume_requested = Signal()
    stop_requested = Signal()
    beta_changed = Signal(float)
    learning_rate_changed = Signal(float)
    data_requested = Signal(object)
    folder_requested = Signal()
    array_requested = Signal()
    loading_cancel_requested = Signal()
    download_requested = Signal()
    data_root_requested = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("setupPanel")
        self.setAccessibleName("Setup")
        self._state = TrainingState.IDLE
        self._resumable = False
        self._is_changing = False
        self._run_config: RunConfig | None = None  # of the run on screen
        self.data = DataCard()
        self.model = ModelSettings()
        self.training = TrainingSettings()
        self.controls = TrainingControls()
        self.loss = LossSection()
        self.chart = self.loss.chart
        self.suggestion = SuggestionLine()
        self._live = LiveSettings(self.model, self.training, self)
        self._progress = TrainingProgress(self.controls, self.loss, self)
        self.rail = Rail((self.data, self.suggestion, self.model, self.training, self.loss), self.controls)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.rail)
        self._connect()
        self.loss.set_label(session.recon_label)
        session.recon_label_changed.connect(self.loss.set_label)
        self._session = session
        for changed in (session.recon_label_changed, session.explorer_changed):
            changed.connect(self._on_session_bits_changed)
        self._on_session_bits_changed()
        self.chart.terms_changed.connect(self._on_chart_terms_changed)
        self.set_training_state(session.training_state)
        self.set_history(session.history)

    # --- what is set ---------------------------------------------------------------------------

    def config(self) -> RunConfig | None:
        """What a new run would be made from; None while something is invalid."""
        if not (self.model.is_valid and self.training.is_valid):
            return None
        return self._settings()

    def _settings(self) -> RunConfig:
        """Every field's last valid value."""
        return RunConfig.model_validate(
            {
                "data": self.data.spec,
                "model": self.model.model(),
                "objective": self.model.objective_config(),
                **self.training.values(),
            }
        )

    def set_config(self, config: RunConfig) -> None:
        """Show the settings of the run on screen."""
        self._run_config = config
        with self._changing():
            if self.data.spec != config.data:
                self.data.set_data(None, config.data)
            self._fill(config)
            self._live.set_run(config)
            self._live.show_in_force()
            self.suggestion.settings_shown(self._settings())
            self._progress.set_epochs(config.epochs)

    def set_data(self, images: ImageSet | None, spec: DataSpec) -> None:
        """Show the pictures of the next training; other data than before bring settings that suit them."""
        with self._changing():
            self.data.set_data(images, spec)
            if images is not None and self._state is TrainingState.IDLE:
                suggested = self.suggestion.suggested(self._settings(), images)
                if suggested is not None:
                    self._fill(suggested)

    @Slot(str)
    def _on_model_preset_chosen(self, name: str) -> None:
        with self._changing():
            self._fill(find_preset(name).applied_to(self._settings()))

    def _fill(self, config: RunConfig) -> None:
        self.model.set_configs(config.model, config.objective)
        self.training.set_config(config)

    def set_devices(self, devices: list[tuple[str, str]]) -> None:
        """Offer (name, label) of what is on this machine, best first."""
        self.training.set_devices(devices)
        if self._run_config is not None:
            self.training.device.set_value(self._run_config.device)

    def set_resumable(self, resumable: bool) -> None:
        """Whether the run on screen holds the state to continue from."""
        self._resumable = resumable
        self._update_controls()

    # --- what happens --------------------------------------------------------------------------

    def set_training_state(self, state: TrainingState) -> None:
        """Enable what makes sense now."""
        self._state = state
        fixed = state in (TrainingState.RUNNING, TrainingState.PAUSED, TrainingState.STOPPING)
        why = _FIXED if fixed else ""
        self.data.set_editable(not fixed, why)
        self.model.set_editable(not fixed, why)
        self.training.set_editable(not fixed, why)
        stopping = state is TrainingState.STOPPING
        self.model.beta.setEnabled(not stopping)
        self.training.learning_rate.setEnabled(not stopping)
        self.controls.set_state(state)
        self._live.set_state(state)
        self._progress.set_state(state)
        self._update_controls()

    @Slot(object)
    def on_training_event(self, event: TrainingEvent) -> None:
        """Follow a training: progress, live losses, its end."""
        from vae_explorer.training import events

        self._progress.follow(event)
        if isinstance(event, events.Started):
            self._run_config = event.config
            self.rail.bring_into_view(self.loss)
            self._live.set_run(event.config)
            self._live.tell_changes_of_a_pause(event.step)

    @Slot(object)
    def set_history(self, history: History) -> None:
        """Show the finished epochs of the run on screen."""
        self._live.set_marks(history.marks)
        self._progress.show_history(history)
        self._update_controls()

    @Slot(object)
    def set_loading(self, progress: LoadProgressed | None) -> None:
        """Show how far reading pictures is; None when nothing loads."""
        self.data.set_loading(progress)

    @Slot(str)
    def data_error(self, sentence: str) -> None:
        """Why the chosen data could not be used."""
        self.data.show_problem(sentence)

    @Slot(str, object)
    def pictures_missing(self, sentence: str, missing: MissingDataSet | None) -> None:
        """The model on screen is without its pictures; `missing` if they can be downloaded."""
        if missing is None:
            self.data.show_problem(sentence)
        else:
            self.data.show_missing(sentence, missing)

    # --- slots ---------------------------------------------------------------------------------

    @Slot()
    def _on_chart_terms_changed(self) -> None:
        if self._state is TrainingState.RUNNING and self.chart.term_names:
            QTimer.singleShot(0, self, self._show_losses)  # once the layout has made room for their buttons

    @Slot()
    def _show_losses(self) -> None:
        self.rail.bring_into_view(self.loss)

    @Slot()
    def _on_session_bits_changed(self) -> None:
        self.loss.set_bits(self._session.to_bits)

    @Slot()
    def _on_controls_main_pressed(self) -> None:
        if self._state is TrainingState.PAUSED:
            self.resume_requested.emit()
        elif self._may_continue(self.config()):
            self.continue_requested.emit()
        else:
            self._on_controls_new_run_pressed()

    @Slot()
    def _on_controls_new_run_pressed(self) -> None:
        config = self.config()
        if config is not None and self._state is TrainingState.IDLE:
            self.train_requested.emit(config)

    @Slot()
    def _on_suggestion_previous_wanted(self) -> None:
        with self._changing():
            self._fill(self.suggestion.previous(self._settings()))

    @Slot()
    def _on_settings_changed(self) -> None:
        self._update_controls()

    # --- private -------------------------------------------------------------------------------

    def _connect(self) -> None:
        self.data.source_requested.connect(self.data_requested)
        self.data.folder_requested.connect(self.folder_requested)
        self.data.array_requested.connect(self.array_requested)
        self.data.cancel_requested.connect(self.loading_cancel_requested)
        self.data.download_requested.connect(self.download_requested)
        self.data.data_root_requested.connect(self.data_root_requested)
        self.suggestion.previous_wanted.connect(self._on_suggestion_previous_wanted)
        self.model.changed.connect(self._on_settings_changed)
        self.training.changed.connect(self._on_settings_changed)
        self.model.preset_chosen.connect(self._on_model_preset_chosen)
        self._live.beta_changed.connect(self.beta_changed)
        self._live.learning_rate_changed.connect(self.learning_rate_changed)
        self.controls.main_pressed.connect(self._on_controls_main_pressed)
        self.controls.new_run_pressed.connect(self._on_controls_new_run_pressed)
        self.controls.pause_pressed.connect(self.pause_requested)
        self.controls.stop_pressed.connect(self.stop_requested)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Inside, fields change without a look at all of them for each; one follows at the end."""
        self._is_changing = True
        try:
            yield
        finally:
            self._is_changing = False
        self._update_controls()

    def _may_continue(self, config: RunConfig | None) -> bool:
        """The settings on screen are the run's, with epochs left to do."""
        return self._continues_run(config) and self.training.epochs.int_value > self._progress.epochs_done

    def _continues_run(self, config: RunConfig | None) -> bool:
        run = self._run_config
        return self._resumable and config is not None and run is not None and is_same_run(config, run)

    def _update_controls(self) -> None:
        if self._is_changing:
            return
        config = self.config()
        preset = None if config is None else preset_of(config)
        self.model.show_preset("" if preset is None else preset.name)
        self.controls.set_block("" if config is not None else _INVALID)
        may_continue = self._may_continue(config)
        note = "" if config is not None or self._state is not TrainingState.IDLE else _INVALID
        if self._state is TrainingState.IDLE and self._continues_run(config) and not may_continue:
            n = self._progress.epochs_done
            done = "The only epoch is done." if n == 1 else f"All {n:,} epochs are done."
            note = f"{done} Raise the number of epochs to continue this run."
        self.controls.set_may_continue(may_continue, note)

    def sizeHint(self) -> QSize:
        return QSize(272, 640)

    def minimumSizeHint(self) -> QSize:
        return QSize(256, 160)

"""``SweepPanel``: trains the settings of the run on screen with several β and draws distortion over rate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QWidget

from vae_explorer.ui.panels.controls import header, labelled
from vae_explorer.ui.panels.empty_state import EmptyState, FilledPanel
from vae_explorer.ui.panels.export_line import ExportLine, ask_export_path
from vae_explorer.ui.panels.sweep_buttons import SweepButtons
from vae_explorer.ui.panels.sweep_choices import SweepChoices
from vae_explorer.ui.panels.sweep_export import FILTERS, save_curve
from vae_explorer.ui.panels.sweep_lines import SweepLines
from vae_explorer.ui.panels.sweep_results import SweepResults
from vae_explorer.ui.panels.sweep_rows import SweepRow, rows_of
from vae_explorer.ui.panels.sweep_words import (
    missing_words,
    progress_words,
    reason_words,
    stale_words,
    summary,
)
from vae_explorer.ui.session import Session, TrainingState
from vae_explorer.ui.sweep_desk import SweepDesk, stored_sweep
from vae_explorer.ui.sweep_work import StoredSweep, SweepAdvanced, SweepWish
from vae_explorer.ui.threads.ending_runner import Ending
from vae_explorer.ui.widgets.plotting import plotting_library

if TYPE_CHECKING:
    from vae_explorer.runs.folder import RunFolder

__all__ = ["SweepPanel"]


class SweepPanel(FilledPanel):
    """Choices, progress, and below them the curve beside its table.

    A sweep goes on whatever comes on screen; while it does, the panel shows it. Otherwise the curve is that of the
    settings of the run on screen, with this run marked on it.

    Signals
    -------
    room_wanted
        A curve is about to appear: a low dock should give it some height.
    run_chosen
        ``Path`` of a run of the sweep that is to come on screen.
    """

    room_wanted = Signal()
    run_chosen = Signal(object)

    def __init__(
        self, session: Session, desk: SweepDesk | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("sweepPanel")
        self._session = session
        self._run: RunFolder | None = None
        self._stored: StoredSweep | None = None
        self._trouble = ""  # of the sweep, in a sentence
        self._compared: object = None  # what was measured for comparison last: a failure is not repeated
        self._wants_room = True
        self.desk = SweepDesk(parent=self) if desk is None else desk
        self.choices = SweepChoices(self)
        self.results = SweepResults()
        self.lines = SweepLines()
        self.bar, self.status, self.error = self.lines.bar, self.lines.status, self.lines.error
        self.reason, self.stale = self.lines.reason, self.lines.stale
        self.export_line = ExportLine(session, "sweep")
        self.buttons = SweepButtons(self.export, self)
        self.open_button, self.export_button = self.buttons.open_button, self.buttons.export_button
        self._lay_out()
        self._connect()
        self._show_rows(())
        self._update()

    def _lay_out(self) -> None:
        self._head = header(
            labelled("β", self.choices.betas),
            labelled("Epochs each", self.choices.epochs),
            self.choices.button,
            self.open_button,
            self.export_button,
            message=self.export_line,
        )
        self._hint = EmptyState()
        self._hint.set_words(
            "No curve yet",
            "Each β trains a model with the settings of this run, one after another. The curve shows how many nats of KL "
            "buy how good a reconstruction.",
        )
        column = self.column
        column.addWidget(self._head)
        column.addWidget(self.lines)
        column.addWidget(self.results, 1)
        column.addWidget(self._hint, 1)

    def _connect(self) -> None:
        session, desk = self._session, self.desk
        session.model_replaced.connect(self._on_session_changed)
        session.images_changed.connect(self._on_session_changed)
        session.explorer_changed.connect(self._on_session_explorer_changed)
        session.training_state_changed.connect(self._on_session_training_state_changed)
        session.ending.connect(desk.shut_down)
        self.choices.start_requested.connect(self._on_choices_start_requested)
        self.choices.stop_requested.connect(self._on_choices_stop_requested)
        self.choices.changed.connect(self._on_choices_changed)
        self.choices.epochs.value_changed.connect(self._on_epochs_value_changed)
        self.results.chosen.connect(self._on_results_chosen)
        self.results.opened.connect(self._open)
        self.open_button.clicked.connect(self._on_open_button_clicked)
        desk.started.connect(self._on_desk_started)
        desk.advanced.connect(self._on_desk_advanced)
        desk.grown.connect(self._on_desk_grown)
        desk.troubled.connect(self._show_trouble)
        desk.failed.connect(self._show_trouble)
        desk.ended.connect(self._on_desk_ended)
        plotting_library().arrived.connect(self._on_seen)

    # --- what is there -------------------------------------------------------------------------

    @property
    def stored(self) -> StoredSweep | None:
        """The sweep on show."""
        return self._stored

    @Slot(object)
    def set_run(self, run: RunFolder) -> None:
        """The run on screen; its last sweep is looked for."""
        self._run = run
        if not self.desk.is_running:
            self._show_trouble("")
            if self._stored is not None and self._stored.folder != run.path.parent:
                self._stored = None
        self._find(fills=True)
        self._update()

    def export(self, suffix: str) -> None:
        """Ask where, then write the curve as ``.png``, ``.csv``, ``.json`` or ``.html``."""
        stored, picture = self._stored, self.results.picture()
        if stored is None or picture is None or not stored.sweep.points or self.export_line.is_busy:
            return
        name = f"{stored.sweep.base or 'sweep'}-rate-distortion{suffix}"
        path = ask_export_path(self, "Export the curve", name, FILTERS[suffix])
        if path is not None:
            whole = path if path.suffix else path.with_suffix(suffix)
            self.export_line.start(
                whole, lambda target: save_curve(Path(target), stored.sweep, picture, suffix)
            )

    # --- slots ---------------------------------------------------------------------------------

    @Slot()
    def _on_choices_start_requested(self) -> None:
        run, images = self._run, self._session.images
        if run is not None and images is not None and not self._reason():
            self.desk.start(SweepWish(run, images, self.choices.wanted, self.choices.epochs.int_value))

    @Slot()
    def _on_choices_stop_requested(self) -> None:
        self.desk.stop()
        self.status.setText("Stopping after the step under way …")
        self._update()

    @Slot()
    def _on_choices_changed(self) -> None:
        self.error.show_sentence(self.choices.problem or self._trouble)
        self.lines.show_reason(self.choices.reason)

    @Slot(float)
    def _on_epochs_value_changed(self, _value: float) -> None:
        """Show the sweep with so many epochs, if there is one: pressing the button would go on with it."""
        run, epochs = self._run, self.choices.epochs.int_value
        if run is None or self.desk.is_running:
            return

        def take(stored: StoredSweep | None) -> None:
            if stored is not None and self._run is run and not self.desk.is_running:
                self._show_stored(stored)

        self._session.slow.request("sweep", lambda _is_stale: stored_sweep(run, epochs), take, priority=15)

    def _show_stored(self, stored: StoredSweep | None) -> None:
        self._stored = stored
        self.choices.set_stored(None if stored is None else stored.sweep)
        self._update()

    @Slot(str)
    def _show_trouble(self, sentence: str) -> None:
        self._trouble = sentence
        self._on_choices_changed()

    @Slot()
    def _on_desk_started(self) -> None:
        self._show_trouble("")
        self.lines.show_progress(0.0, "Preparing …")
        self.room_wanted.emit()
        self._wants_room = False
        self._update()

    @Slot(object)
    def _on_desk_advanced(self, told: SweepAdvanced) -> None:
        self.lines.show_progress(told.fraction, None if self.desk.is_stopping else progress_words(told))

    @Slot(object)
    def _on_desk_grown(self, stored: StoredSweep) -> None:
        self._show_stored(stored)

    @Slot(object)
    def _on_desk_ended(self, ending: Ending) -> None:
        if ending is Ending.DONE and self._stored is not None:
            n = len(self._stored.sweep.points)
            self._session.notice.emit(f"Sweep finished: {n} point{'s' if n != 1 else ''} on its curve.")
        wish = self.desk.wish
        if wish is not None and self._run is not None and wish.run.path != self._run.path:
            self._find(fills=True)
        self._update()

    @Slot(object)
    def _on_results_chosen(self, _row: SweepRow | None) -> None:
        self._update_buttons()

    @Slot()
    def _on_open_button_clicked(self) -> None:
        self._open(self.results.chosen_row)

    @Slot(object)
    def _open(self, row: SweepRow | None) -> None:
        if row is not None and not row.is_current:
            self.run_chosen.emit(row.path)

    @Slot(object)
    def _on_session_changed(self, _value: object) -> None:
        self._update()

    @Slot(object)
    def _on_session_explorer_changed(self, _explorer: object) -> None:
        if (
            not self._session.training_state.is_active
        ):  # its newer weights, once a second, change nothing here
            self._update()

    @Slot(object)
    def _on_session_training_state_changed(self, state: TrainingState) -> None:
        if state is TrainingState.RUNNING:  # the training needs the processor
            self.desk.stop()
            self.desk.stop_comparing()
        elif state is TrainingState.IDLE:
            self._find(fills=False)
        self._update()

    # --- what follows --------------------------------------------------------------------------

    def _find(self, *, fills: bool) -> None:
        """Look for the last sweep of the run on screen; `fills`: the fields say what it asked for."""
        run = self._run
        if run is None or self.desk.is_running:
            return

        def take(stored: StoredSweep | None) -> None:
            if self._run is not run or self.desk.is_running:
                return
            if fills:
                sweep = None if stored is None else stored.sweep
                epochs = (sweep.epochs if sweep else None) or run.info.config.epochs
                self.choices.set_wish(sweep.betas if sweep else (), epochs)
            self._show_stored(stored)

        self._session.slow.request("sweep", lambda _is_stale: stored_sweep(run), take, priority=15)

    def _update(self) -> None:
        """Everything that depends on what is there and what is running."""
        running = self.desk.is_running
        words = None if running else self._missing()
        if words is not None:
            self.show_words(*words)
        else:
            self.show_content()
        self.choices.set_running(running=running, stopping=self.desk.is_stopping)
        self.choices.set_reason(self._reason())
        self.bar.setVisible(running)
        rows = self._made_rows()
        if rows != self.results.rows:
            self._show_rows(rows)
        if not running:
            is_shown = self._stored is not None and words is None
            self.status.setText(summary(self._stored.sweep) if is_shown and self._stored else "")
        self.status.setVisible(bool(self.status.text()))
        wish = self.desk.wish if running else None
        self.lines.show_stale(stale_words(None if wish is None else wish.run, self._run, self._stored))
        self._update_buttons()
        self.update()  # what waits to be seen is done then

    def _show_rows(self, rows: tuple[SweepRow, ...]) -> None:
        self.results.set_rows(rows)
        self.results.setVisible(bool(rows))
        self._hint.setVisible(not rows)

    def _made_rows(self) -> tuple[SweepRow, ...]:
        stored, screen, wish = self._stored, self._run, self.desk.wish
        if self.desk.is_running and wish is not None:
            return () if stored is None else rows_of(stored, screen, wish.run)
        return () if stored is None or self._missing() is not None else rows_of(stored, screen, screen)

    def _update_buttons(self) -> None:
        has_points = self._stored is not None and bool(self._stored.sweep.points) and bool(self.results.rows)
        self.buttons.set_state(self.results.chosen_row, has_points=has_points)

    def _missing(self) -> tuple[str, str] | None:
        return missing_words(self._run if self._session.latent_dim else None)

    def _reason(self) -> str:
        return "" if self.desk.is_running else reason_words(self._session, self._run)

    # --- once it is seen -----------------------------------------------------------------------

    @property
    def _is_seen(self) -> bool:
        return not self.visibleRegion().isEmpty()  # behind another tab Qt calls it visible, too

    @Slot()
    def _on_seen(self) -> None:
        """Do what would be in vain while nobody looks: draw, ask for room, measure the run on screen."""
        if not self.results.rows or not self._is_seen:
            return
        if self.results.chart is None:
            plotting_library().want()
            if plotting_library().may_be_used:  # otherwise it tells when it has arrived
                self.results.draw()
                self._update_buttons()
        if self._wants_room:
            self._wants_room = False
            self.room_wanted.emit()
        self._compare()

    def _compare(self) -> None:
        """Measure the run on screen if it has no point on the curve yet and can be measured."""
        stored, run, session = self._stored, self._run, self._session
        images, explorer = session.images, session.explorer
        if stored is None or run is None or images is None or explorer is None or self.desk.is_running:
            return
        what = (stored.folder, run.path, explorer.step)
        is_known = any(row.is_current for row in self.results.rows)
        if stored.sweep.points and not (
            is_known or session.training_state.is_active or what == self._compared
        ):
            self._compared = what
            self.desk.compare(stored, run, images)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        QTimer.singleShot(0, self, self._on_seen)

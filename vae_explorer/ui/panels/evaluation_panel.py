"""``EvaluationPanel``: measures the model on screen and shows what is found, figure by figure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLabel, QProgressBar, QWidget

from vae_explorer.ui.evaluation_desk import EvaluationDesk, EvaluationWish
from vae_explorer.ui.panels.controls import ElidedCaption, header, set_help, tool_button
from vae_explorer.ui.panels.empty_state import EmptyState, FilledPanel
from vae_explorer.ui.panels.evaluation_choices import EvaluationChoices
from vae_explorer.ui.panels.evaluation_export import save_report
from vae_explorer.ui.panels.evaluation_results import EvaluationResults
from vae_explorer.ui.panels.export_button import export_button
from vae_explorer.ui.panels.export_line import ExportLine, ask_export_path
from vae_explorer.ui.panels.inline_error import InlineError
from vae_explorer.ui.panels.time_words import duration
from vae_explorer.ui.session import Session, TrainingState
from vae_explorer.ui.theme import SPACE_S, SPACE_XS
from vae_explorer.ui.threads.ending_runner import Ending

if TYPE_CHECKING:
    from vae_explorer.evaluation.suite import SuiteEvent
    from vae_explorer.runs.folder import RunFolder

__all__ = ["EvaluationPanel"]

_BAR_STEPS = 1000


class EvaluationPanel(FilledPanel):
    """Choices first; once something is measured, figures and charts, with the choices a click away.

    Figures belong to a run and a step. When another model comes on screen, or this one is trained on, they stay
    readable and are said to be of an earlier one.

    Signals
    -------
    room_wanted
        Figures are about to appear: a low dock should give them some height.
    """

    room_wanted = Signal()

    def __init__(
        self, session: Session, desk: EvaluationDesk | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("evaluationPanel")
        self._session = session
        self._run: RunFolder | None = None
        self.desk = EvaluationDesk(parent=self) if desk is None else desk
        self.choices = EvaluationChoices()
        self.results = EvaluationResults()
        self.error = InlineError()
        self.stale = QLabel()
        self.stale.setProperty("role", "warned")
        self.stale.setWordWrap(True)
        self.stale.setContentsMargins(SPACE_S, 0, SPACE_S, SPACE_XS)
        self.stale.hide()
        self.export_line = ExportLine(session, "evaluation")
        self._make_buttons()
        self.status = ElidedCaption()
        self.status.setAccessibleName("State of the evaluation")
        self.bar = QProgressBar()
        self.bar.setRange(0, _BAR_STEPS)
        self.bar.setTextVisible(False)
        self.bar.setProperty("slim", "true")
        self.bar.setAccessibleName("Progress of the evaluation")
        self._lay_out()
        self._connect()
        self._update()

    def _make_buttons(self) -> None:
        self.choose_button = tool_button("sliders", "Measure", text=True, checkable=True)
        set_help(
            self.choose_button,
            "Choose what to measure, and start again",
            "Shows the choices: split, images, samples and kinds of figures. The figures stay until a new evaluation "
            "begins.",
        )
        self.cancel_button = tool_button("stop", "Cancel", text=True)
        set_help(
            self.cancel_button,
            "Stop measuring; what was found stays",
            "Ends the evaluation at the next batch of images. The figures found until then are whole and can be exported.",
        )
        self.export_button = export_button(
            "Save the figures as JSON, CSV or a web page",
            "JSON holds everything but the pictures, CSV one line a figure, and the HTML report is one page with plots "
            "and pictures that loads nothing from anywhere.",
            ("file", "Report, HTML…", lambda: self.export(".html")),
            ("grid", "Figures, CSV…", lambda: self.export(".csv")),
            ("array", "Everything, JSON…", lambda: self.export(".json")),
        )

    def _lay_out(self) -> None:
        self._head = header(
            self.choose_button, self.cancel_button, self.export_button, self.status, message=self.export_line
        )
        self._hint = EmptyState()
        self._hint.set_words(
            "Nothing measured yet",
            "Figures with their errors, charts and a report: choose above and press Evaluate.",
        )
        column = self.column
        column.addWidget(self._head)
        column.addWidget(self.bar)
        column.addWidget(self.choices)
        column.addWidget(self.error)
        column.addWidget(self.stale)
        column.addWidget(self.results, 1)
        column.addWidget(self._hint, 1)
        self.show_words(
            "No model to measure", "Start training or open a run; its figures can then be measured here."
        )

    def _connect(self) -> None:
        session, desk = self._session, self.desk
        session.model_replaced.connect(self._on_session_model_replaced)
        session.images_changed.connect(self._on_session_images_changed)
        session.explorer_changed.connect(self._on_session_changed)
        session.training_state_changed.connect(self._on_session_training_state_changed)
        session.ending.connect(desk.shut_down)
        self.choices.start_requested.connect(self._on_choices_start_requested)
        self.choose_button.toggled.connect(self._on_choose_button_toggled)
        self.cancel_button.clicked.connect(self._on_cancel_button_clicked)
        desk.started.connect(self._on_desk_started)
        desk.progressed.connect(self._on_desk_progressed)
        desk.found.connect(self._on_desk_found)
        desk.failed.connect(self.error.show_sentence)
        desk.ended.connect(self._on_desk_ended)
        self.choices.set_images(session.images)

    # --- what is there -------------------------------------------------------------------------

    @property
    def is_stale(self) -> bool:
        """Whether the figures are of another model or step than the one on screen."""
        return bool(self._stale_sentence())

    @Slot(object)
    def set_run(self, run: RunFolder) -> None:
        """The run on screen, whose newest snapshot is measured."""
        self._run = run
        self._update()

    def export(self, suffix: str) -> None:
        """Ask where, then write the report as ``.html``, ``.csv`` or ``.json``."""
        report = self.desk.report
        if report is None or not report.groups or self.export_line.is_busy:
            return
        filters = {".html": "Web page (*.html)", ".csv": "CSV (*.csv)", ".json": "JSON (*.json)"}
        name = report.conditions.run if report.conditions else "model"
        path = ask_export_path(self, "Export the evaluation", f"{name}-evaluation{suffix}", filters[suffix])
        if path is not None:
            whole = path if path.suffix else path.with_suffix(suffix)
            self.export_line.start(whole, lambda target: save_report(Path(target), report, suffix))

    # --- slots ---------------------------------------------------------------------------------

    @Slot(object)
    def _on_choices_start_requested(self, wish: EvaluationWish) -> None:
        run, images = self._run, self._session.images
        if run is not None and images is not None and not self.desk.is_running and not self._reason():
            self.desk.start(run.load_snapshot, images, wish)

    @Slot(bool)
    def _on_choose_button_toggled(self, _on: bool) -> None:
        self._update()

    @Slot()
    def _on_cancel_button_clicked(self) -> None:
        self.desk.cancel()
        self.status.setText("Cancelling after the step under way …")
        self.cancel_button.setEnabled(False)

    @Slot()
    def _on_desk_started(self) -> None:
        self.error.clear()
        self.results.clear()
        self.bar.setValue(0)
        self.cancel_button.setEnabled(True)
        self.status.setText("Preparing …")
        self.choose_button.setChecked(False)
        self.room_wanted.emit()
        self._update()

    @Slot(str, float, float)
    def _on_desk_progressed(self, title: str, fraction: float, left_s: float) -> None:
        self.bar.setValue(round(_BAR_STEPS * fraction))
        rest = f", {duration(left_s)} left" if left_s >= 0 else ""
        self.status.setText(f"{title} · {100 * fraction:.0f} %{rest}")

    @Slot(object)
    def _on_desk_found(self, event: SuiteEvent) -> None:
        from vae_explorer.evaluation.suite import Found, Skipped

        if isinstance(event, Found):
            self.results.add_finding(event.group, event.title, event.finding)
        elif isinstance(event, Skipped):
            self.results.table.add_skipped(event.group, event.title, event.reason)
        self._update_export()

    @Slot(object)
    def _on_desk_ended(self, ending: Ending) -> None:
        self.status.setText(self._summary(ending))
        self._update()

    @Slot(str)
    def _on_session_model_replaced(self, _name: str) -> None:
        self.desk.cancel()
        self._update()

    @Slot(object)
    def _on_session_images_changed(self, images: object) -> None:
        self.choices.set_images(self._session.images)
        if images is None:
            self.desk.cancel()
        self._update()

    @Slot(object)
    def _on_session_changed(self, _value: object) -> None:
        self._update()

    @Slot(object)
    def _on_session_training_state_changed(self, state: TrainingState) -> None:
        if state is TrainingState.RUNNING:  # the training needs the processor
            self.desk.cancel()
        self._update()

    # --- what follows --------------------------------------------------------------------------

    def _update(self) -> None:
        """Everything that depends on what is there and what is running."""
        running, report = self.desk.is_running, self.desk.report
        has_report = report is not None and (running or bool(report.groups))
        is_empty = self._session.latent_dim == 0 and not has_report
        self.show_content(not is_empty)
        self.choices.set_reason(self._reason())
        self._head.setVisible(has_report)
        self.choices.setVisible(not has_report or self.choose_button.isChecked())
        self.results.setVisible(has_report)
        self._hint.setVisible(not has_report)
        self.bar.setVisible(running)
        self.cancel_button.setVisible(running)
        self._update_export()
        sentence = self._stale_sentence()
        self.stale.setText(sentence)
        self.stale.setVisible(bool(sentence))

    def _update_export(self) -> None:
        report = self.desk.report
        filled = report is not None and bool(report.groups)
        self.export_button.setEnabled(filled)
        self.export_button.setToolTip(
            "Save the figures as JSON, CSV or a web page" if filled else "There is no figure to save yet"
        )

    def _reason(self) -> str:
        """Why nothing can be measured now; empty if it can."""
        if self._session.training_state.is_active:
            return (
                "A training is under way, and its weights change: figures can be measured when it has ended."
            )
        if self.desk.is_running:
            return "An evaluation is under way: cancel it to begin another."
        if self._run is None or self._session.explorer is None:
            return "The model is not open yet."
        if self._session.images is None:
            return (
                "The pictures of this model are not loaded: download them or choose their folder on the Data card, "
                "at the left."
            )
        return ""

    def _stale_sentence(self) -> str:
        report, explorer = self.desk.report, self._session.explorer
        conditions = None if report is None else report.conditions
        if conditions is None or explorer is None or not self._session.latent_dim:
            return ""
        if (conditions.run, conditions.step) == (explorer.run_name, explorer.step):
            return ""
        what = (
            "the same model, trained on" if conditions.run == explorer.run_name else f"“{explorer.run_name}”"
        )
        return (
            f"These figures are of “{conditions.run}” at step {conditions.step:,}; on screen is {what}. "
            "Press Measure to evaluate it."
        )

    def _summary(self, ending: Ending) -> str:
        report = self.desk.report
        conditions = None if report is None else report.conditions
        begin = {Ending.DONE: "", Ending.CANCELLED: "Cancelled; ", Ending.FAILED: "Stopped by a problem; "}[
            ending
        ]
        if report is None or conditions is None:
            return f"{begin}nothing was measured"
        n = len(report.figures)
        return (
            f"{begin}{n} figure{'s' if n != 1 else ''} of {conditions.run}, step {conditions.step:,}, on {conditions.data} "
            f"({conditions.split}, {conditions.n_images:,} of {conditions.n_split:,} images, K = {conditions.n_samples:,})"
        )

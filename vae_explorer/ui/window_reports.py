"""What the window tells a person of its own accord: banner, title, status bar."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QLabel

from vae_explorer.data.image_set import ImageSet
from vae_explorer.data.load import SkippedFile
from vae_explorer.data.summary import describe
from vae_explorer.runs.folder import RunFolder
from vae_explorer.ui.bits import bits_text
from vae_explorer.ui.questions import show_skipped
from vae_explorer.ui.session import TrainingState
from vae_explorer.ui.status_line import StatusLine

if TYPE_CHECKING:
    from vae_explorer.ui.main_window import MainWindow

__all__ = ["WindowReports"]


class WindowReports(QObject):
    """Listens to the session and the workspace of `window`; changes nothing but words."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._banner = window.panels.banner
        self._banner_action: Callable[[], None] = self._banner.hide
        self.status = StatusLine(window, window.session)
        self._run_label = QLabel()
        self._run_label.setProperty("role", "muted")
        self._run_label.setContentsMargins(0, 0, 12, 0)
        session, work = window.session, window.workspace
        self._banner.action_requested.connect(self._on_banner_action_requested)
        session.training_state_changed.connect(self._on_session_training_state_changed)
        session.training_event.connect(self._on_session_training_event)
        session.encodings_changed.connect(self._on_session_encodings_changed)
        session.problem.connect(self._on_session_problem)
        session.notice.connect(self._on_session_notice)
        session.undo_stack.undoTextChanged.connect(self._on_undo_text_changed)
        work.data.chosen.connect(self._on_data_chosen)
        work.data.files_skipped.connect(self._on_data_files_skipped)
        work.run_opened.connect(self._on_workspace_run_opened)
        self.status.show_state(session.training_state)

    @Slot()
    def _on_banner_action_requested(self) -> None:
        self._banner_action()

    @Slot(object)
    def _on_data_chosen(self, images: ImageSet) -> None:
        self._banner_action = self._window.training.train
        self._banner.show_notice(
            f"{images.name} is ready: {describe(images)}. Train a model to see its map.", "Train"
        )

    @Slot(object)
    def _on_data_files_skipped(self, skipped: tuple[SkippedFile, ...]) -> None:
        self._banner_action = lambda: show_skipped(self._window, skipped)
        several = len(skipped) > 1
        self._banner.show_problem(
            f"{len(skipped):,} file{'s' if several else ''} of the folder could not be used and "
            f"{'are' if several else 'is'} left out.",
            "Show which",
        )

    @Slot(object)
    def _on_workspace_run_opened(self, run: RunFolder) -> None:
        self._run_label.setText(run.info.title)
        self._run_label.setToolTip(str(run.path))
        self._run_label.adjustSize()
        self._window.menuBar().setCornerWidget(
            self._run_label, Qt.Corner.TopRightCorner
        )  # its width is read once
        self._run_label.show()
        self._window.setWindowTitle(f"{run.name} — vae-explorer")

    @Slot(object)
    def _on_session_training_state_changed(self, state: TrainingState) -> None:
        self.status.show_state(state)

    @Slot(object)
    def _on_session_training_event(self, event: object) -> None:
        from vae_explorer.training.events import Finished, Started

        if isinstance(event, Started):
            self.status.show_device(event.device_label)
        elif isinstance(event, Finished):
            losses = event.test or event.validation or event.train
            session = self._window.session
            bits = bits_text(session.to_bits, -losses.elbo)
            figure = f"{session.recon_label.bound_name} {-losses.elbo:.1f} nats{f' ({bits})' if bits else ''}"
            if not event.snapshot.objective.is_variational:  # it bounds no likelihood
                figure = f"reconstruction loss {losses.recon:.1f} nats"
            self._banner.show_notice(f"Training finished: {figure}. The run is saved.".replace("-", "−"))

    @Slot(object)
    def _on_session_encodings_changed(self, _encodings: object) -> None:
        self.status.show_points(self._window.session.encodings)

    @Slot(str)
    def _on_session_problem(self, sentence: str) -> None:
        self._banner.show_problem(sentence)

    @Slot(str)
    def _on_session_notice(self, sentence: str) -> None:
        self.status.show_notice(sentence)

    @Slot(str)
    def _on_undo_text_changed(self, text: str) -> None:
        self.status.show_undo(text)

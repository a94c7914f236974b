"""``ModelPanel``: the frame of every panel that shows what the newest model computes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QElapsedTimer, QTimer, Slot
from PySide6.QtGui import QHideEvent, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from vae_explorer.ui.panels.empty_state import EmptyState, Pages
from vae_explorer.ui.panels.inline_error import InlineError
from vae_explorer.ui.panels.seen import is_seen
from vae_explorer.ui.session import Session
from vae_explorer.ui.threads.latest_runner import LatestRunner

__all__ = ["Job", "ModelPanel"]

# Any: each panel computes its own type; `_job` and `_take` of one class agree on it.
Job = Callable[[Callable[[], bool]], Any]

WEIGHTS_INTERVAL_MS = 1_000  # newer weights are shown at most this often


class ModelPanel(QWidget):
    """Computes off the GUI thread what it shows, and only while a person can see it.

    A subclass says what is missing (`_missing`), captures its inputs (`_job`) and shows the answer (`_take`).
    An answer under way is shown and only then the newest inputs are computed, so that a panel that follows
    the mouse keeps moving however slow the model is; answers of another model are dropped.

    Parameters
    ----------
    session
        The shared state.
    channel
        Name of the panel's requests.
    runner, priority
        Where they run; None: ``session.slow``.
    """

    def __init__(
        self,
        session: Session,
        channel: str,
        *,
        runner: LatestRunner | None = None,
        priority: int = 5,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._channel = channel
        self._runner = session.slow if runner is None else runner
        self._priority = priority
        self._stale = True
        self._busy = False
        self._since_weights = QElapsedTimer()
        self._weights_timer = QTimer(self)
        self._weights_timer.setSingleShot(True)
        self._weights_timer.timeout.connect(self._on_weights_timer_timeout)
        self.empty_state = EmptyState()
        self.error = InlineError()
        self.body = QWidget()
        self._stack = Pages()
        self._stack.addWidget(self.empty_state)
        self._stack.addWidget(self.body)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self.error)
        session.model_replaced.connect(self._on_session_model_replaced)
        session.explorer_changed.connect(self._on_session_explorer_changed)

    @property
    def is_busy(self) -> bool:
        """Whether an answer is under way."""
        return self._busy

    @property
    def is_empty(self) -> bool:
        """Whether the panel says what to do next instead of showing something."""
        return self._stack.currentWidget() is self.empty_state

    # --- what a subclass fills in --------------------------------------------------------------

    def _missing(self) -> tuple[str, str] | None:
        """Title and sentence of the empty state, or None if there is something to compute."""
        if self._session.explorer is None:
            return "No model yet", "Start training or open a run, and this panel fills by itself."
        return None

    def _job(self) -> Job | None:
        """Work for the runner, with all its inputs captured; None if nothing needs computing."""
        raise NotImplementedError

    def _take(self, answer: Any) -> None:
        """Show what the job returned."""
        raise NotImplementedError

    def _reset(self) -> None:
        """Forget everything that belongs to the model before."""

    # --- when to compute -----------------------------------------------------------------------

    @Slot()
    def refresh(self) -> None:
        """Compute anew with the inputs of now, as soon as the panel is seen and free."""
        self._stale = True
        self._pump()

    def refresh_calmly(self) -> None:
        """`refresh`, but at most once a second: for newer weights."""
        if not is_seen(self):
            self._stale = True
        elif not self._weights_timer.isActive():
            waited = self._since_weights.elapsed() if self._since_weights.isValid() else WEIGHTS_INTERVAL_MS
            self._weights_timer.start(max(0, int(WEIGHTS_INTERVAL_MS - waited)))

    @Slot()
    def _pump(self) -> None:
        if not self._stale or self._busy or not is_seen(self):
            return
        self._stale = False
        missing = self._missing()
        if missing is not None:
            self.empty_state.set_words(*missing)
            self._stack.setCurrentWidget(self.empty_state)
            return
        self._stack.setCurrentWidget(self.body)
        job = self._job()
        if job is not None:
            self._busy = True
            self._runner.request(
                self._channel, job, self._on_answered, priority=self._priority, on_error=self._on_failed
            )

    def _cancel(self) -> None:
        self._runner.cancel(self._channel)
        self._busy = False
        self._stale = True

    def _on_answered(self, answer: Any) -> None:
        self._busy = False
        self.error.clear()
        self._take(answer)
        self._pump()

    def _on_failed(self, error: Exception) -> None:
        self._busy = False
        self.error.show_sentence(str(error) or type(error).__name__)
        self._pump()

    @Slot()
    def _on_weights_timer_timeout(self) -> None:
        self._since_weights.start()
        self.refresh()

    @Slot(str)
    def _on_session_model_replaced(self, _name: str) -> None:
        self._cancel()
        self.error.clear()
        self._reset()
        self._pump()

    @Slot(object)
    def _on_session_explorer_changed(self, explorer: object) -> None:
        if explorer is None:
            self._cancel()
            self._pump()
        elif self.is_empty:
            self.refresh()
        else:
            self.refresh_calmly()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._pump()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._stale:  # it comes from behind another tab
            QTimer.singleShot(0, self, self._pump)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._weights_timer.stop()
        self._cancel()

"""``LiveHistory``: brings what a training records into the session, not more often than a chart can show."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Slot

from vae_explorer.runs.history import EpochRecord, SettingMark
from vae_explorer.ui.session import Session

__all__ = ["LiveHistory"]

HISTORY_MS = 200  # between updates of the history: small sets finish a hundred epochs a second


class LiveHistory(QObject):
    """Collects finished epochs and changed settings for the session's history."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._records: list[EpochRecord] = []  # finished epochs that are not in the session's history yet
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(HISTORY_MS)
        self._rest.timeout.connect(self.bring_up_to_date)

    def add(self, record: EpochRecord) -> None:
        """An epoch is done; the session hears of it within `HISTORY_MS`."""
        self._records.append(record)
        if not self._rest.isActive():
            self._rest.start()

    def mark(self, mark: SettingMark) -> None:
        """A setting was changed; told at once, after the epochs before it."""
        self.bring_up_to_date()
        history = self._session.history
        self._session.set_history(history.model_copy(update={"marks": (*history.marks, mark)}))

    @Slot()
    def bring_up_to_date(self) -> None:
        """Bring the session's history up to the last finished epoch."""
        self._rest.stop()
        records, self._records = self._records, []
        if records:
            history = self._session.history
            self._session.set_history(history.model_copy(update={"epochs": (*history.epochs, *records)}))

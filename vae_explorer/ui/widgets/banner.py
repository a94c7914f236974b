"""A strip across the top of the window that says one thing and goes away when told."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from vae_explorer.ui.icons import icon
from vae_explorer.ui.theme import SPACE_M, SPACE_S, SPACE_XS

__all__ = ["Banner"]


class Banner(QFrame):
    """Shows a sentence with at most one action; hidden while there is nothing to say."""

    action_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.setProperty("banner", "true")
        self._sign = QLabel()
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._action = QPushButton()
        self._action.clicked.connect(self._on_action_clicked)
        self._close = QToolButton()
        self._close.setIcon(icon("close"))
        self._close.setAutoRaise(True)
        self._close.setToolTip("Dismiss")
        self._close.setAccessibleName("Dismiss message")
        self._close.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE_M, SPACE_XS, SPACE_S, SPACE_XS)
        layout.setSpacing(SPACE_S)
        layout.addWidget(self._sign)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._action)
        layout.addWidget(self._close)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self.hide()

    @property
    def text(self) -> str:
        """The sentence on show."""
        return self._text.text()

    def show_problem(self, sentence: str, action: str = "") -> None:
        """Stays until dismissed."""
        self._show("warning", sentence, action)
        self._timer.stop()

    def show_notice(self, sentence: str, action: str = "", timeout_ms: int = 8_000) -> None:
        """Goes away by itself."""
        self._show("info", sentence, action)
        self._timer.start(timeout_ms)

    def _show(self, kind: str, sentence: str, action: str) -> None:
        self.setProperty("kind", kind)
        self.style().unpolish(self)
        self.style().polish(self)
        self._sign.setPixmap(icon("warning" if kind == "warning" else "info").pixmap(16, 16))
        self._text.setText(sentence)
        self._action.setText(action)
        self._action.setVisible(bool(action))
        self.show()

    @Slot()
    def _on_action_clicked(self) -> None:
        self.hide()
        self.action_requested.emit()

"""``ExportLine``: writes a picture or a film off the GUI thread and tells how it went."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QHideEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QProgressBar, QSizePolicy, QWidget

from vae_explorer.ui.panels.controls import ElidedCaption, set_role, tool_button
from vae_explorer.ui.preferences import change_preferences, load_preferences
from vae_explorer.ui.session import Session
from vae_explorer.ui.theme import SPACE_S, SPACE_XS
from vae_explorer.ui.widgets.picture import may_replace

__all__ = ["ExportLine", "ask_export_path"]

_DONE_SHOWN_MS = 12_000

_folder: Path | None = None  # where the last file of this launch went


def ask_export_path(parent: QWidget, title: str, suggested: str, filters: str) -> Path | None:
    """Ask where to write; starts in the folder of the last export. None if the person changed their mind."""
    global _folder
    folder = _folder or load_preferences().folder or Path.home()
    if not folder.is_dir():
        folder = Path.home()
    chosen, kind = QFileDialog.getSaveFileName(parent.window(), title, str(folder / suggested), filters)
    if not chosen:
        return None
    path = Path(chosen)
    if not path.suffix and "*." in kind:  # the chosen filter names the format
        path = path.with_suffix("." + kind.split("*.")[1].split(")")[0].split()[0])
        if not may_replace(parent, path):
            return None
    if path.parent != _folder:
        _folder = path.parent
        change_preferences(folder=path.parent)
    return path


class ExportLine(QWidget):
    """Hidden until something is exported; then says: being written, saved and where, or why not.

    Signals
    -------
    changed
        It says something else, or nothing any more.
    """

    changed = Signal()

    def __init__(self, session: Session, channel: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._channel = f"export:{channel}"
        self._path = Path()
        self._busy = False
        self._problem = False
        self._text = ElidedCaption()
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._text.setMinimumWidth(40)
        self._bar = QProgressBar()
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setProperty("slim", "true")
        self._bar.setFixedWidth(72)
        self._bar.setAccessibleName("Writing the file")
        self._open = tool_button("folder", "Show in folder", text=True)
        self._open.setAutoRaise(True)
        self._open.setAccessibleName("Show the exported file in its folder")
        self._open.setToolTip("Open the folder that holds the file")
        self._open.clicked.connect(self._on_open_clicked)
        self._close = tool_button("close", "Dismiss")
        self._close.setAutoRaise(True)
        self._close.clicked.connect(self.hide)
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, SPACE_XS)
        row.setSpacing(SPACE_S)
        row.addWidget(self._text, 1)
        row.addWidget(self._bar)
        row.addWidget(self._open)
        row.addWidget(self._close)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self.hide()

    @property
    def is_busy(self) -> bool:
        return self._busy

    @property
    def is_problem(self) -> bool:
        """Whether it tells what went wrong."""
        return self._problem

    @property
    def text(self) -> str:
        """The sentence on show."""
        return self._text.text()

    def float_over(self, parent: QWidget) -> None:
        """Become a small card that lies over `parent`, who places it."""
        self.setParent(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("floats", "true")
        self._open.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self._bar.setFixedWidth(40)
        row = self._row
        row.setContentsMargins(SPACE_S, 0, 0, 0)
        row.setSpacing(SPACE_XS)
        self.hide()

    def start(self, path: Path, write: Callable[[Path], object]) -> None:
        """Run ``write(path)`` on the slow thread; one at a time, a second call while busy is ignored."""
        if self._busy:
            return
        self._busy = True
        self._path = path
        self._show(f"Writing {path.name} …", "caption", bar=True)
        self._session.slow.request(
            self._channel,
            lambda _is_stale: write(path),
            self._on_written,
            priority=2,
            on_error=self._on_failed,
            must_run=True,  # a file that was asked for is written though the window closes
        )

    def _on_written(self, _answer: object) -> None:
        self._busy = False
        self._show(f"Saved {self._path.name}", "caption", folder=True)
        self._timer.start(_DONE_SHOWN_MS)
        self._session.notice.emit(f"Saved {self._path}")

    def _on_failed(self, error: Exception) -> None:
        self._busy = False
        self._show(str(error) or type(error).__name__, "error")

    @Slot(str)
    def show_problem(self, sentence: str) -> None:
        """Tell why something else could not be written; waits behind a file that is being written."""
        if not self._busy:
            self._show(sentence, "error")

    def _show(self, text: str, role: str, *, bar: bool = False, folder: bool = False) -> None:
        self._timer.stop()
        self._problem = role == "error"
        set_role(self._text, role)
        self._text.setText(text)
        self._bar.setVisible(bar)
        self._open.setVisible(folder)
        self._close.setVisible(not bar)
        self.show()
        self.changed.emit()

    @Slot()
    def _on_open_clicked(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._path.parent)))

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.changed.emit()

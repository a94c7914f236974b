"""Composition root: environment, logging, uncaught errors, theme, main window."""

from __future__ import annotations

import faulthandler
import logging
import signal
import sys
import threading
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import (
    QMessageLogContext,
    QObject,
    Qt,
    QTimer,
    QtMsgType,
    Signal,
    Slot,
    qInstallMessageHandler,
)
from PySide6.QtWidgets import QApplication, QMessageBox

from vae_explorer import __version__
from vae_explorer.locations import settings_folder
from vae_explorer.ui.first_picture import after_first_picture
from vae_explorer.ui.foreground import answer_first
from vae_explorer.ui.icons import icon
from vae_explorer.ui.main_window import MainWindow
from vae_explorer.ui.preferences import Preferences, load_preferences
from vae_explorer.ui.theme import theme_manager

__all__ = ["make_application", "make_window", "run_gui"]

_log = logging.getLogger(__name__)

SIGNAL_CHECK_MS = 250


class _Uncaught(QObject):
    """Unexpected exceptions of any thread reach the log, and a person once; the program lives on."""

    caught = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._open = False
        self.caught.connect(self._on_caught, Qt.ConnectionType.QueuedConnection)
        sys.excepthook = self._excepthook
        threading.excepthook = lambda args: self._excepthook(
            args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback
        )

    def _excepthook(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        _log.error("uncaught", exc_info=(kind, error, trace))
        self.caught.emit(f"{kind.__name__}: {error}")

    @Slot(str)
    def _on_caught(self, text: str) -> None:
        if self._open:  # one dialog at a time: a failing paint event must not bury the screen
            return
        self._open = True
        box = QMessageBox(
            QMessageBox.Icon.Warning, "vae-explorer", "Something went wrong that should not have."
        )
        box.setInformativeText(f"{text}\n\nYour runs are safe on disk. Details are in {_log_path()}.")
        box.exec()
        self._open = False


def make_application(argv: list[str]) -> QApplication:
    """The QApplication with its name and icon."""
    QApplication.setApplicationName("vae-explorer")
    QApplication.setApplicationVersion(__version__)
    QApplication.setDesktopFileName("vae-explorer")
    app = QApplication.instance() or QApplication(argv)
    assert isinstance(app, QApplication)
    app.setWindowIcon(icon("vae-explorer"))
    return app


def make_window(preferences: Preferences) -> MainWindow:
    """The main window in the theme of `preferences`, not shown yet; this process answers it first."""
    manager = theme_manager()
    manager.set_choice(preferences.theme)
    manager.apply_palette()
    window = MainWindow(preferences)
    window.ready.connect(answer_first(window).settle)
    return window


def run_gui(run: Path | None = None, folder: Path | None = None) -> int:
    """Show the window and stay until it closes; the process's exit code."""
    _set_up_logging()
    app = make_application(sys.argv[:1])
    uncaught = _Uncaught(app)
    window = make_window(load_preferences())
    window.show_fitted()
    wake = _end_on_signals(window)
    after_first_picture(window, lambda: window.begin(run, folder))
    code = app.exec()
    uncaught.deleteLater()
    wake.stop()
    return code


def _end_on_signals(window: MainWindow) -> QTimer:
    """A polite kill or Ctrl-C in the terminal saves a training under way and closes the window."""

    def end(_number: int, _frame: object) -> None:
        window.close_unasked()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    wake = QTimer()  # Python runs signal handlers only between its own instructions
    wake.timeout.connect(_nothing)
    wake.start(SIGNAL_CHECK_MS)
    return wake


def _nothing() -> None:
    return


def _log_path() -> Path:
    return settings_folder() / "vae-explorer.log"


def _set_up_logging() -> None:
    handlers: list[logging.Handler] = [logging.StreamHandler()]
    handlers[0].setLevel(logging.WARNING)
    try:
        _log_path().parent.mkdir(parents=True, exist_ok=True)
        handlers.append(RotatingFileHandler(_log_path(), maxBytes=1_000_000, backupCount=2, encoding="utf-8"))
    except OSError as error:
        print(f"vae-explorer: no log file ({error}); messages go to the terminal only.", file=sys.stderr)
    logging.basicConfig(
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        handlers=handlers,
        force=True,
    )
    if sys.stderr is not None:
        faulthandler.enable()
    qInstallMessageHandler(_on_qt_message)


def _on_qt_message(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    levels = {
        QtMsgType.QtDebugMsg: logging.DEBUG,
        QtMsgType.QtInfoMsg: logging.INFO,
        QtMsgType.QtWarningMsg: logging.WARNING,
        QtMsgType.QtCriticalMsg: logging.ERROR,
        QtMsgType.QtFatalMsg: logging.CRITICAL,
    }
    logging.getLogger("qt").log(levels.get(kind, logging.WARNING), "%s", message)

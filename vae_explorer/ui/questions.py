"""What the window asks a person, each question one function that returns the answer."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

from PySide6.QtWidgets import QMessageBox, QWidget

from vae_explorer.data.load import MissingDataSet, SkippedFile

__all__ = ["DownloadAnswer", "ask_download", "may_stop_sweep", "may_stop_training", "show_skipped"]

_SKIPPED_AT_ONCE = 5  # lines in the box itself; all of them are in its details


class DownloadAnswer(Enum):
    """What to do about a set that is not on this machine."""

    DOWNLOAD = auto()
    CHOOSE_FOLDER = auto()
    NOTHING = auto()


def may_stop_training(parent: QWidget, before: str) -> bool:
    """Whether the training under way may be stopped (and saved) before `before`, e.g. "closing"."""
    return _may_stop(
        parent,
        ("Training is under way", f"Stop training before {before}?"),
        "Weights and state are saved; the run can be continued later.",
        ("Stop and save", "Keep training"),
    )


def may_stop_sweep(parent: QWidget, before: str) -> bool:
    """Whether the sweep under way may be stopped (and kept) before `before`, e.g. "closing"."""
    return _may_stop(
        parent,
        ("A sweep is under way", f"Stop the sweep before {before}?"),
        "Its points and the run under way are saved; Continue sweep goes on from there later.",
        ("Stop and save", "Keep sweeping"),
    )


def _may_stop(parent: QWidget, words: tuple[str, str], then: str, buttons: tuple[str, str]) -> bool:
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle(words[0])
    box.setText(words[1])
    box.setInformativeText(then)
    stop = box.addButton(buttons[0], QMessageBox.ButtonRole.AcceptRole)
    keep = box.addButton(buttons[1], QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(stop)
    box.setEscapeButton(keep)
    box.exec()
    return box.clickedButton() is stop


def ask_download(parent: QWidget, missing: MissingDataSet) -> DownloadAnswer:
    """Whether to download the set, look for it elsewhere, or do without."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle("Download pictures?")
    box.setText(f"{missing.title} is not on this machine yet.")
    box.setInformativeText(f"Download about {missing.size_mb:,.0f} MB into {missing.root}?")
    download = box.addButton("Download", QMessageBox.ButtonRole.AcceptRole)
    choose = box.addButton("I have it: choose folder…", QMessageBox.ButtonRole.ActionRole)
    box.setEscapeButton(box.addButton(QMessageBox.StandardButton.Cancel))
    box.exec()
    if box.clickedButton() is download:
        return DownloadAnswer.DOWNLOAD
    return DownloadAnswer.CHOOSE_FOLDER if box.clickedButton() is choose else DownloadAnswer.NOTHING


def show_skipped(parent: QWidget, skipped: Sequence[SkippedFile]) -> None:
    """List the files of a folder that were left out, each with its reason."""
    lines = [f"{file.path}: {file.reason}" for file in skipped]
    more = len(lines) - _SKIPPED_AT_ONCE
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Information)
    box.setWindowTitle("Files left out")
    box.setText(f"{len(lines):,} file{'s were' if len(lines) != 1 else ' was'} left out.")
    box.setInformativeText(
        "\n".join(lines[:_SKIPPED_AT_ONCE]) + (f"\n… and {more:,} more" if more > 0 else "")
    )
    box.setDetailedText("\n".join(lines))
    box.exec()

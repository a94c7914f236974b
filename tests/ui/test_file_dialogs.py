"""The dialogs for files: what they tell, where they begin, what is remembered."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from vae_explorer.ui import file_dialogs
from vae_explorer.ui.file_dialogs import FileDialogs
from vae_explorer.ui.preferences import Preferences, load_preferences


class Answers:
    """Stands for Qt's dialogs: answers with `path`, keeps where each dialog began."""

    def __init__(self, path: Path | str) -> None:
        self.path = str(path)
        self.starts: list[str] = []

    def getExistingDirectory(self, _parent: QWidget, _title: str, start: str) -> str:
        self.starts.append(start)
        return self.path

    def getOpenFileName(self, _parent: QWidget, _title: str, start: str, _filter: str) -> tuple[str, str]:
        return self.getExistingDirectory(_parent, _title, start), _filter


@pytest.fixture
def preferences() -> Preferences:
    return Preferences()


@pytest.fixture
def dialogs(qtbot: QtBot, home: Path, preferences: Preferences) -> FileDialogs:
    window = QWidget()
    qtbot.addWidget(window)
    return FileDialogs(window, preferences)


def answer(monkeypatch: pytest.MonkeyPatch, path: Path | str) -> Answers:
    answers = Answers(path)
    monkeypatch.setattr(file_dialogs, "QFileDialog", answers)
    return answers


@pytest.mark.parametrize(
    ("ask", "signal"),
    [
        ("ask_folder", "folder_chosen"),
        ("ask_array", "array_chosen"),
        ("ask_run", "run_chosen"),
    ],
)
def test_that_an_answer_is_told_and_the_next_dialog_begins_beside_it(
    dialogs: FileDialogs,
    preferences: Preferences,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    ask: str,
    signal: str,
) -> None:
    answers = answer(monkeypatch, tmp_path / "albums" / "cats")
    with qtbot.waitSignal(getattr(dialogs, signal)) as heard:
        getattr(dialogs, ask)()
    assert heard.args == [tmp_path / "albums" / "cats"]
    getattr(dialogs, ask)()
    assert answers.starts == [str(Path.home()), str(tmp_path / "albums")]
    assert preferences.folder == load_preferences().folder == tmp_path / "albums"


def test_that_the_root_of_data_sets_is_kept_apart_from_other_folders(
    dialogs: FileDialogs,
    preferences: Preferences,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    answers = answer(monkeypatch, tmp_path)
    with qtbot.waitSignal(dialogs.data_root_chosen) as heard:
        dialogs.ask_data_root()
    assert heard.args == [tmp_path]
    dialogs.ask_data_root()
    assert answers.starts == [str(Path.home()), str(tmp_path)]
    assert preferences.data_root == load_preferences().data_root == tmp_path
    assert preferences.folder is None


@pytest.mark.parametrize("ask", ["ask_folder", "ask_array", "ask_run", "ask_data_root"])
def test_that_a_dialog_that_is_closed_changes_nothing(
    dialogs: FileDialogs, preferences: Preferences, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, ask: str
) -> None:
    answer(monkeypatch, "")
    signals = (
        dialogs.folder_chosen,
        dialogs.array_chosen,
        dialogs.run_chosen,
        dialogs.data_root_chosen,
    )
    heard: list[object] = []
    for signal in signals:
        signal.connect(heard.append)
    getattr(dialogs, ask)()
    assert not heard
    assert preferences == Preferences()

"""What chooses pictures in the window: downloads only after a yes, pictures that are missing, the start page."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from vae_explorer.data.spec import DataSpec
from vae_explorer.ui import file_dialogs, window_data
from vae_explorer.ui.main_window import MainWindow
from vae_explorer.ui.questions import DownloadAnswer

WAIT_MS = 30_000


def test_that_nothing_is_downloaded_without_a_yes(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[str] = []

    def answer(_window: MainWindow, missing: object) -> DownloadAnswer:
        asked.append(str(missing))
        return DownloadAnswer.NOTHING

    monkeypatch.setattr(window_data, "ask_download", answer)
    window.data.choose(DataSpec(source="kmnist", data_root=tmp_path))
    qtbot.waitUntil(lambda: len(asked) == 1, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not window.workspace.data.is_loading, timeout=WAIT_MS)
    assert not any(tmp_path.iterdir())


def test_that_a_set_that_the_person_has_elsewhere_is_read_from_there(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tiny_mnist: Path
) -> None:
    monkeypatch.setattr(window_data, "ask_download", lambda *_: DownloadAnswer.CHOOSE_FOLDER)
    monkeypatch.setattr(file_dialogs.QFileDialog, "getExistingDirectory", lambda *_: str(tiny_mnist))
    with qtbot.waitSignal(window.workspace.data.ready, timeout=WAIT_MS) as ready:
        window.data.choose(DataSpec(source="mnist", data_root=tmp_path / "nowhere"))
    assert ready.args[1].data_root == tiny_mnist
    assert len(ready.args[0]) == 120


def test_that_a_model_without_its_pictures_is_coloured_answers_a_click_and_offers_them(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vae_explorer.locations import models_folder

    session, panels = window.session, window.panels
    with qtbot.waitSignal(window.workspace.pictures_missing, timeout=WAIT_MS):
        window.open_run(models_folder() / "mnist-2d")
    qtbot.waitUntil(lambda: session.explorer is not None, timeout=WAIT_MS)
    assert session.images is None
    assert panels.map.legend.names == tuple("0123456789")
    assert panels.setup.data.missing.download_button.isVisible()
    qtbot.waitUntil(panels.reconstruction.isVisible)
    mu = session.encodings.mu[np.argmax(session.encodings.mu[:, 1])]  # far from others
    at = panels.map.view.viewport.to_px(mu)
    place = QPoint(round(at[0]), round(at[1]))
    QTest.mouseClick(panels.map.view, Qt.MouseButton.LeftButton, pos=place)
    assert session.selection is not None
    assert panels.map.view.marks.ellipse is not None
    qtbot.waitUntil(panels.selection.panel.absence.isVisible, timeout=WAIT_MS)
    monkeypatch.setattr(file_dialogs.QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "photos"))
    with qtbot.waitSignal(window.workspace.pictures_missing, timeout=WAIT_MS):
        panels.setup.data.missing.folder_button.click()
    assert "not in the folder “photos”" in panels.setup.data.missing.text


def test_that_data_chosen_on_the_start_page_show_the_map_and_arrive_in_setup(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.show_start_page()
    window.panels.layout.dock("setupDock").hide()
    with qtbot.waitSignal(window.workspace.data.chosen, timeout=WAIT_MS):
        window.panels.start_page.panel.data_chosen.emit(DataSpec(source="digits"))
    assert window.panels.centre.currentWidget() is window.panels.map
    assert window.panels.setup.isVisible()
    assert window.panels.setup.data.spec.source == "digits"


def test_that_an_array_that_cannot_be_read_is_told_in_setup(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "damaged.npy"
    path.write_bytes(b"no array")
    with qtbot.waitSignal(window.workspace.data.failed, timeout=WAIT_MS):
        window.dialogs.array_chosen.emit(path)
    assert "damaged.npy" in window.panels.setup.data.problem

"""The folder dialog: live previews, counts, and what it says when a folder will not do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QPushButton
from pytestqt.qtbot import QtBot

from vae_explorer.data.spec import DataSpec
from vae_explorer.ui.panels.folder_dialog import FolderDialog
from vae_explorer.ui.widgets.picture import to_qimage


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two classes of four wide pictures: left half red, right half blue."""
    picture = np.zeros((3, 20, 40), dtype=np.uint8)
    picture[0, :, :20] = 250
    picture[2, :, 20:] = 250
    for name in ("cats", "dogs"):
        (tmp_path / "set" / name).mkdir(parents=True)
        for k in range(4):
            to_qimage(picture).save(str(tmp_path / "set" / name / f"{k}.png"))
    return tmp_path / "set"


def opened(qtbot: QtBot, path: Path) -> FolderDialog:
    dialog = FolderDialog(path)
    qtbot.addWidget(dialog, before_close_func=lambda d: d.reject())
    dialog.show()
    return dialog


def use_button(dialog: FolderDialog) -> QPushButton:
    button = dialog.findChild(QPushButton, "usePicturesButton")
    assert button is not None
    return button


def test_that_pictures_and_classes_are_counted(qtbot: QtBot, folder: Path) -> None:
    dialog = opened(qtbot, folder)
    assert not use_button(dialog).isEnabled()
    qtbot.waitUntil(lambda: dialog.grid.count == 8)
    assert dialog._summary.toolTip() == "8 pictures · 2 classes: cats, dogs"
    assert use_button(dialog).isEnabled()
    assert dialog._problem.isHidden()


def test_that_the_preview_follows_size_and_fit(qtbot: QtBot, folder: Path) -> None:
    dialog = opened(qtbot, folder)
    dialog.form.width_field.setText("16")
    dialog.form.height_field.setText("16")
    dialog.form.fit.set_value("pad")
    dialog.form.set_background("#00ff00")

    def padded() -> bool:
        images = dialog.grid.images
        return images is not None and images.shape[2:] == (16, 16) and images[0, 1, 0, 8] == 255

    qtbot.waitUntil(padded)
    assert dialog.grid.images is not None
    middle = dialog.grid.images[0, :, 8]
    assert middle[0, 2] > 200
    assert middle[2, 13] > 200
    dialog.form.fit.set_value("crop")
    qtbot.waitUntil(lambda: dialog.grid.images is not None and dialog.grid.images[0, 1].max() < 100)


def test_that_small_pictures_of_one_size_suggest_it(qtbot: QtBot, folder: Path) -> None:
    dialog = opened(qtbot, folder)
    qtbot.waitUntil(lambda: dialog.grid.count == 8)
    spec = dialog.spec()
    assert (spec.width, spec.height) == (40, 20)
    assert dialog.grid.images is not None
    assert dialog.grid.images.shape[2:] == (20, 40)


def test_that_a_size_chosen_before_the_pictures_were_found_stays(qtbot: QtBot, folder: Path) -> None:
    dialog = opened(qtbot, folder)
    dialog.form.width_field.setText("32")
    qtbot.waitUntil(lambda: dialog.grid.count == 8)
    assert (dialog.spec().width, dialog.spec().height) == (32, 64)


def test_that_grey_has_one_channel(qtbot: QtBot, folder: Path) -> None:
    dialog = opened(qtbot, folder)
    dialog.form.colour.set_value("1")
    qtbot.waitUntil(lambda: dialog.grid.images is not None and dialog.grid.images.shape[1] == 1)


def test_that_the_spec_says_what_was_chosen(qtbot: QtBot, folder: Path) -> None:
    dialog = opened(qtbot, folder)
    dialog.form.width_field.setText("48")
    dialog.form.height_field.setText("32")
    dialog.form.fit.set_value("stretch")
    dialog.form.colour.set_value("3")
    dialog.form.set_background("#102030")
    assert dialog.spec() == DataSpec(
        source="folder", path=folder, width=48, height=32, fit="stretch", channels=3, background="#102030"
    )


def test_that_an_impossible_size_is_explained_beside_it(qtbot: QtBot, folder: Path) -> None:
    dialog = opened(qtbot, folder)
    qtbot.waitUntil(lambda: use_button(dialog).isEnabled())
    dialog.form.height_field.setText("300")
    assert dialog.form._size_problem.text() == "Height must be from 8 to 256, not 300."
    assert not use_button(dialog).isEnabled()
    dialog.form.height_field.setText("30")
    assert dialog.form._size_problem.isHidden()
    assert use_button(dialog).isEnabled()


def test_that_bad_files_are_told_and_the_others_shown(qtbot: QtBot, folder: Path) -> None:
    (folder / "cats" / "0.png").write_bytes(b"not a picture at all")
    dialog = opened(qtbot, folder)
    qtbot.waitUntil(lambda: dialog.grid.count == 7)
    assert "0.png" in dialog._problem.text()
    assert "left out" in dialog._problem.text()
    (folder / "cats" / "1.png").write_bytes(b"nor this")
    dialog.form.width_field.setText("48")
    qtbot.waitUntil(lambda: dialog.grid.count == 6)
    assert "2 of the pictures tried cannot be read" in dialog._problem.text()


@pytest.mark.parametrize("exists", [True, False])
def test_that_a_folder_without_pictures_is_refused_in_words(
    qtbot: QtBot, tmp_path: Path, exists: bool
) -> None:
    path = tmp_path / "empty"
    if exists:
        path.mkdir()
        (path / "notes.txt").write_text("hello")
    dialog = opened(qtbot, path)
    qtbot.waitUntil(lambda: not dialog._problem.isHidden())
    assert dialog._problem.text()
    assert not use_button(dialog).isEnabled()


def test_that_one_picture_is_not_enough(qtbot: QtBot, tmp_path: Path) -> None:
    to_qimage(np.zeros((1, 9, 9), dtype=np.uint8)).save(str(tmp_path / "only.png"))
    dialog = opened(qtbot, tmp_path)
    qtbot.waitUntil(lambda: dialog._summary.toolTip().startswith("1 picture"))
    assert not use_button(dialog).isEnabled()


def test_that_closing_ends_its_thread_whatever_the_answer(qtbot: QtBot, folder: Path) -> None:
    for answer in ("accept", "reject"):
        dialog = opened(qtbot, folder)
        worker = dialog._runner._worker
        getattr(dialog, answer)()
        assert worker.isFinished()


def test_that_using_the_pictures_accepts(qtbot: QtBot, folder: Path) -> None:
    dialog = opened(qtbot, folder)
    qtbot.waitUntil(lambda: use_button(dialog).isEnabled())
    with qtbot.waitSignal(dialog.accepted):
        QTest.mouseClick(use_button(dialog), Qt.MouseButton.LeftButton)
    assert dialog.result() == QDialog.DialogCode.Accepted

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from vae_explorer.errors import ExportError
from vae_explorer.ui.kept import kept_tray
from vae_explorer.ui.panels import keepers_panel
from vae_explorer.ui.panels.export_line import ask_export_path
from vae_explorer.ui.panels.keepers_panel import KeepersPanel


@pytest.fixture
def panel(qtbot: QtBot, world: Any) -> KeepersPanel:
    panel = KeepersPanel(world.session)
    qtbot.addWidget(panel)
    panel.show()
    return panel


def _keep(world: Any, *places: tuple[float, float]) -> None:
    for place in places:
        z = np.array(place)
        kept_tray(world.session).keep(z, world.explorer.decode(z[None])[0])


def test_that_an_empty_tray_says_how_to_fill_it(panel: KeepersPanel, world: Any) -> None:
    assert panel.is_empty
    _keep(world, (1.0, 0.0))
    assert not panel.is_empty


def test_that_the_same_place_is_kept_once(panel: KeepersPanel, world: Any) -> None:
    _keep(world, (1.0, 0.0), (1.0, 0.0), (0.0, 1.0))
    assert panel.grid.count == 2


def test_that_clicking_a_kept_picture_goes_to_its_place_undoably(panel: KeepersPanel, world: Any) -> None:
    _keep(world, (1.0, 0.0), (0.0, 1.0))
    panel.grid.clicked.emit(1)
    np.testing.assert_array_equal(world.session.cursor, [0.0, 1.0])
    world.session.undo_stack.undo()
    np.testing.assert_array_equal(world.session.cursor, [0.0, 0.0])


def test_that_delete_takes_the_framed_picture_out(qtbot: QtBot, panel: KeepersPanel, world: Any) -> None:
    _keep(world, (1.0, 0.0), (0.0, 1.0))
    panel.grid.set_current(0)
    qtbot.keyClick(panel.grid, Qt.Key.Key_Delete)
    assert [kept.z.tolist() for kept in kept_tray(world.session).items] == [[0.0, 1.0]]


def test_that_favourites_of_a_model_come_back_with_it(panel: KeepersPanel, world: Any) -> None:
    _keep(world, (1.0, 0.0))
    world.session.replace_model("another", 2)
    assert panel.is_empty
    world.session.replace_model("blobs", 2)
    assert panel.grid.count == 1


def test_that_latents_are_exported_for_numpy(
    qtbot: QtBot, panel: KeepersPanel, world: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _keep(world, (1.0, 0.0), (0.0, 1.0))
    monkeypatch.setattr(keepers_panel, "ask_export_path", lambda *_: tmp_path / "k.npz")
    panel.export_latents()
    qtbot.waitUntil(lambda: panel.export_line.text == "Saved k.npz")
    with np.load(tmp_path / "k.npz") as arrays:
        np.testing.assert_array_equal(arrays["z"], [[1.0, 0.0], [0.0, 1.0]])
        assert arrays["images"].shape == (2, 1, 12, 12)


def test_that_each_favourite_becomes_a_png_and_all_of_them_a_sheet(
    qtbot: QtBot, panel: KeepersPanel, world: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _keep(world, (1.0, 0.0), (0.0, 1.0), (1.0, 1.0))
    monkeypatch.setattr(keepers_panel, "ask_export_path", lambda *_: tmp_path / "k.png")
    panel.export_singles()
    qtbot.waitUntil(lambda: not panel.export_line.is_busy)
    assert sorted(path.name for path in tmp_path.glob("k-*.png")) == ["k-01.png", "k-02.png", "k-03.png"]
    panel.export_sheet()
    qtbot.waitUntil(lambda: not panel.export_line.is_busy)
    with Image.open(tmp_path / "k.png") as sheet:
        assert sheet.width == sheet.height


def test_that_exported_singles_replace_no_file_that_nobody_was_asked_about(
    panel: KeepersPanel, world: Any, tmp_path: Path
) -> None:
    _keep(world, (1.0, 0.0), (0.0, 1.0))
    theirs = tmp_path / "kept-02.png"
    theirs.write_bytes(b"mine")
    with pytest.raises(ExportError, match="kept-02"):
        keepers_panel.save_singles(tmp_path / "kept.png", kept_tray(world.session).items)
    assert theirs.read_bytes() == b"mine"
    assert list(tmp_path.iterdir()) == [theirs]


@pytest.mark.parametrize(("answer", "goes_on"), [("Yes", True), ("No", False)])
def test_that_a_name_completed_after_the_dialog_asks_before_it_replaces(
    panel: KeepersPanel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, goes_on: bool
) -> None:
    path = tmp_path / "sheet.png"
    path.write_bytes(b"mine")
    kinds = "PNG (*.png)"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path.with_suffix("")), kinds))
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton[answer])
    assert ask_export_path(panel, "Export", "sheet.png", kinds) == (path if goes_on else None)

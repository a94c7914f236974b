"""The window itself: closing, dropping, questions, menus."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QCloseEvent, QDropEvent
from pytestqt.qtbot import QtBot

from vae_explorer.data.spec import DataSpec
from vae_explorer.runs.config import RunConfig
from vae_explorer.runs.folder import RunFolder
from vae_explorer.ui import main_window
from vae_explorer.ui.main_window import MainWindow
from vae_explorer.ui.panels.shortcuts_dialog import shortcut_groups
from vae_explorer.ui.preferences import load_preferences
from vae_explorer.ui.session import TrainingState
from vae_explorer.ui.theme import theme_manager
from vae_explorer.vae.config import ModelConfig

WAIT_MS = 30_000
LONG = RunConfig(
    data=DataSpec(source="digits"),
    model=ModelConfig(network="mlp", hidden=(32,), latent_dim=2),
    epochs=50_000,
)


def drop(window: MainWindow, path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(10, 10),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.dropEvent(event)


def begin_training(window: MainWindow, qtbot: QtBot) -> RunFolder:
    window.workspace.start_training(LONG)
    qtbot.waitUntil(
        lambda: (
            window.session.training_state is TrainingState.RUNNING and window.session.explorer is not None
        ),
        timeout=WAIT_MS,
    )
    assert window.workspace.run is not None
    return window.workspace.run


def test_that_closing_while_training_asks_and_no_means_no(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin_training(window, qtbot)
    monkeypatch.setattr(main_window, "may_stop_training", lambda *_: False)
    event = QCloseEvent()
    window.closeEvent(event)
    assert not event.isAccepted()
    assert window.workspace.is_training


def test_that_closing_while_training_saves_a_run_that_can_go_on(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begin_training(window, qtbot)
    asked: list[str] = []
    monkeypatch.setattr(main_window, "may_stop_training", lambda _w, before: asked.append(before) or True)
    assert window.close()
    assert asked == ["closing"]
    stored = RunFolder.open(run.path)
    assert stored.info.status == "stopped"
    assert stored.has_resume_state()
    assert stored.load_snapshot().step > 0


def test_that_opening_a_model_while_training_asks_first(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run = begin_training(window, qtbot)
    monkeypatch.setattr(main_window, "may_stop_training", lambda *_: False)
    window.open_run(tmp_path)
    assert window.workspace.is_training
    monkeypatch.setattr(main_window, "may_stop_training", lambda *_: True)
    with qtbot.waitSignal(window.workspace.run_opened, timeout=WAIT_MS):
        window.open_run(run.path)
    assert not window.workspace.is_training


def test_that_a_dropped_run_folder_opens(window: MainWindow, qtbot: QtBot) -> None:
    from vae_explorer.locations import models_folder

    with qtbot.waitSignal(window.workspace.run_opened, timeout=WAIT_MS) as opened:
        drop(window, models_folder() / "digits-2d")
    assert opened.args[0].name == "digits-2d"


def test_that_a_dropped_array_becomes_the_data_of_the_next_training(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "pictures.npy"
    np.save(path, np.random.default_rng(0).integers(0, 255, (40, 16, 16), dtype=np.uint8))
    with qtbot.waitSignal(window.workspace.data.ready, timeout=WAIT_MS) as ready:
        drop(window, path)
    assert len(ready.args[0]) == 40
    assert "pictures" in window.panels.banner.text
    config = window.panels.setup.config()
    assert config is not None
    assert config.data.path == path


def test_that_a_dropped_folder_asks_how_pictures_are_fitted(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[Path] = []
    monkeypatch.setattr(window.data, "open_folder", asked.append)
    drop(window, tmp_path)
    qtbot.waitUntil(lambda: asked == [tmp_path])


def test_that_something_else_dropped_is_refused_in_words(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "letter.docx"
    path.write_bytes(b"text")
    drop(window, path)
    qtbot.waitUntil(window.panels.banner.isVisible)
    assert "letter.docx" in window.panels.banner.text
    assert "folder of pictures" in window.panels.banner.text


def test_that_the_theme_menu_changes_the_window_and_is_remembered(window: MainWindow) -> None:
    for action in window.findChildren(QAction):
        if action.objectName() == "action_theme_light":
            action.trigger()
    assert theme_manager().theme.name == "light"
    assert load_preferences().theme == "light"


def test_that_every_action_explains_itself(window: MainWindow) -> None:
    for action in window.menus.actions.all:
        assert action.text(), action.objectName()
        assert len(action.toolTip()) > 10, action.objectName()
        assert len(action.whatsThis()) > 10, action.objectName()


def test_that_no_two_actions_share_a_shortcut(window: MainWindow) -> None:
    keys = [key.toString() for action in window.actions() for key in action.shortcuts()]
    assert len(keys) == len(set(keys)), sorted(keys)


def test_that_escape_leaves_the_start_page_when_a_model_is_open(window: MainWindow, qtbot: QtBot) -> None:
    window.show_start_page()
    assert window.panels.start_page.panel.back_button.isHidden()
    window.session.replace_model("fake", 2)
    window.show_start_page()
    qtbot.keyClick(window.panels.start_page.panel, Qt.Key.Key_Escape)
    assert window.panels.centre.currentWidget() is window.panels.map


def test_that_a_shipped_model_cannot_be_continued(window: MainWindow, qtbot: QtBot) -> None:
    from vae_explorer.locations import models_folder

    with qtbot.waitSignal(window.workspace.run_opened, timeout=WAIT_MS):
        window.open_run(models_folder() / "digits-2d")
    assert not window.menus.actions["continue"].isEnabled()
    with qtbot.waitSignal(window.session.problem) as problem:
        window.workspace.continue_training()
    assert "Digits holds no training state" in problem.args[0]
    assert window.session.training_state is TrainingState.IDLE


def test_that_a_shipped_model_is_remembered_without_the_place_of_the_program(
    window: MainWindow, qtbot: QtBot
) -> None:
    from vae_explorer.locations import models_folder

    with qtbot.waitSignal(window.workspace.run_opened, timeout=WAIT_MS):
        window.open_run(models_folder() / "digits-2d")
    qtbot.waitUntil(lambda: load_preferences().last_run == Path("digits-2d"), timeout=WAIT_MS)
    with qtbot.waitSignal(window.workspace.run_opened, timeout=WAIT_MS) as opened:
        window.begin()
    assert opened.args[0].path == models_folder() / "digits-2d"


def test_that_the_end_of_the_process_asks_nothing_and_saves(window: MainWindow, qtbot: QtBot) -> None:
    run = begin_training(window, qtbot)
    window.close_unasked()
    assert not window.isVisible()
    assert RunFolder.open(run.path).info.status == "stopped"


def test_that_undo_and_redo_are_listed_with_the_other_commands(window: MainWindow) -> None:
    actions = {action.objectName(): action for action in window.menus.actions.all}
    undo, redo = actions["action_undo"], actions["action_redo"]
    assert (undo.text(), redo.text()) == ("Undo", "Redo")
    listed = [shortcut.does for shortcut in shortcut_groups(window.menus.actions.all)["Edit"]]
    assert listed[:2] == ["Undo", "Redo"]
    window.session.replace_model("m", 2)
    window.session.jump_cursor([1.0, 0.0])
    assert undo.isEnabled()
    assert undo.text() == "Undo move cursor"
    assert shortcut_groups(window.menus.actions.all)["Edit"][0].does == "Undo"
    undo.trigger()
    assert redo.text() == "Redo move cursor"


def test_that_closing_during_a_sweep_asks_and_leaves_a_run_that_goes_on(
    sweeping_window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vae_explorer.locations import sweeps_folder

    window = sweeping_window
    answers, asked = [False, True], []
    monkeypatch.setattr(
        main_window, "may_stop_sweep", lambda _w, before: asked.append(before) or answers.pop(0)
    )
    event = QCloseEvent()
    window.closeEvent(event)
    assert not event.isAccepted()
    assert window.panels.sweep.panel.desk.is_running
    assert window.close()
    assert asked == ["closing", "closing"]
    (path,) = sweeps_folder().glob("*/beta-4")
    stored = RunFolder.open(path)
    assert stored.info.status == "stopped"
    assert stored.has_resume_state()

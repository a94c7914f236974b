"""The window itself: closing, dropping, questions, menus."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QCloseEvent, QDropEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from vae_explorer.data.spec import DataSpec
from vae_explorer.runs.config import RunConfig
from vae_explorer.runs.folder import RunFolder
from vae_explorer.ui import main_window
from vae_explorer.ui.main_window import MainWindow
from vae_explorer.ui.panels.shortcuts_dialog import shortcut_groups
from vae_explorer.ui.preferences import Preferences, load_preferences
from vae_explorer.ui.questions import DownloadAnswer
from vae_explorer.ui.session import TrainingState
from vae_explorer.ui.theme import theme_manager
from vae_explorer.vae.config import ModelConfig

WAIT_MS = 30_000
LONG = RunConfig(
    data=DataSpec(source="digits"),
    model=ModelConfig(network="mlp", hidden=(32,), latent_dim=2),
    epochs=50_000,
)


@pytest.fixture
def window(qtbot: QtBot, home: Path) -> Iterator[MainWindow]:
    window = MainWindow(Preferences())
    window.resize(1280, 800)
    with qtbot.waitExposed(window):
        window.show()
    yield window
    window.workspace.shut_down()
    window.hide()
    window.deleteLater()


def begin_sweep(window: MainWindow, qtbot: QtBot) -> None:
    from vae_explorer.locations import models_folder

    session, panel = window.session, window.panels.sweep
    window.open_run(models_folder() / "digits-2d")
    qtbot.waitUntil(lambda: session.explorer is not None and session.images is not None, timeout=WAIT_MS)
    panel.choices.betas.setText("4")
    panel.choices.epochs.set_value(50_000)
    panel.choices.button.click()
    qtbot.waitUntil(lambda: "epoch" in panel.status.text(), timeout=WAIT_MS)


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
    with qtbot.waitSignal(window.workspace.data_ready, timeout=WAIT_MS) as ready:
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
    monkeypatch.setattr(MainWindow, "open_folder", lambda _self, path: asked.append(path))
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


def test_that_nothing_is_downloaded_without_a_yes(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[str] = []

    def answer(_window: MainWindow, missing: object) -> DownloadAnswer:
        asked.append(str(missing))
        return DownloadAnswer.NOTHING

    monkeypatch.setattr(main_window, "ask_download", answer)
    window.choose_data(DataSpec(source="kmnist", data_root=tmp_path))
    qtbot.waitUntil(lambda: len(asked) == 1, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not window.workspace.loader.is_loading, timeout=WAIT_MS)
    assert not any(tmp_path.iterdir())


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
    assert window.panels.start_page.back_button.isHidden()
    window.session.replace_model("fake", 2)
    window.show_start_page()
    qtbot.keyClick(window.panels.start_page, Qt.Key.Key_Escape)
    assert window.panels.centre.currentWidget() is window.panels.map


def test_that_a_random_place_can_be_undone(window: MainWindow) -> None:
    window.session.replace_model("fake", 3)
    window.menus.actions["random_place"].trigger()
    assert np.linalg.norm(window.session.cursor) > 0
    window.session.undo_stack.undo()
    np.testing.assert_array_equal(window.session.cursor, np.zeros(3))


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
    assert load_preferences().last_run == Path("digits-2d")
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
    qtbot.waitUntil(panels.selection.absence.isVisible, timeout=WAIT_MS)
    monkeypatch.setattr(main_window.QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "photos"))
    with qtbot.waitSignal(window.workspace.pictures_missing, timeout=WAIT_MS):
        panels.setup.data.missing.folder_button.click()
    assert "not in the folder “photos”" in panels.setup.data.missing.text


def test_that_closing_during_a_sweep_asks_and_leaves_a_run_that_goes_on(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vae_explorer.locations import sweeps_folder

    begin_sweep(window, qtbot)
    answers, asked = [False, True], []
    monkeypatch.setattr(
        main_window, "may_stop_sweep", lambda _w, before: asked.append(before) or answers.pop(0)
    )
    event = QCloseEvent()
    window.closeEvent(event)
    assert not event.isAccepted()
    assert window.panels.sweep.desk.is_running
    assert window.close()
    assert asked == ["closing", "closing"]
    (path,) = sweeps_folder().glob("*/beta-4")
    stored = RunFolder.open(path)
    assert stored.info.status == "stopped"
    assert stored.has_resume_state()


def test_that_a_training_waits_for_the_sweep_to_stop_if_the_person_agrees(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin_sweep(window, qtbot)
    desk, session = window.panels.sweep.desk, window.session
    monkeypatch.setattr(main_window, "may_stop_sweep", lambda *_: False)
    window.panels.setup.train_requested.emit(LONG)
    assert desk.is_running
    assert session.training_state is TrainingState.IDLE
    monkeypatch.setattr(main_window, "may_stop_sweep", lambda *_: True)
    window.panels.setup.train_requested.emit(LONG)
    qtbot.waitUntil(lambda: session.training_state is TrainingState.RUNNING, timeout=WAIT_MS)
    assert not desk.is_running
    assert not window.panels.sweep.choices.can_start

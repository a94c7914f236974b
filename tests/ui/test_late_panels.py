"""Panels that are made when somebody first looks at them know all that has happened before."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from vae_explorer.locations import models_folder
from vae_explorer.ui import file_dialogs
from vae_explorer.ui.late_panel import LatePanel
from vae_explorer.ui.main_window import MainWindow
from vae_explorer.ui.panels.seen import is_seen

WAIT_MS = 30_000
BEHIND = {
    "samplesDock": "samples",
    "traversalsDock": "traversals",
    "contactSheetDock": "contact_sheet",
    "keepersDock": "keepers",
    "evaluationDock": "evaluation",
    "anomaliesDock": "anomalies",
    "sweepDock": "sweep",
    "selectionDock": "selection",
    "planeDock": "plane",
}


def late(window: MainWindow, dock: str) -> LatePanel[QWidget]:
    found = getattr(window.panels, BEHIND[dock])
    assert isinstance(found, LatePanel)
    return found


@pytest.mark.parametrize("dock", BEHIND)
def test_that_a_panel_behind_another_is_made_when_its_tab_comes_to_the_front(
    window: MainWindow, qtbot: QtBot, dock: str
) -> None:
    found = late(window, dock)
    assert not found.is_made
    window.panels.layout.dock(dock).raise_()
    qtbot.waitUntil(lambda: found.is_made and is_seen(found.panel), timeout=WAIT_MS)
    assert found.panel.size() == found.room.size()
    assert window.findChild(QWidget, found.panel.objectName()) is found.panel


def test_that_the_start_page_is_made_when_it_is_shown(window: MainWindow) -> None:
    assert not window.panels.start_page.is_made
    window.show_start_page()
    assert window.panels.start_page.panel.isVisible()
    window.panels.start_page.panel.map_requested.emit()
    assert window.panels.centre.currentWidget() is window.panels.map


def test_that_panels_know_the_run_that_was_opened_before_and_the_next(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.open_run(models_folder() / "digits-2d")
    qtbot.waitUntil(lambda: window.session.images is not None, timeout=WAIT_MS)
    evaluation, sweep = window.panels.evaluation.panel, window.panels.sweep.panel
    qtbot.waitUntil(evaluation.choices.start_button.isEnabled, timeout=WAIT_MS)
    qtbot.waitUntil(sweep.choices.button.isEnabled, timeout=WAIT_MS)
    with qtbot.waitSignal(window.workspace.run_opened, timeout=WAIT_MS):
        window.open_run(models_folder() / "blooms-2d")
    assert window.workspace.run is not None
    assert window.workspace.run.name == "blooms-2d"
    assert evaluation._run is window.workspace.run
    assert sweep._run is window.workspace.run


def test_that_the_start_page_looks_where_data_sets_were_said_to_be_before(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_dialogs.QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    window.dialogs.ask_data_root()
    assert not window.panels.start_page.is_made
    assert window.panels.start_page.panel._data_root == tmp_path


def test_that_closing_and_training_make_no_panel_of_a_sweep_that_nobody_began(window: MainWindow) -> None:
    assert window.panels.sweep_desk is None
    window.close()
    assert not window.panels.sweep.is_made
    assert window.panels.sweep.panel.desk is window.panels.sweep_desk


def test_that_wires_are_connected_once() -> None:
    made: list[QWidget] = []
    found = LatePanel("panel", QWidget)
    found.when_made(made.append)
    assert not made
    assert found.room.objectName() == "panel"
    panel = found.panel
    found.when_made(made.append)
    found.on_visibility_changed(True)
    assert made == [panel, panel]

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from vae_explorer.ui.panels import contact_sheet_panel
from vae_explorer.ui.panels.contact_sheet_panel import ContactSheetPanel, class_counts


@pytest.fixture
def panel(qtbot: QtBot, world: Any) -> ContactSheetPanel:
    panel = ContactSheetPanel(world.session)
    qtbot.addWidget(panel)
    panel.show()
    return panel


def test_that_an_empty_lasso_says_how_to_fill_it(panel: ContactSheetPanel) -> None:
    assert panel.is_empty
    assert "Shift-drag" in panel.empty_state.words


def test_that_without_pictures_a_lasso_says_where_they_can_be_had(
    qtbot: QtBot, world: Any, panel: ContactSheetPanel
) -> None:
    world.session.set_images(None)
    world.session.set_lasso(np.arange(10, 30))
    qtbot.waitUntil(lambda: "Data card" in panel.empty_state.words)
    world.session.set_images(world.images)
    qtbot.waitUntil(lambda: panel.grid.count == 20)


def test_that_lassoed_images_are_shown_and_counted(
    qtbot: QtBot, world: Any, panel: ContactSheetPanel
) -> None:
    lasso = np.arange(10, 30)
    world.session.set_lasso(lasso)
    qtbot.waitUntil(lambda: panel.grid.count == 20)
    np.testing.assert_array_equal(panel.grid.images, world.images.images[lasso])
    right = int(world.images.labels[lasso].sum())
    assert panel.note.text().startswith("20 images")
    assert f"right: {right}" in panel.note.text()
    assert f"left: {20 - right}" in panel.note.text()


def test_that_reconstructions_replace_the_originals_on_request(
    qtbot: QtBot, world: Any, panel: ContactSheetPanel
) -> None:
    world.session.set_lasso(np.arange(5))
    qtbot.waitUntil(lambda: panel.grid.count == 5)
    panel.shows.setCurrentIndex(1)
    wanted = world.explorer.reconstruct(world.images.images[:5]).reconstruction
    qtbot.waitUntil(lambda: np.array_equal(panel.grid.images, wanted))


def test_that_newer_weights_do_not_redraw_originals(
    qtbot: QtBot, world: Any, panel: ContactSheetPanel
) -> None:
    world.session.set_lasso(np.arange(5))
    qtbot.waitUntil(lambda: panel.grid.count == 5)
    shown = panel.grid.images
    panel.refresh()
    assert not panel.is_busy
    assert panel.grid.images is shown


def test_that_clicking_a_picture_selects_it_and_clear_empties_the_lasso(
    qtbot: QtBot, world: Any, panel: ContactSheetPanel
) -> None:
    world.session.set_lasso(np.array([8, 3, 5]))
    qtbot.waitUntil(lambda: panel.grid.count == 3)
    panel.grid.clicked.emit(1)
    assert world.session.selection == 3
    assert panel.grid.current == 1
    panel.clear_button.click()
    assert len(world.session.lasso) == 0
    assert panel.is_empty


def test_that_the_sheet_is_exported(
    qtbot: QtBot, world: Any, panel: ContactSheetPanel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.session.set_lasso(np.arange(5))
    qtbot.waitUntil(lambda: panel.grid.count == 5)
    monkeypatch.setattr(contact_sheet_panel, "ask_export_path", lambda *_: tmp_path / "s.png")
    panel.export()
    qtbot.waitUntil(lambda: panel.export_line.text == "Saved s.png")
    assert (tmp_path / "s.png").read_bytes().startswith(b"\x89PNG")


def test_that_small_classes_are_summed_as_others() -> None:
    labels = np.repeat(np.arange(8), [9, 8, 7, 6, 5, 4, 2, 1])
    assert class_counts(labels, tuple("abcdefgh")) == "a: 9 · b: 8 · c: 7 · d: 6 · e: 5 · f: 4 · others: 3"

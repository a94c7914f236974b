from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from vae_explorer.ui.panels.traversals_panel import TraversalsPanel


@pytest.fixture
def panel(qtbot: QtBot, world: Any, open_world: Any) -> TraversalsPanel:
    open_world(world.session, 8)
    panel = TraversalsPanel(world.session)
    qtbot.addWidget(panel)
    panel.resize(700, 300)
    panel.show()
    qtbot.waitUntil(lambda: panel.rows.n_rows == 5)
    return panel


def test_that_rows_are_ordered_by_kl_and_collapsed_ones_are_folded_away(
    qtbot: QtBot, panel: TraversalsPanel, world: Any
) -> None:
    kl = world.session.encodings.kl_per_dim
    wanted = [f"z{d + 1}" for d in np.argsort(-kl[:5], kind="stable")]
    assert [label.name for label in panel.rows.labels] == wanted
    assert panel.rows.labels[0].value == f"{kl.max():.2f} nats"
    assert panel.inactive.text() == "3 inactive dimensions"
    panel.inactive.click()
    qtbot.waitUntil(lambda: panel.rows.n_rows == 8)
    assert [label.faded for label in panel.rows.labels] == [False] * 5 + [True] * 3


def test_that_each_row_changes_one_dimension_of_the_cursor_over_the_span(
    qtbot: QtBot, panel: TraversalsPanel, world: Any
) -> None:
    cursor = np.linspace(-1.0, 1.0, 8)
    world.session.set_cursor(cursor)
    qtbot.waitUntil(lambda: np.isclose(panel.latents[0, 0], cursor).sum() == 7)
    for row, label in enumerate(panel.rows.labels):
        dim = int(label.name[1:]) - 1
        np.testing.assert_allclose(panel.latents[row, :, dim], np.linspace(-3.0, 3.0, 9))
        others = np.delete(panel.latents[row], dim, axis=1)
        np.testing.assert_array_equal(others, np.broadcast_to(np.delete(cursor, dim), others.shape))


def test_that_steps_and_span_are_obeyed(qtbot: QtBot, panel: TraversalsPanel) -> None:
    panel.steps.setValue(15)
    panel.span.setValue(1.5)
    qtbot.waitUntil(lambda: panel.rows.n_columns == 15 and np.isclose(panel.latents.max(), 1.5))


def test_that_rows_stand_still_under_the_mouse_while_the_cursor_follows_it(
    qtbot: QtBot, panel: TraversalsPanel, world: Any
) -> None:
    before = panel.latents.copy()
    panel.rows.frame_hovered.emit(1, 0)
    np.testing.assert_array_equal(world.session.cursor, before[1, 0])
    assert not panel.is_busy
    panel.rows.frame_hovered.emit(-1, -1)
    qtbot.waitUntil(lambda: not np.array_equal(panel.latents, before))


def test_that_clicking_a_picture_stays_there_undoably(panel: TraversalsPanel, world: Any) -> None:
    place = panel.latents[2, 7].copy()
    panel.rows.frame_hovered.emit(2, 7)
    panel.rows.frame_clicked.emit(2, 7)
    np.testing.assert_array_equal(world.session.cursor, place)
    world.session.undo_stack.undo()
    np.testing.assert_array_equal(world.session.cursor, np.zeros(8))


def test_that_arrow_keys_walk_the_pictures(qtbot: QtBot, panel: TraversalsPanel, world: Any) -> None:
    qtbot.keyClick(panel.rows, Qt.Key.Key_Down)
    assert panel.rows.current == 4
    first = panel.latents.copy()
    qtbot.keyClick(panel.rows, Qt.Key.Key_Right)
    np.testing.assert_allclose(world.session.cursor, first[0, 5])


def test_that_only_the_first_32_dimensions_are_computed_until_all_are_asked_for(
    qtbot: QtBot, panel: TraversalsPanel, world: Any, open_world: Any
) -> None:
    other = open_world(world.session, 40, variational=False)
    qtbot.waitUntil(lambda: panel.rows.n_rows == 32)
    assert panel.more.text() == "Show all 40"
    assert "an autoencoder has no KL" in panel.note.text()
    panel.more.click()
    qtbot.waitUntil(lambda: panel.rows.n_rows == 40)
    sigma = other.session.encodings.mu.std(axis=0)
    assert panel.rows.labels[0].value == f"{sigma.max():.2f} σ"


@pytest.mark.parametrize(
    ("prior_name", "has_closed_kl", "note", "words"),
    [
        ("normal", True, "KL to the prior N(0, I)", "how much it tells"),
        ("mixture", False, "not the learned prior", "do not add up"),
        ("normal", False, "of a Gaussian", "not Gaussian"),
    ],
)
def test_that_the_order_says_truthfully_which_kl_it_is_by(
    panel: TraversalsPanel, world: Any, prior_name: str, has_closed_kl: bool, note: str, words: str
) -> None:
    explorer = world.session.explorer
    panel._rows(
        world.session.encodings, replace(explorer, prior_name=prior_name, has_closed_kl=has_closed_kl)
    )
    assert note in panel.note.text()
    panel.note.grab()  # painting a caption that is cut puts its text before
    assert words in panel.note.toolTip()

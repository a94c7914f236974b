from __future__ import annotations

import gc
import weakref
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from vae_explorer.ui.panels.reconstruction_panel import ReconstructionPanel
from vae_explorer.ui.widgets.numbers import signed
from vae_explorer.vae.config import ModelConfig
from vae_explorer.vae.recon_label import recon_label


@pytest.fixture
def panel(qtbot: QtBot, world: Any) -> ReconstructionPanel:
    panel = ReconstructionPanel(world.session)
    qtbot.addWidget(panel)
    panel.resize(336, 260)
    panel.show()
    qtbot.waitUntil(lambda: panel.list.row(0) is not None)
    return panel


def _wait_for(qtbot: QtBot, panel: ReconstructionPanel, ranking: Any) -> None:
    qtbot.waitUntil(lambda: not panel.is_busy and panel.ranking.tolist() == list(ranking))


def test_that_the_worst_validation_images_come_first(panel: ReconstructionPanel, world: Any) -> None:
    assert panel.objectName() == "reconstructionPanel"
    recon = world.session.encodings.recon
    validation = np.arange(0, 60, 5)
    assert panel.ranking.tolist() == validation[np.argsort(-recon[validation], kind="stable")].tolist()
    row = panel.list.row(0)
    assert row is not None
    worst = int(panel.ranking[0])
    np.testing.assert_array_equal(row.original, world.images.images[worst])
    assert dict(row.numbers)["recon"] == f"{signed(recon[worst], 1)} nats"
    assert set(dict(row.numbers)) == {"recon", "KL", "PSNR", "SSIM"}


def test_that_the_difference_is_reconstruction_minus_original(panel: ReconstructionPanel, world: Any) -> None:
    row = panel.list.row(0)
    assert row is not None
    signed = row.reconstruction[0].astype(int) - row.original[0].astype(int)
    np.testing.assert_array_equal(row.signed, signed)


def test_that_only_rows_in_view_are_reconstructed(
    qtbot: QtBot, panel: ReconstructionPanel, world: Any
) -> None:
    seen = len(panel.list.rows_in_view)
    assert seen < len(panel.ranking)
    newer = world.newer_weights()
    qtbot.waitUntil(lambda: newer.n_reconstructed > 0, timeout=3000)
    qtbot.waitUntil(lambda: not panel.is_busy)
    assert newer.n_reconstructed == seen


def test_that_rows_made_by_older_weights_do_not_keep_those_weights(
    qtbot: QtBot, panel: ReconstructionPanel, world: Any
) -> None:
    made_by = weakref.ref(world.session.explorer)
    bar = panel.list.verticalScrollBar()
    bar.setValue(bar.maximum())
    last = len(panel.ranking) - 1
    qtbot.waitUntil(lambda: panel.list.row(last) is not None and not panel.is_busy)
    bar.setValue(0)
    world.newer_weights()
    qtbot.waitUntil(lambda: world.session.explorer is not made_by() and not panel.is_busy)
    assert panel.list.row(last) is not None  # still there, out of view

    def is_gone() -> bool:
        gc.collect()
        return made_by() is None

    qtbot.waitUntil(is_gone)


def test_that_scrolling_fills_in_the_rows_that_come_into_view(
    qtbot: QtBot, panel: ReconstructionPanel
) -> None:
    bar = panel.list.verticalScrollBar()
    bar.setValue(bar.maximum())
    last = len(panel.ranking) - 1
    qtbot.waitUntil(lambda: panel.list.row(last) is not None)


def test_that_best_first_random_and_class_filter_work(
    qtbot: QtBot, panel: ReconstructionPanel, world: Any
) -> None:
    worst = panel.ranking.tolist()
    panel.choose_order("best")
    _wait_for(qtbot, panel, worst[::-1])
    panel.classes.setCurrentIndex(2)
    _wait_for(qtbot, panel, [k for k in worst[::-1] if world.images.labels[k] == 1])
    panel.classes.setCurrentIndex(0)
    panel.choose_order("random")
    qtbot.waitUntil(lambda: sorted(panel.ranking.tolist()) == sorted(worst) and not panel.is_busy)
    first = panel.ranking.tolist()
    panel.dice.click()
    qtbot.waitUntil(lambda: panel.ranking.tolist() != first)


def test_that_chosen_shows_the_lasso_or_else_the_selection_or_else_says_how(
    qtbot: QtBot, panel: ReconstructionPanel, world: Any
) -> None:
    panel.choose_order("chosen")
    _wait_for(qtbot, panel, [])
    assert "shift-drag" in panel.list.accessibleDescription()
    world.session.set_selection(7)
    _wait_for(qtbot, panel, [7])
    world.session.set_lasso(np.array([4, 2, 9]))
    _wait_for(qtbot, panel, [4, 2, 9])


def test_that_a_click_selects_the_image_and_a_selection_marks_the_row(
    qtbot: QtBot, panel: ReconstructionPanel, world: Any
) -> None:
    place = panel.list.row_rect(1).center()
    qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert world.session.selection == int(panel.ranking[1])
    world.session.set_selection(int(panel.ranking[5]))
    assert panel.list.current == 5
    assert panel.list.viewport().rect().contains(panel.list.row_rect(5).center())
    world.session.set_selection(None)
    assert panel.list.current == -1


def test_that_arrow_keys_walk_through_the_rows(qtbot: QtBot, panel: ReconstructionPanel, world: Any) -> None:
    qtbot.keyClick(panel.list, Qt.Key.Key_Down)
    qtbot.keyClick(panel.list, Qt.Key.Key_Down)
    assert world.session.selection == int(panel.ranking[1])
    qtbot.keyClick(panel.list, Qt.Key.Key_End)
    assert world.session.selection == int(panel.ranking[-1])


def test_that_new_losses_reorder_the_rows_but_not_under_the_mouse(
    qtbot: QtBot, panel: ReconstructionPanel, world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = panel.ranking.tolist()
    turned = replace(world.session.encodings, recon=-world.session.encodings.recon)
    monkeypatch.setattr(panel.list, "underMouse", lambda: True)
    world.session.set_encodings(turned)
    assert panel.ranking.tolist() == before
    monkeypatch.setattr(panel.list, "underMouse", lambda: False)
    panel.list.hovered.emit(-1)
    _wait_for(qtbot, panel, before[::-1])


def test_that_an_autoencoder_shows_no_kl(
    qtbot: QtBot, panel: ReconstructionPanel, world: Any, open_world: Any
) -> None:
    open_world(world.session, 2, variational=False)
    qtbot.waitUntil(lambda: panel.list.row(0) is not None)
    row = panel.list.row(0)
    assert row is not None
    assert set(dict(row.numbers)) == {"recon", "PSNR", "SSIM"}


def test_that_a_cross_entropy_is_said_to_be_no_likelihood(
    qtbot: QtBot, panel: ReconstructionPanel, world: Any
) -> None:
    assert not panel.caption.isVisible()
    world.session.set_recon_label(recon_label(ModelConfig(), has_binary_pixels=False))
    assert "not a likelihood" in panel.caption.text()
    assert panel.caption.isVisible()
    world.newer_weights()
    qtbot.waitUntil(lambda: "recon†" in dict(panel.list.row(0).numbers))

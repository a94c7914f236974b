from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from vae_explorer.ui.kept import kept_tray
from vae_explorer.ui.panels import samples_panel
from vae_explorer.ui.panels.samples_panel import SamplesPanel


@pytest.fixture
def panel(qtbot: QtBot, world: Any) -> SamplesPanel:
    panel = SamplesPanel(world.session)
    qtbot.addWidget(panel)
    panel.resize(700, 180)
    panel.show()
    qtbot.waitUntil(lambda: panel.grid.count == 64)
    return panel


def test_that_samples_are_decoded_draws_of_the_prior(panel: SamplesPanel, world: Any) -> None:
    assert panel.objectName() == "samplesPanel"
    wanted = np.random.default_rng(0).standard_normal((64, 2))
    np.testing.assert_array_equal(panel.latents, wanted)
    assert panel.grid.images is not None
    np.testing.assert_array_equal(panel.grid.images, world.explorer.decode(wanted))


def test_that_temperature_scales_the_same_draws(qtbot: QtBot, panel: SamplesPanel) -> None:
    before = panel.latents.copy()
    panel.temperature.setValue(panel.temperature.maximum())
    qtbot.waitUntil(lambda: np.allclose(panel.latents, 2.0 * before))
    panel.temperature.setValue(0)
    qtbot.waitUntil(lambda: not panel.latents.any())


def test_that_dice_takes_another_seed_and_the_old_one_brings_the_old_samples_back(
    qtbot: QtBot, panel: SamplesPanel
) -> None:
    before = panel.latents.copy()
    panel.dice.click()
    assert panel.seed.value() == 1
    qtbot.waitUntil(lambda: not np.array_equal(panel.latents, before))
    panel.seed.setValue(0)
    qtbot.waitUntil(lambda: np.array_equal(panel.latents, before))


def test_that_clicking_a_sample_goes_there_and_undo_leads_back_to_before_the_hover(
    panel: SamplesPanel, world: Any
) -> None:
    panel.grid.hovered.emit(2)
    np.testing.assert_array_equal(world.session.cursor, panel.latents[2])
    panel.grid.hovered.emit(9)
    panel.grid.clicked.emit(9)
    np.testing.assert_array_equal(world.session.cursor, panel.latents[9])
    world.session.undo_stack.undo()
    np.testing.assert_array_equal(world.session.cursor, [0.0, 0.0])


def test_that_keep_takes_the_framed_sample(panel: SamplesPanel, world: Any) -> None:
    assert not panel.keep.isEnabled()
    panel.grid.set_current(4)
    panel.keep.click()
    (kept,) = kept_tray(world.session).items
    np.testing.assert_array_equal(kept.z, panel.latents[4])


def test_that_a_vae_is_not_told_about_missing_priors(panel: SamplesPanel) -> None:
    assert not panel.source.isVisible()
    assert not panel.note.isVisible()


def test_that_an_autoencoder_is_said_to_have_no_prior_and_draws_from_its_codes(
    qtbot: QtBot, panel: SamplesPanel, world: Any, open_world: Any
) -> None:
    other = open_world(world.session, 2, variational=False)
    qtbot.waitUntil(lambda: panel.source.isVisible() and len(panel.latents) == 64)
    assert "An autoencoder has no prior" in panel.note.text()
    panel.count.setValue(400)
    qtbot.waitUntil(lambda: len(panel.latents) == 400)
    mu = other.session.encodings.mu
    np.testing.assert_allclose(panel.latents.mean(axis=0), mu.mean(axis=0), atol=0.25)
    panel.source.setCurrentIndex(1)
    wanted = np.random.default_rng(0).standard_normal((400, 2))
    qtbot.waitUntil(lambda: np.array_equal(panel.latents, wanted))
    assert "may lie far from its codes" in panel.note.text()


def test_that_latents_are_exported_with_their_pictures(
    qtbot: QtBot, panel: SamplesPanel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names: list[str] = []

    def ask(_parent: object, _title: str, name: str, _filters: str) -> Path:
        names.append(name)
        return tmp_path / name

    monkeypatch.setattr(samples_panel, "ask_export_path", ask)
    panel.export_latents()
    qtbot.waitUntil(lambda: not panel.export_line.is_busy)
    assert names == ["samples-seed0-T1.00.npz"]
    with np.load(tmp_path / names[0]) as arrays:
        np.testing.assert_array_equal(arrays["z"], panel.latents)

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from vae_explorer.ui.panels.selection_panel import SelectionPanel
from vae_explorer.ui.widgets.numbers import signed
from vae_explorer.vae.config import ModelConfig
from vae_explorer.vae.recon_label import recon_label

SLOW_MS = 20_000  # the first import of scikit-learn


@pytest.fixture
def panel(qtbot: QtBot, world: Any) -> SelectionPanel:
    panel = SelectionPanel(world.session)
    qtbot.addWidget(panel)
    panel.resize(336, 700)
    panel.show()
    return panel


def _select(qtbot: QtBot, world: Any, panel: SelectionPanel, image: int) -> None:
    world.session.set_selection(image)
    qtbot.waitUntil(lambda: panel.title.text().startswith(f"Image {image} "))


def test_that_without_a_selection_the_panel_says_how_to_select(panel: SelectionPanel) -> None:
    assert panel.is_empty
    assert "Click a point on the map" in panel.empty_state.words


def test_that_the_image_its_reconstruction_and_what_is_known_are_shown(
    qtbot: QtBot, world: Any, panel: SelectionPanel
) -> None:
    _select(qtbot, world, panel, 10)
    images, explorer = world.images, world.explorer
    name = images.class_names[images.labels[10]]
    assert panel.title.text() == f"Image 10 · class {name} · validation"
    assert panel.facts.text().startswith(f"x {images.factors[10, 0]:.3g} · y ")
    x = images.images[10:11]
    assert np.array_equal(panel.pictures["original"].image, x[0])
    assert np.array_equal(panel.pictures["reconstruction"].image, explorer.reconstruct(x).reconstruction[0])
    assert panel._numbers["recon"].text() == f"{signed(explorer.reconstruct(x).recon[0], 1)} nats"


def test_that_the_posterior_is_shown_with_its_standard_deviations(
    qtbot: QtBot, world: Any, panel: SelectionPanel
) -> None:
    _select(qtbot, world, panel, 10)
    mu = world.explorer.codes(world.images.images[10:11])[0]
    assert [bar.name for bar in panel.posterior.bars] == ["z1", "z2"]
    np.testing.assert_allclose([bar.mean for bar in panel.posterior.bars], mu, rtol=1e-5)
    np.testing.assert_allclose([bar.std for bar in panel.posterior.bars], np.exp(-1.5), rtol=1e-5)


def test_that_of_many_dimensions_those_that_tell_most_are_shown(
    qtbot: QtBot, world: Any, panel: SelectionPanel, open_world: Any
) -> None:
    other = open_world(world.session, 30)
    _select(qtbot, other, panel, 3)
    mu = other.explorer.codes(other.images.images[3:4])[0]
    wanted = [f"z{d + 1}" for d in np.argsort(-np.abs(mu), kind="stable")[:12]]
    assert [bar.name for bar in panel.posterior.bars] == wanted
    assert "12 of 30 dimensions" in panel.posterior_title.text()


def test_that_the_eight_nearest_images_are_shown_and_a_click_selects_one(
    qtbot: QtBot, world: Any, panel: SelectionPanel
) -> None:
    _select(qtbot, world, panel, 10)
    qtbot.waitUntil(lambda: panel.neighbours.count == 8, timeout=SLOW_MS)
    mu = world.session.encodings.mu
    order = np.argsort(np.linalg.norm(mu - mu[10], axis=1), kind="stable")
    assert panel.neighbour_images.tolist() == order[1:9].tolist()
    panel.neighbours.clicked.emit(2)
    assert world.session.selection == order[3]


def test_that_the_cursor_goes_to_the_code_undoably(qtbot: QtBot, world: Any, panel: SelectionPanel) -> None:
    _select(qtbot, world, panel, 10)
    panel.go_button.click()
    np.testing.assert_allclose(
        world.session.cursor, world.explorer.codes(world.images.images[10:11])[0], rtol=1e-5
    )
    world.session.undo_stack.undo()
    np.testing.assert_array_equal(world.session.cursor, [0.0, 0.0])
    panel.close_button.click()
    assert world.session.selection is None
    assert panel.is_empty


def test_that_an_autoencoder_has_a_code_and_no_posterior(
    qtbot: QtBot, world: Any, panel: SelectionPanel, open_world: Any
) -> None:
    _select(qtbot, open_world(world.session, 2, variational=False), panel, 3)
    assert panel.posterior_title.text() == "Code"
    assert all(bar.std is None for bar in panel.posterior.bars)
    assert not panel._numbers["KL"].isVisible()


def test_that_without_the_picture_its_code_tells_what_is_known(
    qtbot: QtBot, world: Any, panel: SelectionPanel
) -> None:
    images, session = world.images, world.session
    codes = replace(
        session.encodings, labels=images.labels, split=images.split, class_names=images.class_names
    )
    session.set_images(None)
    session.set_encodings(codes)
    _select(qtbot, world, panel, 10)
    assert panel.title.text() == f"Image 10 · class {images.class_names[images.labels[10]]} · validation"
    assert panel.absence.isVisible()
    assert panel.absence.text() == "The picture itself is not on this machine."
    assert [name for name, view in panel.pictures.items() if view.isVisible()] == ["reconstruction"]
    assert np.array_equal(panel.pictures["reconstruction"].image, world.explorer.decode(codes.mu[10:11])[0])
    assert panel._numbers["recon"].text() == f"{signed(codes.recon[10], 1)} nats"
    assert panel._numbers["KL"].text() == f"{codes.kl[10]:.1f} nats"
    assert not panel._numbers["PSNR"].isVisible()
    np.testing.assert_allclose([bar.mean for bar in panel.posterior.bars], codes.mu[10], rtol=1e-6)
    np.testing.assert_allclose([bar.std for bar in panel.posterior.bars], np.exp(-1.5), rtol=1e-5)
    qtbot.waitUntil(lambda: panel.neighbours.count == 8, timeout=SLOW_MS)
    redrawn = world.explorer.decode(codes.mu[panel.neighbour_images])
    np.testing.assert_array_equal(panel.neighbours.images, redrawn)
    panel.go_button.click()
    np.testing.assert_allclose(session.cursor, codes.mu[10], rtol=1e-6)
    session.set_images(images)
    qtbot.waitUntil(lambda: panel.pictures["original"].isVisible())
    assert np.array_equal(panel.pictures["original"].image, images.images[10])
    assert panel._numbers["PSNR"].isVisible()
    assert not panel.absence.isVisible()
    qtbot.waitUntil(lambda: np.array_equal(panel.neighbours.images, images.images[panel.neighbour_images]))


def test_that_codes_of_an_older_version_tell_their_number_only(
    qtbot: QtBot, world: Any, panel: SelectionPanel
) -> None:
    world.session.set_images(None)
    world.session.set_selection(10)
    qtbot.waitUntil(lambda: panel.title.text() == "Image 10")
    world.session.set_selection(999)
    qtbot.waitUntil(lambda: panel.is_empty)


def test_that_bits_stand_beside_nats_where_pixels_have_8_bits(
    qtbot: QtBot, panel: SelectionPanel, world: Any
) -> None:
    _select(qtbot, world, panel, 10)
    assert not panel.bits.isVisible()  # black and white pixels
    world.session.set_recon_label(recon_label(ModelConfig(likelihood="gaussian"), has_binary_pixels=False))
    answer = world.explorer.reconstruct(world.images.images[10:11])
    nats = float(answer.recon[0] + answer.kl[0])
    bits = nats / (12 * 12 * np.log(2.0)) + np.log2(255.0)  # a density at steps of 1/255
    assert panel.bits.text() == f"recon + KL is {signed(bits, 3)} bits/dim"
    assert panel.bits.isVisible()
    assert "1/255" in panel.bits.toolTip()


def test_that_a_cross_entropy_is_said_to_be_no_likelihood(
    qtbot: QtBot, panel: SelectionPanel, world: Any
) -> None:
    _select(qtbot, world, panel, 10)
    assert not panel.recon_caption.isVisible()
    world.session.set_recon_label(recon_label(ModelConfig(), has_binary_pixels=False))
    assert "not a likelihood" in panel.recon_caption.text()
    assert panel._number_names["recon"].text() == "recon†"

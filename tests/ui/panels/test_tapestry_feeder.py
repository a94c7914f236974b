"""Tiles decoded off the GUI thread, a few at a time."""

from __future__ import annotations

import threading
import time
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from vae_explorer.latent.planes import axes_plane
from vae_explorer.ui.panels import tapestry_feeder
from vae_explorer.ui.panels.latent_map import LatentMapPanel
from vae_explorer.ui.session import Session, TrainingState
from vae_explorer.ui.widgets.map.layer import Layer
from vae_explorer.ui.widgets.map.tapestry_grid import Block
from vae_explorer.ui.widgets.map.tapestry_layer import TapestryLayer


@pytest.fixture
def panel(qtbot: QtBot, session: Session) -> LatentMapPanel:
    panel = LatentMapPanel(session)
    qtbot.addWidget(panel)
    panel.resize(420, 320)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def complete(panel: LatentMapPanel) -> bool:
    return not panel.view.tapestry.wanted(panel.view.viewport)


def entries(layer: TapestryLayer) -> Any:
    return layer._entries


def test_that_the_view_is_filled_with_what_the_model_decodes_there(qtbot, panel, world) -> None:
    qtbot.waitUntil(lambda: complete(panel))
    layer, view = panel.view.tapestry, panel.view
    for block in layer.grid.visible(view.viewport, layer.grid.level(view.viewport))[:3]:
        expected = world.explorer.decode(world.session.plane.to_latent(layer.grid.centres(block)))
        np.testing.assert_array_equal(entries(layer)[block].images, expected)


def test_that_tiles_are_decoded_off_the_gui_thread(qtbot, panel, world) -> None:
    qtbot.waitUntil(lambda: complete(panel))
    world.explorer.threads.clear()  # the fixture decoded here
    panel.view.set_viewport(panel.view.viewport.zoomed(6.0))
    qtbot.waitUntil(lambda: complete(panel))
    assert world.explorer.threads
    assert threading.current_thread().name not in world.explorer.threads


def test_that_two_threads_share_the_tiles_unless_a_training_needs_the_core(
    qtbot, panel, session, world
) -> None:
    qtbot.waitUntil(lambda: complete(panel))
    for state, n_threads in ((TrainingState.IDLE, 2), (TrainingState.RUNNING, 1)):
        session.set_training_state(state)
        world.explorer.threads.clear()
        panel.view.set_viewport(panel.view.viewport.zoomed(6.0))
        qtbot.waitUntil(lambda: complete(panel) and session.spare.is_idle and session.slow.is_idle)
        assert len(world.explorer.threads) == n_threads


def test_that_a_view_that_is_complete_at_once_gets_no_coarse_impression(qtbot, panel, world) -> None:
    qtbot.waitUntil(lambda: complete(panel))  # now it is known how fast tiles are decoded
    layer = panel.view.tapestry
    layer.reset(layer.grid)
    panel.tapestry.pump()
    qtbot.waitUntil(lambda: complete(panel))
    assert {block.level for block in entries(layer)} == {layer.grid.level(panel.view.viewport)}


def test_that_panning_back_decodes_nothing_again(qtbot, panel, world) -> None:
    qtbot.waitUntil(lambda: complete(panel))
    start = panel.view.viewport
    panel.view.set_viewport(start.panned(160, 0))
    qtbot.waitUntil(lambda: complete(panel))
    decoded = world.explorer.n_decoded
    panel.view.set_viewport(start)
    assert complete(panel)
    assert world.explorer.n_decoded == decoded


def test_that_zooming_in_refines(qtbot, panel, world) -> None:
    qtbot.waitUntil(lambda: complete(panel))
    coarse = panel.view.tapestry.grid.level(panel.view.viewport)
    panel.view.set_viewport(panel.view.viewport.zoomed(6.0))
    qtbot.waitUntil(lambda: complete(panel))
    fine = panel.view.tapestry.grid.level(panel.view.viewport)
    assert fine < coarse
    assert any(block.level == fine for block in entries(panel.view.tapestry))


def test_that_a_coarse_impression_comes_first(panel, world) -> None:
    layer = panel.view.tapestry
    layer.reset(layer.grid)
    level = layer.grid.level(panel.view.viewport)
    assert {block.level for block in layer.wanted(panel.view.viewport)} == {level + 3}


def test_that_newer_weights_replace_the_tiles_and_nothing_blinks(qtbot, panel, world) -> None:
    qtbot.waitUntil(lambda: complete(panel))
    before = panel.view.tapestry.generation
    world.newer_weights()
    assert not panel.view.tapestry.is_empty
    qtbot.waitUntil(lambda: panel.view.tapestry.generation > before and complete(panel))
    kept = [entry.generation for entry in entries(panel.view.tapestry).values()]
    assert max(kept) == panel.view.tapestry.generation


def test_that_a_new_model_is_followed_closely_and_an_old_one_by_what_it_costs(
    qtbot, panel, world, monkeypatch
) -> None:
    qtbot.waitUntil(lambda: complete(panel))
    feeder = panel.tapestry
    rests: list[int] = []
    monkeypatch.setattr(feeder._rest, "start", rests.append)
    monkeypatch.setattr(tapestry_feeder, "REST_FACTOR", 1000.0)
    feeder._spent_ms = 60.0
    for age_s in (2.0, 4.0, 3600.0):
        feeder._met_at = time.perf_counter() - age_s
        feeder._newer_waits = True
        feeder.pump()
    cost = 1000.0 * (60.0 + panel.view.tapestry.paint_ms)
    assert rests == [pytest.approx(2000, abs=200), pytest.approx(4000, abs=200), int(cost)]


def test_that_other_directions_drop_every_tile(qtbot, panel, session, open_world) -> None:
    world = open_world(session, 4)
    qtbot.waitUntil(lambda: complete(panel))
    session.set_plane(axes_plane(4, 2, 3))
    qtbot.waitUntil(lambda: complete(panel))
    layer = panel.view.tapestry
    block = layer.grid.visible(panel.view.viewport, layer.grid.level(panel.view.viewport))[0]
    expected = world.explorer.decode(session.plane.to_latent(layer.grid.centres(block)))
    np.testing.assert_array_equal(entries(layer)[block].images, expected)


def test_that_a_hidden_tapestry_decodes_nothing(qtbot, panel, session, open_world) -> None:
    panel.view.set_layer(Layer.TAPESTRY, False)
    world = open_world(session)
    qtbot.waitUntil(lambda: session.fast.is_idle and session.slow.is_idle)
    assert panel.view.tapestry.is_empty
    panel.view.set_layer(Layer.TAPESTRY, True)
    qtbot.waitUntil(lambda: complete(panel))
    assert world.explorer.n_decoded > 0


def test_that_late_tiles_of_another_model_are_dropped_and_of_older_weights_never_replace_newer_ones() -> None:
    layer = TapestryLayer()
    block = Block(0, 0, 0)
    tiles = [np.full((layer.grid.n_tiles, 1, 8, 8), shade, dtype=np.uint8) for shade in (10, 20)]
    layer.reset(layer.grid)
    old = layer.generation
    layer.renew()
    layer.put(block, tiles[1], layer.generation, 1.0)
    layer.put(block, tiles[0], old, 1.0)
    np.testing.assert_array_equal(entries(layer)[block].images, tiles[1])
    before_reset = layer.generation
    layer.reset(layer.grid)
    layer.put(block, tiles[1], before_reset, 1.0)
    assert layer.is_empty


def test_that_a_decoder_that_fails_is_told_once(qtbot, panel, session, open_world, expected_log) -> None:
    expected_log.append("tapestry")
    world = open_world(session)
    qtbot.waitUntil(lambda: complete(panel))

    def broken(_z: Any) -> Any:
        raise ValueError("no such layer")

    world.explorer.decode = broken
    told: list[str] = []
    session.problem.connect(told.append)
    panel.view.set_viewport(panel.view.viewport.zoomed(4.0))
    qtbot.waitUntil(lambda: bool(told))
    panel.view.set_viewport(panel.view.viewport.panned(40, 0))
    assert session.slow.is_idle
    assert len(told) == 1
    assert "no such layer" in told[0]

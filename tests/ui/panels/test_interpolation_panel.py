from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from vae_explorer.latent.paths import path_frames
from vae_explorer.ui.panels import interpolation_panel
from vae_explorer.ui.panels.interpolation_panel import InterpolationPanel


@pytest.fixture
def panel(qtbot: QtBot, world: Any) -> InterpolationPanel:
    panel = InterpolationPanel(world.session)
    qtbot.addWidget(panel)
    panel.resize(700, 180)
    panel.show()
    return panel


@pytest.fixture
def walk(qtbot: QtBot, world: Any, panel: InterpolationPanel) -> InterpolationPanel:
    world.session.add_pin([-1.0, 0.5])
    world.session.add_pin([1.0, 1.0])
    qtbot.waitUntil(lambda: panel.strip.count == 13)
    return panel


def test_that_fewer_than_two_pins_say_what_to_do(panel: InterpolationPanel, world: Any) -> None:
    assert panel.is_empty
    assert "Pin two places on the map (P)" in panel.empty_state.words
    world.session.add_pin([1.0, 0.0])
    assert "Pin a second place" in panel.empty_state.words


def test_that_the_empty_state_pins_the_cursor_or_two_random_images(
    qtbot: QtBot, panel: InterpolationPanel, world: Any
) -> None:
    panel._pin_here.click()
    assert [pin.name for pin in world.session.pins] == ["A"]
    world.session.clear_pins()
    panel._two_random.click()
    mu = world.session.encodings.mu
    assert len(world.session.pins) == 2
    assert all((mu == pin.z.astype(np.float32)).all(axis=1).any() for pin in world.session.pins)
    qtbot.waitUntil(lambda: panel.strip.count == 13)
    world.session.undo_stack.undo()
    assert world.session.pins == ()


def test_that_frames_are_decoded_along_the_straight_line(walk: InterpolationPanel, world: Any) -> None:
    wanted = np.linspace([-1.0, 0.5], [1.0, 1.0], 13)
    np.testing.assert_allclose(walk.latents, wanted)
    assert walk.strip.frames is not None
    np.testing.assert_array_equal(walk.strip.frames, world.explorer.decode(wanted))
    assert walk.strip.objectName() == "interpolationStrip"


def test_that_frames_are_never_decoded_on_the_gui_thread(
    qtbot: QtBot, walk: InterpolationPanel, world: Any
) -> None:
    world.explorer.threads.clear()
    walk.n_frames.setValue(5)
    qtbot.waitUntil(lambda: walk.strip.count == 5)
    assert world.explorer.threads
    assert "MainThread" not in world.explorer.threads


def test_that_slerp_loop_and_the_number_of_frames_are_obeyed(qtbot: QtBot, walk: InterpolationPanel) -> None:
    walk.kind.setCurrentIndex(1)
    walk.loop.click()
    walk.n_frames.setValue(20)
    wanted = path_frames([[-1.0, 0.5], [1.0, 1.0]], 20, "slerp", True)
    qtbot.waitUntil(lambda: walk.latents.shape == wanted.shape and np.allclose(walk.latents, wanted))


def test_that_the_map_gets_the_path_and_nothing_when_it_is_gone(
    qtbot: QtBot, panel: InterpolationPanel, world: Any
) -> None:
    paths: list[np.ndarray] = []
    panel.path_changed.connect(paths.append)
    world.session.add_pin([0.0, 0.0])
    world.session.add_pin([1.0, 1.0])
    np.testing.assert_array_equal(paths[-1], [[0.0, 0.0], [1.0, 1.0]])
    panel.loop.click()
    np.testing.assert_array_equal(paths[-1][0], paths[-1][-1])
    world.session.remove_pin("A")
    assert paths[-1].shape == (0, 2)


def test_that_pointing_at_a_frame_looks_there_and_a_click_can_be_undone_to_before(
    walk: InterpolationPanel, world: Any
) -> None:
    walk.strip.frame_hovered.emit(3)
    walk.strip.frame_hovered.emit(4)
    np.testing.assert_array_equal(world.session.cursor, walk.latents[4])
    walk.strip.frame_clicked.emit(4)
    np.testing.assert_array_equal(world.session.cursor, walk.latents[4])
    world.session.undo_stack.undo()
    np.testing.assert_array_equal(world.session.cursor, [0.0, 0.0])


def test_that_anchors_can_be_reordered_with_the_keyboard_and_undone(
    qtbot: QtBot, walk: InterpolationPanel, world: Any
) -> None:
    walk.anchors.setCurrentRow(0)
    qtbot.keyClick(walk.anchors, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert [pin.name for pin in world.session.pins] == ["B", "A"]
    assert walk.anchors.names == ("B", "A")
    world.session.undo_stack.undo()
    assert [pin.name for pin in world.session.pins] == ["A", "B"]


def test_that_delete_removes_the_anchors_pin(qtbot: QtBot, walk: InterpolationPanel, world: Any) -> None:
    walk.anchors.setCurrentRow(1)
    qtbot.keyClick(walk.anchors, Qt.Key.Key_Delete)
    assert [pin.name for pin in world.session.pins] == ["A"]
    assert walk.is_empty


def test_that_play_walks_the_cursor_along_the_path_until_it_is_pressed_again(
    qtbot: QtBot, walk: InterpolationPanel, world: Any
) -> None:
    walk.fps.setValue(60)
    walk.play.click()
    seen: list[int] = []
    world.session.cursor_changed.connect(lambda _z: seen.append(walk.strip.current))
    qtbot.waitUntil(lambda: len(seen) >= 3)
    assert seen[:3] == [seen[0], seen[0] + 1, seen[0] + 2]
    walk.play.click()
    assert walk.play.text() == "Play"
    assert not walk._timer.isActive()


def test_that_newer_weights_redraw_the_strip(qtbot: QtBot, walk: InterpolationPanel, world: Any) -> None:
    newer = world.newer_weights()
    qtbot.waitUntil(lambda: newer.n_decoded >= 13)


@pytest.mark.parametrize("name", ["w.png", "w.gif"])
def test_that_the_walk_is_exported(
    qtbot: QtBot, walk: InterpolationPanel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(interpolation_panel, "ask_export_path", lambda *_: tmp_path / name)
    (walk.export_strip if name.endswith("png") else walk.export_gif)()
    qtbot.waitUntil(lambda: walk.export_line.text == f"Saved {name}", timeout=10_000)
    with Image.open(tmp_path / name) as picture:
        assert getattr(picture, "n_frames", 1) == (1 if name.endswith("png") else 13)


def test_that_the_bars_are_the_pixel_steps_and_the_largest_is_named(walk: InterpolationPanel) -> None:
    frames = walk.strip.frames
    assert frames is not None
    x = frames.astype(float) / 255.0
    steps = np.sqrt(np.square(np.diff(x, axis=0)).mean(axis=(1, 2, 3)))
    worst = int(np.argmax(steps))
    assert walk.largest.text() == f"largest step {steps[worst]:.3f} RMS, {worst + 1} → {worst + 2}"

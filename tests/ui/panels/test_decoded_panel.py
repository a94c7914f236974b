from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from vae_explorer.ui.kept import kept_tray
from vae_explorer.ui.panels import decoded_panel
from vae_explorer.ui.panels.decoded_panel import DecodedPanel
from vae_explorer.ui.session import Session


@pytest.fixture
def panel(qtbot: QtBot, world: Any) -> DecodedPanel:
    panel = DecodedPanel(world.session)
    qtbot.addWidget(panel)
    panel.resize(336, 600)
    panel.show()
    qtbot.waitUntil(lambda: panel.image.image is not None)
    return panel


def _write(qtbot: QtBot, panel: DecodedPanel, text: str) -> None:
    panel.edit.setFocus()
    panel.edit.selectAll()
    qtbot.keyClicks(panel.edit, text)
    qtbot.keyClick(panel.edit, Qt.Key.Key_Return)


def test_that_the_picture_under_the_cursor_is_shown(qtbot: QtBot, world: Any, panel: DecodedPanel) -> None:
    world.session.set_cursor([0.5, -1.0])
    wanted = world.explorer.decode([[0.5, -1.0]])[0]
    qtbot.waitUntil(lambda: np.array_equal(panel.image.image, wanted))
    assert panel.edit.text() == "z = 0.50, −1.00"
    assert panel.image.objectName() == "decodedImage"
    assert panel.edit.objectName() == "coordinatesEdit"
    assert panel.time.text().endswith(" ms")


def test_that_written_coordinates_jump_there_and_can_be_undone(
    qtbot: QtBot, world: Any, panel: DecodedPanel
) -> None:
    _write(qtbot, panel, "1.5 -0.5")
    np.testing.assert_array_equal(world.session.cursor, [1.5, -0.5])
    world.session.undo_stack.undo()
    np.testing.assert_array_equal(world.session.cursor, [0.0, 0.0])


def test_that_a_wrong_count_is_explained_beside_the_field_and_moves_nothing(
    qtbot: QtBot, world: Any, panel: DecodedPanel
) -> None:
    _write(qtbot, panel, "1, 2, 3")
    assert panel.error.isVisible()
    assert panel.error.text() == "This latent space has 2 numbers; you wrote 3."
    np.testing.assert_array_equal(world.session.cursor, [0.0, 0.0])
    qtbot.keyClick(panel.edit, Qt.Key.Key_Escape)
    assert not panel.error.isVisible()
    assert panel.edit.text() == "0.0000, 0.0000"


def test_that_what_a_person_is_writing_survives_a_move_of_the_cursor(
    qtbot: QtBot, world: Any, panel: DecodedPanel
) -> None:
    panel.edit.setFocus()
    panel.edit.selectAll()
    qtbot.keyClicks(panel.edit, "1.")
    world.session.set_cursor([0.3, 0.3])
    assert panel.edit.text() == "1."


def test_that_a_long_latent_is_cut_on_show_but_copied_whole(
    qtbot: QtBot, session: Session, world: Any, panel: DecodedPanel
) -> None:
    session.replace_model("wide", 12)
    session.set_cursor(np.arange(12.0))
    assert panel.edit.text() == "z = 0.00, 1.00, …, 11.00"
    panel.copy_coordinates()
    assert QGuiApplication.clipboard().text() == "0,1,2,3,4,5,6,7,8,9,10,11"


def test_that_copy_holds_the_picture_and_the_coordinates(world: Any, panel: DecodedPanel) -> None:
    panel.copy()
    clipboard = QGuiApplication.clipboard()
    assert clipboard.text() == "0,0"
    assert clipboard.image().width() == 12 * panel.scale


def test_that_a_saved_picture_has_the_chosen_scale_and_the_folder_is_remembered(
    qtbot: QtBot, world: Any, panel: DecodedPanel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "a.png"
    monkeypatch.setattr(decoded_panel, "ask_export_path", lambda *_: target)
    panel.save_image()
    qtbot.waitUntil(lambda: panel.export_line.text == "Saved a.png")
    with Image.open(target) as picture:
        pixels = np.asarray(picture)
    shown = panel.image.image
    assert shown is not None
    np.testing.assert_array_equal(pixels[:: panel.scale, :: panel.scale], shown[0])
    assert pixels.shape == (12 * panel.scale, 12 * panel.scale)


def test_that_a_picture_that_cannot_be_saved_says_why(
    qtbot: QtBot, world: Any, panel: DecodedPanel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoded_panel, "ask_export_path", lambda *_: tmp_path / "nowhere" / "a.png")
    panel.save_image()
    qtbot.waitUntil(lambda: "there is no folder" in panel.export_line.text)


def test_that_a_sample_differs_from_the_mean_follows_the_cursor_and_can_be_drawn_again(
    qtbot: QtBot, world: Any, panel: DecodedPanel
) -> None:
    mean = world.explorer.decode([[0.0, 0.0]])[0]
    panel.sample_button.click()
    first = world.explorer.sample_images(np.zeros((1, 2)), 0)[0]
    qtbot.waitUntil(lambda: np.array_equal(panel.image.image, first))
    assert not np.array_equal(first, mean)
    panel.redraw_button.click()
    second = world.explorer.sample_images(np.zeros((1, 2)), 1)[0]
    qtbot.waitUntil(lambda: np.array_equal(panel.image.image, second))
    world.session.set_cursor([1.0, 1.0])
    moved = world.explorer.sample_images(np.ones((1, 2)), 1)[0]
    qtbot.waitUntil(lambda: np.array_equal(panel.image.image, moved))
    panel.sample_button.click()
    wanted = world.explorer.decode([[1.0, 1.0]])[0]
    assert np.array_equal(panel.image.image, wanted)


def test_that_the_nearest_real_image_follows_the_cursor_and_a_click_selects_it(
    qtbot: QtBot, world: Any, panel: DecodedPanel
) -> None:
    world.session.set_cursor(world.session.encodings.mu[17] + [0.003, 0.004])
    qtbot.waitUntil(
        lambda: panel.nearest.image == 17, timeout=20_000
    )  # the first import of scikit-learn is slow
    assert panel.nearest.text == "Nearest real image 0.01 away"
    panel.nearest._thumb.click()
    assert world.session.selection == 17


def test_that_keep_puts_the_place_into_the_tray_and_again_takes_it_out(
    qtbot: QtBot, world: Any, panel: DecodedPanel
) -> None:
    tray = kept_tray(world.session)
    panel.keep_button.click()
    assert len(tray.items) == 1
    assert panel.keep_button.isChecked()
    world.session.set_cursor([1.0, 0.0])
    assert not panel.keep_button.isChecked()
    world.session.set_cursor([0.0, 0.0])
    panel.keep_button.click()
    assert tray.items == ()


def test_that_variations_lie_around_the_cursor_and_a_click_goes_there(
    qtbot: QtBot, world: Any, panel: DecodedPanel
) -> None:
    assert panel.variations.latents.size == 0
    panel.variations_button.click()
    qtbot.waitUntil(lambda: panel.variations.grid.count == 12)
    place = panel.variations.latents[5].copy()
    panel.variations.grid.clicked.emit(5)
    np.testing.assert_array_equal(world.session.cursor, place)
    qtbot.waitUntil(lambda: not np.array_equal(panel.variations.latents[5], place))
    steps = panel.variations.latents - place
    assert 0.1 < steps.std() < 0.5


def test_that_pointing_at_a_variation_shows_it_large_and_leaving_shows_the_place_again(
    qtbot: QtBot, world: Any, panel: DecodedPanel
) -> None:
    panel.variations_button.click()
    qtbot.waitUntil(lambda: panel.variations.grid.count == 12)
    images = panel.variations.grid.images
    assert images is not None
    panel.variations.grid.hovered.emit(3)
    assert np.array_equal(panel.image.image, images[3])
    panel.variations.grid.hovered.emit(-1)
    assert np.array_equal(panel.image.image, world.session.decoded)


def test_that_the_picture_gives_way_so_that_its_buttons_stay_in_view(
    qtbot: QtBot, panel: DecodedPanel
) -> None:
    for height, side in ((600, 312), (400, 250)):
        panel.resize(336, height)
        qtbot.waitUntil(lambda h=height: panel.height() == h)  # type: ignore[misc]  # default argument
        qtbot.waitUntil(lambda s=side: abs(panel.image.height() - s) < 40)  # type: ignore[misc]
        bottom = panel.keep_button.mapTo(panel, panel.keep_button.rect().bottomLeft()).y()
        assert bottom < height


def test_that_without_a_model_the_panel_says_what_to_do_and_offers_nothing(
    qtbot: QtBot, session: Session
) -> None:
    panel = DecodedPanel(session)
    qtbot.addWidget(panel)
    panel.show()
    assert "Start training or open a run" in panel.image.accessibleDescription()
    assert not panel.copy_button.isEnabled()
    assert not panel.edit.isEnabled()


@pytest.mark.parametrize("height", [360, 400, 450])
def test_that_every_variation_is_in_view_in_a_low_panel(
    qtbot: QtBot, panel: DecodedPanel, height: int
) -> None:
    panel.variations_button.click()
    qtbot.waitUntil(lambda: panel.variations.grid.count == 12)
    panel.resize(336, height)
    grid = panel.variations.grid

    def all_in_view() -> bool:
        tiles = [grid.tile_rect(k) for k in range(12)]
        window = panel.rect()
        placed = [
            tile.translated(grid.viewport().mapTo(panel, grid.viewport().rect().topLeft())) for tile in tiles
        ]
        return all(window.contains(tile) for tile in placed) and all(
            grid.viewport().rect().contains(tile) for tile in tiles
        )

    qtbot.waitUntil(all_in_view)
    assert grid.tile_rect(0).height() >= 32
    assert panel.image.height() >= 96
    assert panel.image.geometry().right() < panel.variations.geometry().left()
    assert panel.smooth_button.mapTo(panel, panel.smooth_button.rect().bottomLeft()).y() <= height


def test_that_variations_stand_under_the_picture_in_a_high_panel(qtbot: QtBot, panel: DecodedPanel) -> None:
    panel.variations_button.click()
    qtbot.waitUntil(lambda: panel.variations.grid.count == 12)
    panel.resize(336, 800)
    qtbot.waitUntil(lambda: panel.image.height() >= 280)
    qtbot.waitUntil(lambda: panel.variations.geometry().top() > panel.image.geometry().bottom())
    panel.variations_button.click()
    panel.resize(336, 400)
    qtbot.waitUntil(lambda: panel.image.height() > 160)
    assert not panel.variations.isVisible()

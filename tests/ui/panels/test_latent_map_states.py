"""What the latent map shows: live training, many dimensions, colours, layers, nothing yet."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from vae_explorer.latent.planes import axes_plane
from vae_explorer.ui.panels.latent_map import LatentMapPanel
from vae_explorer.ui.session import Session
from vae_explorer.ui.theme import class_colours, theme_manager
from vae_explorer.ui.widgets.map.layer import Layer
from vae_explorer.ui.widgets.map.legend import LegendRow
from vae_explorer.ui.widgets.map.point_colours import ColourMode

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def panel(qtbot: QtBot, session: Session) -> LatentMapPanel:
    panel = LatentMapPanel(session)
    qtbot.addWidget(panel)
    panel.resize(720, 560)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


# --- live training -----------------------------------------------------------------------------


def test_that_newer_encodings_move_the_points_and_nothing_else(qtbot, panel, world) -> None:
    panel.legend.set_switched_off(frozenset({1}))
    world.session.set_selection(5)
    world.session.add_pin((2.6, 2.4))
    world.session.set_lasso(np.array([5, 6]))
    panel.view.set_viewport(panel.view.viewport.zoomed(1.7).panned(30, 10))
    before, pins = panel.view.viewport, panel.view.marks.pins
    newer = replace(world.session.encodings, mu=world.session.encodings.mu + np.float32(0.25), step=2)
    world.session.set_encodings(newer)
    qtbot.waitUntil(lambda: np.allclose(panel.view.points.xy, newer.mu))
    assert panel.view.viewport == before
    assert panel.view.marks.pins == pins
    assert world.session.selection == 5
    np.testing.assert_allclose(panel.view.marks.selected, newer.mu[5])
    assert panel.legend.switched_off == {1}
    assert panel.view.points.active[world.images.labels == 1].sum() == 0


def test_that_another_number_of_points_is_no_error(panel, world) -> None:
    full = world.session.encodings
    some = np.arange(0, len(full), 3)
    fewer = replace(
        full, index=full.index[some], mu=full.mu[some], log_var=full.log_var[some], recon=full.recon[some],
        kl=full.kl[some],
    )  # fmt: skip
    world.session.set_selection(9)
    world.session.set_encodings(fewer)
    assert len(panel.view.points) == len(some)
    np.testing.assert_allclose(panel.view.marks.selected, full.mu[9])
    world.session.set_selection(10)  # not among them
    assert panel.view.marks.selected is None


def test_that_another_model_starts_afresh(panel, world, open_world) -> None:
    panel.set_path(np.array([[0.0, 0.0], [1.0, 1.0]]))
    world.session.set_selection(5)
    panel.view.set_viewport(panel.view.viewport.zoomed(9.0))
    world.session.replace_model("other", 2)
    assert len(panel.view.points) == 0
    assert panel.view.marks.path is None
    assert panel.view.marks.selected is None
    assert panel.view.viewport.contains((3.0, 3.0))
    assert panel.view.tapestry.is_empty


# --- dimensions --------------------------------------------------------------------------------


def test_that_many_dimensions_open_on_the_two_that_carry_most(panel, session, open_world) -> None:
    open_world(session, 6)
    first, second = session.encodings.dims_by_kl()[:2]
    np.testing.assert_array_equal(np.flatnonzero(session.plane.u), [first])
    np.testing.assert_array_equal(np.flatnonzero(session.plane.v), [second])


def test_that_a_cursor_off_the_plane_is_told_and_the_plane_can_follow(panel, session, open_world) -> None:
    open_world(session, 5)
    session.set_plane(axes_plane(5, 0, 1))
    session.jump_cursor(np.array([0.5, 0.5, 0.0, 2.0, 0.0]))
    assert "2.00 off this plane" in panel.hint.text
    panel.hint.button.click()
    assert session.plane.distance(session.cursor) == pytest.approx(0.0)
    assert panel.hint.isHidden()


def test_that_moving_the_plane_sideways_keeps_the_view(panel, session, open_world) -> None:
    open_world(session, 4)
    panel.view.set_viewport(panel.view.viewport.zoomed(2.0))
    before = panel.view.viewport
    session.set_plane(session.plane.through(np.full(4, 0.8)))
    assert panel.view.viewport == before
    assert panel.view.projected.fade is not None


# --- colours and layers ------------------------------------------------------------------------


def test_that_classes_can_be_switched_soloed_and_brought_back(qtbot, panel, world) -> None:
    rows = {row.entry.name: row for row in panel.legend.findChildren(LegendRow)}
    labels = world.images.labels
    QTest.mouseClick(rows["left"], Qt.MouseButton.LeftButton)
    np.testing.assert_array_equal(panel.view.points.active, labels == 1)
    QTest.mouseClick(rows["left"], Qt.MouseButton.LeftButton, SHIFT)
    np.testing.assert_array_equal(panel.view.points.active, labels == 0)
    QTest.mouseClick(rows["left"], Qt.MouseButton.LeftButton, SHIFT)
    assert panel.view.points.active.all()
    panel.legend.none_button.click()
    assert not panel.view.points.active.any()
    panel.legend.all_button.click()
    assert panel.view.points.active.all()


@pytest.mark.parametrize("mode", list(ColourMode))
def test_that_every_colour_mode_draws_and_is_named(panel, world, mode) -> None:
    panel.points.choose_mode(mode)
    assert panel.legend.mode is mode
    assert panel.legend.colour_bar.isHidden() == (not mode.is_value)
    assert not panel.grab().isNull()


def test_that_colours_that_need_the_pictures_wait_for_them(panel, session, open_world) -> None:
    world = open_world(session)
    session.set_images(None)
    assert panel.legend.mode is ColourMode.CLASS
    assert panel.legend.names == ()
    session.set_images(world.images)
    assert panel.legend.names == ("left", "right")


@pytest.mark.parametrize(
    ("mode", "names"),
    [(ColourMode.CLASS, ("left", "right")), (ColourMode.SPLIT, ("train", "validation", "test"))],
)
def test_that_codes_that_know_their_classes_need_no_pictures(panel, session, open_world, mode, names) -> None:
    world = open_world(session)
    images, some = world.images, np.arange(0, 60, 3)
    known = {ColourMode.CLASS: images.labels, ColourMode.SPLIT: images.split}[mode][some]
    panel.points.choose_mode(mode)
    full = session.encodings
    session.set_images(None)
    assert panel.legend.names == ()
    session.set_encodings(
        replace(
            full, index=full.index[some], mu=full.mu[some], log_var=full.log_var[some],
            recon=full.recon[some], kl=full.kl[some],
            labels=images.labels[some], split=images.split[some], class_names=images.class_names,
        )
    )  # fmt: skip
    rows = {row.entry.name: row for row in panel.legend.findChildren(LegendRow) if row.isVisible()}
    assert tuple(rows) == names
    assert [row.entry.count for row in rows.values()] == [int((known == k).sum()) for k in range(len(names))]
    QTest.mouseClick(rows[names[0]], Qt.MouseButton.LeftButton)
    np.testing.assert_array_equal(panel.view.points.active, known != 0)
    session.set_images(images)  # the same once they are there
    assert panel.legend.names == names
    np.testing.assert_array_equal(panel.view.points.active, known != 0)


def test_that_codes_of_images_without_classes_need_no_pictures_either(panel, session, open_world) -> None:
    world = open_world(session)
    session.set_images(None)
    session.set_encodings(replace(session.encodings, split=world.images.split))
    assert panel.legend.mode is ColourMode.RECON


def test_that_a_click_without_pictures_selects_and_shows_the_posterior_and_the_neighbours(
    qtbot, panel, session, open_world
) -> None:
    world = open_world(session)
    session.set_images(None)
    mu = world.explorer.encodings().mu
    at = panel.view.viewport.to_px(mu[7])
    QTest.mouseClick(panel.view, Qt.MouseButton.LeftButton, pos=QPoint(round(at[0]), round(at[1])))
    assert session.selection == 7
    marks = panel.view.marks
    np.testing.assert_allclose(marks.selected, mu[7], rtol=1e-6)
    np.testing.assert_allclose(marks.ellipse.centre, mu[7], rtol=1e-6)
    qtbot.waitUntil(lambda: len(panel.view.marks.neighbours) == 8, timeout=20_000)


def test_that_images_without_classes_are_coloured_by_their_error(panel, session, open_world) -> None:
    world = open_world(session)
    session.set_images(replace(world.images, labels=None, class_names=()))
    assert panel.legend.mode is ColourMode.RECON


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_that_every_layer_draws_in_both_themes(qtbot, panel, world, theme) -> None:
    theme_manager().set_choice(theme)
    for layer, button in panel.layers.buttons.items():
        button.setChecked(True)
        assert layer in panel.view.layers
    qtbot.waitUntil(lambda: world.session.slow.is_idle)
    picture = panel.view.grab().toImage()
    assert picture.pixelColor(2, 2) != picture.pixelColor(360, 280)


def test_that_the_theme_changes_the_ground_of_the_map(panel, world) -> None:
    panel.view.set_layer(Layer.TAPESTRY, False)
    grounds = []
    for theme in ("dark", "light"):
        theme_manager().set_choice(theme)
        grounds.append(panel.view.grab().toImage().pixelColor(250, 3).lightness())
    assert grounds[0] < 60 < 200 < grounds[1]


# --- states ------------------------------------------------------------------------------------


def test_that_without_a_model_the_map_says_what_to_do(qtbot, panel) -> None:
    assert not panel.view.isVisible()
    assert "Open a model" in panel.words
    button = panel.findChild(QPushButton)
    with qtbot.waitSignal(panel.start_page_requested):
        button.click()


def test_that_stored_points_show_while_the_model_is_still_loading(panel, session, open_world) -> None:
    world = open_world(session)
    encodings = session.encodings
    session.replace_model("stored", 2)
    session.set_encodings(encodings)
    assert len(panel.view.points) == len(encodings)
    assert "Loading the model" in panel.loading.text
    assert panel.loading.isVisible()
    session.set_explorer(world.explorer)
    assert panel.loading.isHidden()


def test_that_tools_layers_and_colours_are_explained(panel) -> None:
    explained = [*panel.tools.buttons.values(), *panel.layers.buttons.values(), panel.legend.mode_button]
    for control in explained:
        assert control.whatsThis().count(".") >= 2, control.text()
        assert control.toolTip()
        assert control.accessibleName()
    assert panel.view.objectName() == "latentMap"
    assert panel.view.accessibleName()


@pytest.mark.parametrize("width", [320, 420, 500, 560, 634, 700, 1000])
@pytest.mark.parametrize("name_length", [1, 14])
def test_that_cards_never_overlap(qtbot, panel, session, open_world, width, name_length) -> None:
    world = open_world(session)
    names = ("l" * name_length, "r" * name_length)
    session.set_images(replace(world.images, class_names=names))
    panel.resize(width, 460)
    qtbot.waitUntil(lambda: panel.view.width() == width)
    QApplication.processEvents()
    cards = panel.view.taken()
    assert len(cards) >= 3
    for number, card in enumerate(cards):
        assert panel.view.rect().contains(card)
        assert not any(card.intersects(other) for other in cards[number + 1 :])


def test_that_a_point_is_painted_in_its_colour_where_the_view_shows_it(panel, world) -> None:
    panel.view.set_layer(Layer.TAPESTRY, False)
    panel.view.set_point_looks(2.0, 1.0)
    for view in (panel.view.viewport, panel.view.viewport.zoomed(1.3).panned(17.0, -9.0)):
        panel.view.set_viewport(view)
        picture = panel.view.grab().toImage()
        xy = panel.view.projected.xy.astype(float)
        spread = np.linalg.norm(xy[:, None] - xy[None], axis=-1) + 1e9 * np.eye(len(xy))
        inside = [view.contains(p, 90) for p in xy]
        row = int(np.argmax(np.where(inside, spread.min(axis=1), -1.0)))
        x, y = view.to_px(xy[row])
        seen = picture.pixelColor(int(x), int(y))
        expected = class_colours(2)[world.images.labels[row]]
        assert np.abs(np.array(seen.getRgb()[:3]) - expected).max() < 40


def test_that_a_view_that_nobody_moved_follows_its_points(qtbot, panel, world) -> None:
    full = world.session.encodings
    world.session.set_encodings(replace(full, mu=full.mu * np.float32(4.0), step=2))
    qtbot.waitUntil(lambda: panel.view.share_in_view() > 0.95)
    assert panel.view.is_view_untouched


def test_that_a_training_moves_to_the_dimensions_that_come_to_say_most(panel, session, open_world) -> None:
    open_world(session, 6)
    before = session.plane
    kl = np.zeros(6, dtype=np.float32)
    kl[[1, 4]] = (3.0, 2.0)
    session.set_encodings(replace(session.encodings, kl_per_dim=kl, step=2))
    assert session.plane is not before
    np.testing.assert_array_equal(np.flatnonzero(session.plane.u), [1])
    np.testing.assert_array_equal(np.flatnonzero(session.plane.v), [4])


def test_that_a_plane_that_the_person_chose_stays(panel, session, open_world) -> None:
    open_world(session, 6)
    chosen = axes_plane(6, 2, 3)
    session.set_plane(chosen)
    kl = np.zeros(6, dtype=np.float32)
    kl[[1, 4]] = (3.0, 2.0)
    session.set_encodings(replace(session.encodings, kl_per_dim=kl, step=2))
    assert session.plane is chosen


def test_that_points_that_left_the_view_are_told_and_can_be_brought_back(qtbot, panel, world) -> None:
    panel.view.set_viewport(panel.view.viewport.panned(5, 0))
    full = world.session.encodings
    world.session.set_encodings(replace(full, mu=full.mu + np.float32(500.0), step=2))
    assert "No points in this view" in panel.hint.text
    panel.hint.button.click()
    qtbot.waitUntil(lambda: panel.view.share_in_view() > 0.9)
    assert panel.hint.isHidden()


def test_that_a_plain_autoencoder_offers_neither_prior_nor_kl(panel, session, open_world) -> None:
    panel.layers.buttons[Layer.PRIOR].setChecked(True)
    open_world(session, variational=False)
    assert Layer.PRIOR not in panel.view.layers
    assert not panel.layers.buttons[Layer.PRIOR].isEnabled()
    assert "no prior" in panel.layers.buttons[Layer.PRIOR].toolTip()
    panel.points.choose_mode(ColourMode.KL)
    assert panel.legend.mode is not ColourMode.KL
    open_world(session)
    assert panel.layers.buttons[Layer.PRIOR].isEnabled()


def test_that_the_looks_of_the_layers_follow_their_sliders(panel, world) -> None:
    panel.layers.looks_button.setChecked(True)
    assert panel.looks.isVisible()
    before = panel.view.points.radius_px(panel.view.viewport)
    panel.looks.point_size.setValue(200)
    panel.looks.tapestry.setValue(80)
    assert panel.view.points.radius_px(panel.view.viewport) == pytest.approx(2.0 * before)
    assert panel.view.tapestry_opacity == pytest.approx(0.8)

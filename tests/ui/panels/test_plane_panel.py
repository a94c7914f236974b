"""Choosing the plane of a space of many dimensions, and moving along its coordinates."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from vae_explorer.latent.planes import axes_plane, pca_plane
from vae_explorer.ui.panels.plane_choice import PlaneKind
from vae_explorer.ui.panels.plane_panel import PlanePanel
from vae_explorer.ui.session import Session
from vae_explorer.ui.widgets.map.coordinate_list import CoordinateList

DIMS = 8


@pytest.fixture
def panel(qtbot: QtBot, session: Session) -> PlanePanel:
    panel = PlanePanel(session)
    qtbot.addWidget(panel)
    panel.resize(336, 420)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


@pytest.fixture
def deep(panel: PlanePanel, session: Session, open_world: Any) -> Any:
    return open_world(session, DIMS)


def pick(panel: PlanePanel, number: int, data: object) -> None:
    choice = panel.choice.choices[number]
    choice.setCurrentIndex(choice.findData(data))
    choice.activated.emit(choice.currentIndex())


def choose_kind(panel: PlanePanel, kind: PlaneKind) -> None:
    panel.choice.kind.setCurrentIndex(kind)
    panel.choice.kind.activated.emit(int(kind))


def row_of(panel: PlanePanel, dim: int) -> Any:
    panel.coordinates.show_dim(dim)
    return next(row for row in panel.coordinates.rows if row.dim == dim)


@pytest.mark.parametrize(("latent_dim", "words"), [(1, "as a line"), (2, "all of it")])
def test_that_small_spaces_need_no_choice(panel, session, open_world, latent_dim, words) -> None:
    open_world(session, latent_dim)
    assert words in panel.sentence


def test_that_without_a_model_the_panel_says_what_it_is_for(panel) -> None:
    assert "Open a model" in panel.sentence


def test_that_two_dimensions_can_be_chosen_and_the_others_keep_their_values(panel, session, deep) -> None:
    session.jump_cursor(np.arange(DIMS, dtype=float))
    pick(panel, 0, 3)
    pick(panel, 1, 6)
    np.testing.assert_array_equal(session.plane.u, np.eye(DIMS)[3])
    np.testing.assert_array_equal(session.plane.v, np.eye(DIMS)[6])
    assert session.plane.distance(session.cursor) == pytest.approx(0.0)
    assert panel.choice.error.isHidden()


def test_that_one_dimension_for_both_axes_is_refused_beside_the_choice(panel, session, deep) -> None:
    pick(panel, 0, 3)
    before = session.plane
    pick(panel, 1, 3)
    assert "choose two different" in panel.choice.error.text()
    assert session.plane is before


def test_that_dimensions_are_offered_with_most_nats_first(panel, session, deep) -> None:
    order = [panel.choice.choices[0].itemData(k) for k in range(DIMS)]
    np.testing.assert_array_equal(order, session.encodings.dims_by_kl())
    assert "nats" in panel.choice.choices[0].itemText(0)


def test_that_principal_components_come_from_the_means(qtbot, panel, session, deep) -> None:
    with qtbot.waitSignal(session.plane_changed):
        choose_kind(panel, PlaneKind.COMPONENTS)
    expected = pca_plane(session.encodings.mu)
    np.testing.assert_allclose(session.plane.u, expected.u)
    np.testing.assert_allclose(session.plane.v, expected.v)
    assert panel.choice.renew.isVisible()
    with qtbot.waitSignal(session.plane_changed):
        pick(panel, 1, 2)
    np.testing.assert_allclose(session.plane.v, pca_plane(session.encodings.mu, (0, 2)).v)


def test_that_three_pins_span_the_plane(panel, session, deep) -> None:
    rng = np.random.default_rng(0)
    for _ in range(2):
        session.add_pin(rng.normal(size=DIMS))
    choose_kind(panel, PlaneKind.PINS)
    assert "Set 1 more pin on the map" in panel.choice.error.text()
    session.add_pin(rng.normal(size=DIMS))
    assert panel.choice.error.isHidden()
    for pin in session.pins:
        assert session.plane.distance(pin.z) == pytest.approx(0.0, abs=1e-9)


def test_that_pins_on_one_line_are_refused_in_words(panel, session, deep) -> None:
    for k in range(3):
        session.add_pin(np.full(DIMS, float(k)))
    choose_kind(panel, PlaneKind.PINS)
    assert "on one line" in panel.choice.error.text()


def test_that_the_controls_follow_a_plane_chosen_elsewhere(qtbot, panel, session, deep) -> None:
    choose_kind(panel, PlaneKind.PINS)
    session.set_plane(axes_plane(DIMS, 5, 2))
    assert panel.choice.kind.currentIndex() == PlaneKind.AXES
    assert (panel.choice.choices[0].currentData(), panel.choice.choices[1].currentData()) == (5, 2)


def test_that_a_number_moves_the_cursor_and_takes_the_plane_along(panel, session, deep) -> None:
    session.set_plane(axes_plane(DIMS, 0, 1))
    row = row_of(panel, 4)
    row.number.setValue(1.25)
    assert session.cursor[4] == pytest.approx(1.25)
    assert session.plane.origin[4] == pytest.approx(1.25)
    assert row.slider.value() > 0


def test_that_a_drag_of_a_slider_is_one_undoable_move(qtbot, panel, session, deep) -> None:
    row = row_of(panel, 2)
    middle = row.slider.rect().center()
    QTest.mousePress(row.slider, Qt.MouseButton.LeftButton, pos=middle)
    row.slider.setSliderDown(True)
    for position in (100, 300, 450):
        row.slider.setSliderPosition(position)
    row.slider.setSliderDown(False)
    QTest.mouseRelease(row.slider, Qt.MouseButton.LeftButton, pos=middle)
    assert session.cursor[2] > 0.0
    assert session.undo_stack.count() == 1
    plane = session.plane
    session.undo_stack.undo()
    np.testing.assert_array_equal(session.cursor, np.zeros(DIMS))
    assert session.plane.distance(session.cursor) == pytest.approx(0.0)
    session.undo_stack.redo()
    assert session.plane is plane


def test_that_newer_encodings_leave_the_rows_alone_while_one_is_moved(panel, session, deep) -> None:
    dims = [row.dim for row in panel.coordinates.rows]
    row = row_of(panel, 2)
    row.number.setValue(0.5)
    turned = replace(session.encodings, kl_per_dim=session.encodings.kl_per_dim[::-1].copy())
    session.set_encodings(turned)
    assert [row.dim for row in panel.coordinates.rows] == dims


def test_that_all_coordinates_can_be_set_to_zero(panel, session, deep) -> None:
    session.jump_cursor(np.ones(DIMS))
    panel.zero.click()
    np.testing.assert_array_equal(session.cursor, np.zeros(DIMS))
    session.undo_stack.undo()
    np.testing.assert_array_equal(session.cursor, np.ones(DIMS))


def test_that_the_numbers_follow_the_cursor(qtbot, panel, session, deep) -> None:
    session.set_cursor(np.full(DIMS, -0.75))
    qtbot.waitUntil(lambda: panel.coordinates.rows[0].number.value() == -0.75)
    assert panel.coordinates.rows[0].number.text() == "−0.750"


def test_that_hundreds_of_coordinates_need_only_the_rows_in_view(qtbot: QtBot) -> None:
    listed = CoordinateList()
    qtbot.addWidget(listed)
    listed.resize(300, 240)
    listed.show()
    nats = np.linspace(4.0, 0.0, 512)
    listed.set_coordinates(np.arange(512), nats, np.full(512, 4.0))
    listed.set_values(np.linspace(-3, 3, 512))
    assert len(listed.rows) < 12
    listed.verticalScrollBar().setValue(listed.verticalScrollBar().maximum())
    assert listed.rows[-1].dim == 511
    assert listed.rows[-1].number.value() == pytest.approx(3.0)
    moved = []
    listed.moved.connect(lambda dim, value: moved.append((dim, value)))
    listed.rows[-1].number.setValue(-2.0)
    assert moved == [(511, -2.0)]


def test_that_a_typed_hyphen_and_a_pasted_minus_mean_the_same(qtbot: QtBot) -> None:
    listed = CoordinateList()
    qtbot.addWidget(listed)
    listed.resize(300, 240)
    listed.show()
    listed.set_coordinates(np.arange(3), None, np.full(3, 4.0))
    number = listed.rows[0].number
    for text, value in (("-1.5", -1.5), ("−2.25", -2.25)):
        number.lineEdit().setText("")
        number.lineEdit().insert(text)
        assert number.hasAcceptableInput()
        QTest.keyClick(number.lineEdit(), Qt.Key.Key_Return)
        assert number.value() == value

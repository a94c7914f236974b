"""The latent map under the hand of a person."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from vae_explorer.latent.planes import axes_plane
from vae_explorer.ui.panels.latent_map import LatentMapPanel
from vae_explorer.ui.session import Session
from vae_explorer.ui.widgets.map.layer import Layer
from vae_explorer.ui.widgets.map.tools import Tool

EMPTY = (2.6, 2.4)  # a place without points
SHIFT = Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton
NOTHING = Qt.KeyboardModifier.NoModifier


class MapMouse:
    """Moves, presses and releases at places of the plane."""

    def __init__(self, panel: LatentMapPanel) -> None:
        self.view = panel.view
        self._window = panel.windowHandle()

    def px(self, place: ArrayLike) -> QPoint:
        """Window pixel of a plane point."""
        x, y = self.view.viewport.to_px(place)
        return self.view.mapTo(self.view.window(), QPoint(round(float(x)), round(float(y))))

    def exact(self, place: ArrayLike) -> NDArray[np.float64]:
        """The plane point in the middle of that pixel, where the mouse really is."""
        at = self.view.mapFrom(self.view.window(), self.px(place))
        return self.view.viewport.to_plane((at.x(), at.y()))

    def move(self, place: ArrayLike) -> None:
        QTest.mouseMove(self._window, self.px(place))
        QApplication.processEvents()

    def press(
        self, place: ArrayLike, button: Qt.MouseButton = LEFT, held: Qt.KeyboardModifier = NOTHING
    ) -> None:
        self.move(place)
        QTest.mousePress(self._window, button, held, self.px(place))

    def release(
        self, place: ArrayLike, button: Qt.MouseButton = LEFT, held: Qt.KeyboardModifier = NOTHING
    ) -> None:
        QTest.mouseRelease(self._window, button, held, self.px(place))
        QApplication.processEvents()

    def click(self, place: ArrayLike, held: Qt.KeyboardModifier = NOTHING) -> None:
        self.press(place, LEFT, held)
        self.release(place, LEFT, held)

    def drag(
        self,
        places: list[Any],
        button: Qt.MouseButton = LEFT,
        held: Qt.KeyboardModifier = NOTHING,
    ) -> None:
        pixels = [self.px(place) for place in places]  # before panning moves the plane
        QTest.mouseMove(self._window, pixels[0])
        QTest.mousePress(self._window, button, held, pixels[0])
        for pixel in pixels[1:]:
            QTest.mouseMove(self._window, pixel)
            QApplication.processEvents()
        QTest.mouseRelease(self._window, button, held, pixels[-1])
        QApplication.processEvents()

    def leave(self) -> None:
        """Over a card: off the map as far as the map is concerned."""
        QTest.mouseMove(self._window, QPoint(40, 32))
        QApplication.processEvents()


@pytest.fixture
def panel(qtbot: QtBot, session: Session) -> LatentMapPanel:
    panel = LatentMapPanel(session)
    qtbot.addWidget(panel)
    panel.resize(720, 560)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


@pytest.fixture
def mouse(panel: LatentMapPanel, world: Any) -> Any:
    return MapMouse(panel)


def lone_row(panel: LatentMapPanel) -> int:
    """A point far from all others."""
    xy = panel.view.projected.xy.astype(float)
    distance = np.linalg.norm(xy[:, None] - xy[None], axis=-1) + 1e9 * np.eye(len(xy))
    inside = np.array([panel.view.viewport.contains(p, 90) for p in xy])
    return int(np.argmax(np.where(inside, distance.min(axis=1), -1)))


# --- hover, click, drag ------------------------------------------------------------------------


def test_that_hovering_decodes_without_a_click(qtbot, panel, world, mouse) -> None:
    with qtbot.waitSignal(world.session.decoded_changed):
        mouse.move(EMPTY)
    np.testing.assert_allclose(world.session.cursor, mouse.exact(EMPTY))
    assert world.session.undo_stack.count() == 0
    qtbot.waitUntil(lambda: world.session.fast.is_idle)
    expected = world.explorer.decode(mouse.exact(EMPTY)[None])[0]
    np.testing.assert_array_equal(world.session.decoded, expected)


def test_that_the_cursor_returns_to_its_place_when_the_mouse_leaves(panel, world, mouse) -> None:
    mouse.click(EMPTY)
    kept = world.session.cursor
    mouse.move((-1.0, 1.0))
    assert not np.array_equal(world.session.cursor, kept)
    mouse.leave()
    np.testing.assert_array_equal(world.session.cursor, kept)
    assert panel.view.marks.hover is None


def test_that_a_click_can_be_undone(panel, world, mouse) -> None:
    mouse.click(EMPTY)
    mouse.move((0.5, 0.5))
    world.session.undo_stack.undo()
    np.testing.assert_array_equal(world.session.cursor, np.zeros(2))
    mouse.leave()
    np.testing.assert_array_equal(world.session.cursor, np.zeros(2))
    world.session.undo_stack.redo()
    np.testing.assert_allclose(world.session.cursor, mouse.exact(EMPTY))


def test_that_a_drag_decodes_on_its_way_and_is_one_undoable_move(panel, world, mouse) -> None:
    seen = []
    world.session.cursor_changed.connect(seen.append)
    mouse.drag([(0.0, 2.0), (0.5, 2.1), (1.0, 2.2), (1.5, 2.3)])
    assert len(seen) >= 4
    assert world.session.undo_stack.count() == 1
    np.testing.assert_allclose(world.session.cursor, mouse.exact((1.5, 2.3)))
    assert world.session.selection is None


def test_that_a_click_near_a_point_selects_its_image(panel, world, mouse) -> None:
    row = lone_row(panel)
    place = panel.view.projected.xy[row] + np.array([5.0, 0.0]) / panel.view.viewport.scale
    mouse.click(place)
    assert world.session.selection == row
    np.testing.assert_allclose(panel.view.marks.selected, panel.view.projected.xy[row])
    mouse.leave()
    mouse.click(EMPTY)
    assert world.session.selection is None


def test_that_a_selected_image_shows_its_posterior_and_its_neighbours(qtbot, panel, world, mouse) -> None:
    world.session.set_selection(7)
    qtbot.waitUntil(lambda: panel.view.marks.neighbours is not None and len(panel.view.marks.neighbours) == 8)
    mu = world.session.encodings.mu
    distance = np.linalg.norm(mu - mu[7], axis=1)
    nearest = mu[np.argsort(distance)[1:9]]
    np.testing.assert_allclose(
        np.sort(panel.view.marks.neighbours, axis=0), np.sort(nearest, axis=0), rtol=1e-5
    )
    assert panel.view.marks.ellipse.major == pytest.approx(np.exp(-1.5), rel=1e-5)


def test_that_a_selection_out_of_view_is_brought_into_it_and_others_leave_the_view_alone(
    qtbot, panel, world, mouse
) -> None:
    before = panel.view.viewport
    world.session.set_selection(3)
    assert panel.view.viewport == before
    panel.view.set_viewport(replace(before, cx=900.0))
    world.session.set_selection(4)
    qtbot.waitUntil(lambda: panel.view.viewport.contains(panel.view.marks.selected))


def test_that_a_plain_autoencoder_has_no_ellipse(panel, session, open_world) -> None:
    world = open_world(session, variational=False)
    session.set_encodings(replace(session.encodings, log_var=np.full_like(session.encodings.mu, -20.0)))
    world.session.set_selection(2)
    assert panel.view.marks.selected is not None
    assert panel.view.marks.ellipse is None


# --- view --------------------------------------------------------------------------------------


def wheel(panel: LatentMapPanel, at: QPointF, notches: int) -> None:
    event = QWheelEvent(
        at, panel.view.mapToGlobal(at), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(panel.view, event)


def test_that_the_wheel_zooms_at_the_mouse(panel, world) -> None:
    at = QPointF(500, 200)
    place = panel.view.viewport.to_plane((500, 200))
    scale = panel.view.viewport.scale
    wheel(panel, at, 3)
    assert panel.view.viewport.scale > 1.5 * scale
    np.testing.assert_allclose(panel.view.viewport.to_px(place), (500, 200), atol=1e-6)


def test_that_the_hand_and_the_middle_button_pan_without_decoding(panel, world, mouse) -> None:
    for tool, button in ((Tool.HAND, Qt.MouseButton.LeftButton), (Tool.EXPLORE, Qt.MouseButton.MiddleButton)):
        panel.view.set_tool(tool)
        mouse.leave()
        kept, before = world.session.cursor, panel.view.viewport
        seen: list[Any] = []
        place = np.array([0.3, 2.0])
        start = mouse.px(place)
        panel.view.looked_at.connect(seen.append)
        mouse.drag([place, (0.8, 1.5)], button)
        moved = mouse.px(place) - start
        assert panel.view.viewport.scale == before.scale
        assert moved.manhattanLength() > 20
        assert not seen
        mouse.leave()
        np.testing.assert_array_equal(world.session.cursor, kept)


def test_that_space_turns_any_tool_into_the_hand_while_held(panel, world, mouse) -> None:
    before = panel.view.viewport
    mouse.move((0.0, 0.0))
    panel.view.setFocus()
    QTest.keyPress(panel.view, Qt.Key.Key_Space)
    mouse.drag([(0.0, 2.0), (1.0, 2.0)])
    QTest.keyRelease(panel.view, Qt.Key.Key_Space)
    assert panel.view.viewport.cx < before.cx
    assert panel.view.tool is Tool.EXPLORE
    assert world.session.undo_stack.count() == 0


def test_that_a_double_click_shows_everything_again(qtbot, panel, world, mouse) -> None:
    fitted = panel.view.viewport
    panel.view.set_viewport(fitted.zoomed(5.0).panned(80, 20))
    at = mouse.px(panel.view.viewport.to_plane((400, 300)))
    QTest.mouseDClick(panel.windowHandle(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    qtbot.waitUntil(lambda: panel.view.viewport == fitted)


def test_that_the_keys_zoom_and_reset(qtbot, panel, world) -> None:
    fitted = panel.view.viewport
    QTest.keyClick(panel.view, Qt.Key.Key_Plus)
    qtbot.waitUntil(lambda: panel.view.viewport.scale > 1.3 * fitted.scale)
    QTest.keyClick(panel.view, Qt.Key.Key_0)
    qtbot.waitUntil(lambda: panel.view.viewport == fitted)
    QTest.keyClick(panel.view, Qt.Key.Key_Minus)
    qtbot.waitUntil(lambda: panel.view.viewport.scale < 0.8 * fitted.scale)


def test_that_the_first_view_holds_the_points_and_the_prior(panel, world) -> None:
    x0, y0, x1, y1 = panel.view.viewport.box
    assert x0 <= -3.0
    assert x1 >= 3.0
    assert y0 <= -3.0
    assert y1 >= 3.0
    assert panel.view.share_in_view() > 0.99


def test_that_a_map_of_hundreds_of_units_is_fitted_and_answers(qtbot, panel, session, open_world) -> None:
    world = open_world(session, variational=False)
    wide = replace(world.session.encodings, mu=world.session.encodings.mu * 300 + 900)
    session.replace_model("autoencoder", 2)
    session.set_explorer(world.explorer)
    session.set_encodings(wide)
    assert panel.view.share_in_view() > 0.95
    mouse = MapMouse(panel)
    row = lone_row(panel)
    mouse.click(panel.view.projected.xy[row])
    assert session.selection == row


# --- keyboard ----------------------------------------------------------------------------------


def test_that_arrow_keys_walk_and_the_walk_is_one_undoable_move(panel, world) -> None:
    unit = 1.0 / panel.view.viewport.scale
    for _ in range(3):
        QTest.keyClick(panel.view, Qt.Key.Key_Right)
    QTest.keyClick(panel.view, Qt.Key.Key_Up, SHIFT)
    np.testing.assert_allclose(world.session.cursor, (24 * unit, 48 * unit))
    panel.gestures.end_walk()
    assert world.session.undo_stack.count() == 1
    world.session.undo_stack.undo()
    np.testing.assert_array_equal(world.session.cursor, np.zeros(2))


def test_that_walking_off_the_edge_moves_the_view_along(panel, world) -> None:
    for _ in range(14):
        QTest.keyClick(panel.view, Qt.Key.Key_Left, SHIFT)
    assert panel.view.viewport.contains(world.session.cursor)


def test_that_letters_choose_tools_and_p_pins_at_the_cursor(panel, world, mouse) -> None:
    for key, tool in ((Qt.Key.Key_L, Tool.LASSO), (Qt.Key.Key_H, Tool.HAND), (Qt.Key.Key_E, Tool.EXPLORE)):
        QTest.keyClick(panel.view, key)
        assert panel.view.tool is tool
        assert panel.tools.buttons[tool].isChecked()
    mouse.move(EMPTY)
    QTest.keyClick(panel.view, Qt.Key.Key_P)
    np.testing.assert_allclose(world.session.pins[0].z, mouse.exact(EMPTY))
    assert panel.view.tool is Tool.EXPLORE


def test_that_delete_removes_the_pin_under_the_mouse(panel, world, mouse) -> None:
    world.session.add_pin(np.array([1.0, 1.0]))
    world.session.add_pin(np.array([-1.0, 1.0]))
    mouse.move((-1.0, 1.0))
    QTest.keyClick(panel.view, Qt.Key.Key_Delete)
    assert [pin.name for pin in world.session.pins] == ["A"]


# --- pins --------------------------------------------------------------------------------------


def test_that_the_pin_tool_pins_and_pins_can_be_dragged_and_visited(panel, world, mouse) -> None:
    panel.view.set_tool(Tool.PIN)
    mouse.click(EMPTY)
    assert [pin.name for pin in world.session.pins] == ["A"]
    panel.view.set_tool(Tool.EXPLORE)
    mouse.drag([EMPTY, (1.4, 2.0), (1.0, 2.0)])
    np.testing.assert_allclose(world.session.pins[0].z, mouse.exact((1.0, 2.0)))
    mouse.leave()
    np.testing.assert_array_equal(world.session.cursor, np.zeros(2))  # dragging a pin is no look
    mouse.click((1.0, 2.0))
    np.testing.assert_array_equal(world.session.cursor, world.session.pins[0].z)


def test_that_dragging_a_pin_keeps_its_distance_from_the_plane(panel, session, open_world) -> None:
    open_world(session, 4)
    session.set_plane(axes_plane(4, 0, 1))
    session.add_pin(np.array([1.0, 1.0, 0.7, -0.4]))
    mouse = MapMouse(panel)
    mouse.drag([(1.0, 1.0), (0.5, 1.8), (0.0, 2.0)])
    place = mouse.exact((0.0, 2.0))
    np.testing.assert_allclose(session.pins[0].z, [*place, 0.7, -0.4], atol=1e-9)


def test_that_a_path_is_drawn_where_the_plane_shows_it(panel, session, open_world) -> None:
    open_world(session, 3)
    session.set_plane(axes_plane(3, 0, 1))
    path = np.array([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]])
    panel.set_path(path)
    np.testing.assert_array_equal(panel.view.marks.path, path[:, :2])
    session.set_plane(axes_plane(3, 1, 2))
    np.testing.assert_array_equal(panel.view.marks.path, path[:, 1:])
    panel.set_path(None)
    assert panel.view.marks.path is None


# --- lasso -------------------------------------------------------------------------------------


def loop_around(xy: np.ndarray, margin: float = 0.15) -> list[tuple[float, float]]:
    (x0, y0), (x1, y1) = xy.min(axis=0) - margin, xy.max(axis=0) + margin
    return [(x0, y0), (x0, y1), (x1, y1), (x1, y0), (x0, y0)]


def expected_in(panel: LatentMapPanel, xy: np.ndarray) -> NDArray[np.float64]:
    every = panel.view.projected.xy
    return np.flatnonzero(((every >= xy.min(axis=0) - 0.15) & (every <= xy.max(axis=0) + 0.15)).all(axis=1))


def test_that_a_shift_drag_selects_what_lies_inside(panel, world, mouse) -> None:
    some = panel.view.projected.xy[np.argsort(panel.view.projected.xy[:, 0])[-12:]]
    mouse.drag(loop_around(some), held=SHIFT)
    np.testing.assert_array_equal(world.session.lasso, expected_in(panel, some))
    assert "selected" in panel.hint.text
    mouse.leave()
    QTest.keyClick(panel.view, Qt.Key.Key_Escape)
    assert world.session.lasso.size == 0
    assert panel.hint.isHidden()


def test_that_control_adds_to_the_lasso_and_alt_takes_away(panel, world, mouse) -> None:
    panel.view.set_tool(Tool.LASSO)
    order = np.argsort(panel.view.projected.xy[:, 0])
    left, right = (panel.view.projected.xy[rows] for rows in (order[:10], order[-10:]))
    mouse.drag(loop_around(left, 0.05))
    first = world.session.lasso
    mouse.drag(loop_around(right, 0.05), held=Qt.KeyboardModifier.ControlModifier)
    both = world.session.lasso
    assert set(first) < set(both)
    mouse.drag(loop_around(right, 0.05), held=Qt.KeyboardModifier.AltModifier)
    np.testing.assert_array_equal(world.session.lasso, first)


def test_that_points_switched_to_grey_are_neither_lassoed_nor_clicked(panel, world, mouse) -> None:
    row = lone_row(panel)
    label = int(world.images.labels[row])
    panel.legend.set_switched_off(frozenset({label}))
    mouse.click(panel.view.projected.xy[row])
    assert world.session.selection != row
    mouse.drag(loop_around(panel.view.projected.xy), held=SHIFT)
    assert world.session.lasso.size > 0
    assert not np.any(world.images.labels[world.session.lasso] == label)


def test_that_a_line_decodes_along_itself_only(qtbot, panel, session, open_world) -> None:
    open_world(session, 1)
    assert panel.view.on_line
    mouse = MapMouse(panel)
    mouse.click((1.2, 0.4))
    assert session.cursor == pytest.approx(mouse.exact((1.2, 0.0))[0])
    session.set_selection(4)
    assert panel.view.marks.selected[1] >= 0.0
    qtbot.waitUntil(lambda: not panel.view.tapestry.is_empty)
    panel.view.set_layer(Layer.DENSITY, True)
    panel.view.set_layer(Layer.PRIOR, True)
    panel.view.set_layer(Layer.AXES, True)
    assert not panel.grab().isNull()

"""``MapView``: the map under mouse and keyboard; turns gestures into places, rows and pins."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QKeyEvent, QMouseEvent, QNativeGestureEvent, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from vae_explorer.ui.widgets.map.canvas import MapCanvas
from vae_explorer.ui.widgets.map.gesture import Gesture, cursor_shape, gesture_kind, lasso_mode
from vae_explorer.ui.widgets.map.marks import nearest_pin
from vae_explorer.ui.widgets.map.tools import TOOL_INFO, Tool

__all__ = ["MapView"]

POINT_REACH_PX = 8.0  # how near a click must be to a point
DRAG_START_PX = 4.0  # smaller movements between press and release are a click
LASSO_STEP_PX = 3.0  # between corners of the loop
WHEEL_ZOOM = 1.0016  # factor per eighth of a degree: one notch (120) zooms by 1.21
KEY_ZOOM = 1.4
WALK_PX, LONG_WALK_PX = 8.0, 48.0  # an arrow key, with Shift
KEEP_IN_VIEW_PX = 36.0

_Button = Qt.MouseButton
_Modifier = Qt.KeyboardModifier
_ARROWS = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, 1.0),
    Qt.Key.Key_Down: (0.0, -1.0),
}


class MapView(MapCanvas):
    """The latent map as a person handles it.

    Places are plane coordinates, ``float64 (2,)`` in ``Signal(object)``; rows count the points on show.

    Signals
    -------
    hovered
        The mouse is at a place, no button pressed, tool Explore or Pin.
    hover_ended
        The mouse left the map, or another gesture began.
    looked_at
        The Explore tool is pressed or dragged at a place.
    clicked
        ``(place, row | None)``: click with Explore, on or near a point.
    settled
        The place where a press or drag of Explore ended.
    walked
        Arrow keys moved the cursor to a place.
    pin_placed, pin_dragged, pin_clicked, pin_removed
        A place; ``(name, place)``; names.
    lassoed
        ``(rows int64 (K,), mode)``: what lies inside the loop, and how it joins the set.
    cleared
        Escape.
    tool_changed
        The `Tool` in hand.
    """

    hovered = Signal(object)
    hover_ended = Signal()
    looked_at = Signal(object)
    settled = Signal(object)
    clicked = Signal(object, object)
    walked = Signal(object)
    pin_wanted = Signal()
    pin_placed = Signal(object)
    pin_dragged = Signal(str, object)
    pin_clicked = Signal(str)
    pin_removed = Signal(str)
    lassoed = Signal(object, str)
    cleared = Signal()
    tool_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tool = Tool.EXPLORE
        self._gesture: Gesture | None = None
        self._space_held = False
        self._mouse: QPointF | None = None  # while it is over the map
        self._enabled_for_model = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(240, 180)
        self._show_cursor()

    # --- commands ------------------------------------------------------------------------------

    @property
    def tool(self) -> Tool:
        return self._tool

    def set_tool(self, tool: Tool) -> None:
        if tool is not self._tool:
            self._tool = tool
            self._show_cursor()
            self.tool_changed.emit(tool)

    def set_interactive(self, interactive: bool) -> None:
        """Whether there is a latent space to look at; without one only the cards answer."""
        self._enabled_for_model = interactive
        self._show_cursor()

    @property
    def mouse_place(self) -> NDArray[np.float64] | None:
        """Plane coordinates under the mouse, None while it is elsewhere."""
        return self._place_at(self._mouse) if self._mouse is not None else None

    # --- mouse ---------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if self._gesture is not None or not self._enabled_for_model:
            return
        at = event.position()
        kind = gesture_kind(
            event.button(),
            event.modifiers(),
            self._effective_tool(),
            space_held=self._space_held,
            on_pin=bool(self._pin_at(at)),
        )
        if not kind:
            return
        gesture = Gesture(kind, at, at)
        if kind == "lasso":
            gesture.mode = lasso_mode(event.modifiers())
            gesture.loop.append(self._pair(at))
        elif kind == "move pin":
            gesture.pin = self._pin_at(at)
        if kind != "explore":
            self.hover_ended.emit()
        self._gesture = gesture
        self._show_cursor()
        if kind == "explore":
            self.looked_at.emit(self._place_at(at))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        self._mouse = at
        gesture = self._gesture
        if gesture is None:
            self._hover(at)
            return
        step = at - gesture.last
        gesture.moved = gesture.moved or (at - gesture.start).manhattanLength() >= DRAG_START_PX
        if gesture.kind == "pan":
            self.set_viewport(self.viewport.panned(step.x(), step.y()))
            gesture.last = at
        elif gesture.kind == "explore":
            self.looked_at.emit(self._place_at(at))
        elif gesture.kind == "move pin" and gesture.moved:
            self.pin_dragged.emit(gesture.pin, self._place_at(at))
        elif gesture.kind == "lasso" and step.manhattanLength() >= LASSO_STEP_PX:
            gesture.last = at
            gesture.loop.append(self._pair(at))
            self.change_marks(lasso=np.array(gesture.loop))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        gesture = self._gesture
        if gesture is None or event.buttons() & (_Button.LeftButton | _Button.MiddleButton):
            return
        at = event.position()
        self._gesture = None
        self._show_cursor()
        place = self._place_at(at)
        if gesture.kind == "explore":
            self.settled.emit(place)
            if not gesture.moved:
                self.clicked.emit(place, self.points.nearest(self.viewport, (at.x(), at.y()), POINT_REACH_PX))
        elif gesture.kind == "pin":
            self.pin_placed.emit(place)
        elif gesture.kind == "move pin" and not gesture.moved:
            self.pin_clicked.emit(gesture.pin)
        elif gesture.kind == "lasso":
            self.change_marks(lasso=None)
            corners = np.array(gesture.loop)
            rows = self.points.inside(corners) if len(corners) > 2 else np.empty(0, dtype=np.int64)
            self.lassoed.emit(rows, gesture.mode)
        if self._mouse is not None and self.rect().contains(at.toPoint()):
            self._hover(at)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._effective_tool() in (Tool.EXPLORE, Tool.HAND) and event.button() is _Button.LeftButton:
            if not self._pin_at(event.position()):
                self.fit(animated=True)
        else:
            self.mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y() or event.angleDelta().x()
        at = event.position()
        if turned and self._enabled_for_model:
            self.zoom(WHEEL_ZOOM**turned, (at.x(), at.y()))
            if self._gesture is None:
                self._hover(at)
        event.accept()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        focused = QApplication.focusWidget()
        typing = (QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox, QComboBox)
        if not isinstance(focused, typing) and self.isActiveWindow():  # keys work where the mouse is
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.end_hover()

    def end_hover(self) -> None:
        """The mouse is over something else: off the map, or on a card that floats above it."""
        self._mouse = None
        if self._gesture is None:
            self.hover_ended.emit()
            self.change_marks(held_pin="")

    def event(self, event: QEvent) -> bool:
        if (
            isinstance(event, QNativeGestureEvent)
            and event.gestureType() is Qt.NativeGestureType.ZoomNativeGesture
        ):
            at = event.position()
            self.zoom(1.0 + event.value(), (at.x(), at.y()))
            return True
        return super().event(event)

    # --- keyboard ------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        held = event.modifiers() & ~_Modifier.KeypadModifier
        plain = held in (_Modifier.NoModifier, _Modifier.ShiftModifier)
        if not plain or not self._enabled_for_model:
            super().keyPressEvent(event)
            return
        if key in _ARROWS:
            self._walk(_ARROWS[key], LONG_WALK_PX if held & _Modifier.ShiftModifier else WALK_PX)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(KEY_ZOOM, self._zoom_centre(), animated=True)
        elif key in (Qt.Key.Key_Minus, Qt.Key.Key_Underscore):
            self.zoom(1.0 / KEY_ZOOM, self._zoom_centre(), animated=True)
        elif key in (Qt.Key.Key_0, Qt.Key.Key_Home):
            self.fit(animated=True)
        elif key == Qt.Key.Key_P and not held & _Modifier.ShiftModifier:
            self.pin_wanted.emit()
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._remove_pin()
        elif key == Qt.Key.Key_Escape:
            self._cancel()
        elif key == Qt.Key.Key_Space:
            self._space_held = True
            self._show_cursor()
        else:
            tool = next((tool for tool, info in TOOL_INFO.items() if info.key == key), None)
            if tool is None:
                super().keyPressEvent(event)
                return
            self.set_tool(tool)
        event.accept()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space_held = False
            self._show_cursor()
        else:
            super().keyReleaseEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        by_key = (
            Qt.FocusReason.TabFocusReason,
            Qt.FocusReason.BacktabFocusReason,
            Qt.FocusReason.ShortcutFocusReason,
        )
        self.set_focus_ring(event.reason() in by_key)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._space_held = False
        self._show_cursor()
        self.set_focus_ring(False)

    # --- private -------------------------------------------------------------------------------

    def _effective_tool(self) -> Tool:
        return Tool.HAND if self._space_held else self._tool

    def _hover(self, at: QPointF) -> None:
        if not self._enabled_for_model:
            return
        pin = self._pin_at(at)
        if pin != self.marks.held_pin:
            self.change_marks(held_pin=pin)
            self._show_cursor()
        if self._effective_tool() in (Tool.EXPLORE, Tool.PIN):
            self.hovered.emit(self._place_at(at))

    def _walk(self, direction: tuple[float, float], step_px: float) -> None:
        start = self.marks.hover or self.marks.cursor
        if start is None:
            return
        step = step_px / self.viewport.scale
        place = np.array(start) + step * np.array(direction)
        if not self.viewport.contains(place, KEEP_IN_VIEW_PX) and not self.on_line:
            dx, dy = step_px * direction[0], step_px * direction[1]
            self.set_viewport(self.viewport.panned(-dx, dy))
        self.walked.emit(place)

    def _remove_pin(self) -> None:
        spot = self._mouse
        if spot is None and self.marks.cursor is not None:
            x, y = self.viewport.to_px(self.marks.cursor)
            spot = QPointF(float(x), float(y))
        name = self._pin_at(spot) if spot is not None else ""
        if name:
            self.pin_removed.emit(name)

    def _cancel(self) -> None:
        if self._gesture is not None and self._gesture.kind == "lasso":
            self._gesture = None
            self.change_marks(lasso=None)
            self._show_cursor()
        else:
            self.cleared.emit()

    def _zoom_centre(self) -> tuple[float, float] | None:
        return (self._mouse.x(), self._mouse.y()) if self._mouse is not None else None

    def _pin_at(self, at: QPointF) -> str:
        return nearest_pin(self.marks.pins, self.viewport, (at.x(), at.y()))

    def _pair(self, at: QPointF) -> tuple[float, float]:
        x, y = self.viewport.to_plane((at.x(), at.y()))
        return (float(x), float(y))

    def _place_at(self, at: QPointF) -> NDArray[np.float64]:
        place = self.viewport.to_plane((at.x(), at.y()))
        if self.on_line:
            place[1] = 0.0
        return place

    def _show_cursor(self) -> None:
        if self._enabled_for_model:
            shape = cursor_shape(self._effective_tool(), self._gesture, holds_pin=bool(self.marks.held_pin))
        else:
            shape = Qt.CursorShape.ArrowCursor
        self.setCursor(shape)

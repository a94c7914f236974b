"""``LatePanel``: a panel that is made when somebody first looks at it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtWidgets import QVBoxLayout, QWidget

__all__ = ["LatePanel"]

Panel = TypeVar("Panel", bound=QWidget)


class LatePanel(Generic[Panel]):
    """The room of a panel that lies behind another tab; the panel is made when it is first seen or asked for.

    Few people open every tab. Fifty widgets take a megabyte, most of it Qt's memory of how a style sheet
    dresses each of them, and some milliseconds of a start.

    Parameters
    ----------
    name
        Object name of the panel; the room bears it until then.
    make
        Makes the panel, which then shows the session as it is.

    Attributes
    ----------
    room
        What is put into a dock.
    """

    def __init__(self, name: str, make: Callable[[], Panel]) -> None:
        self._make = make
        self._panel: Panel | None = None
        self._wires: list[Callable[[Panel], object]] = []
        self.room = QWidget()
        self.room.setObjectName(name)
        self._column = QVBoxLayout(self.room)
        self._column.setContentsMargins(0, 0, 0, 0)

    @property
    def is_made(self) -> bool:
        return self._panel is not None

    @property
    def panel(self) -> Panel:
        if self._panel is None:
            self._panel = self._make()
            self.room.setObjectName("")
            self._column.addWidget(self._panel)
            self._panel.show()
            for wire in self._wires:
                wire(self._panel)
            self._wires.clear()
        return self._panel

    def when_made(self, wire: Callable[[Panel], object]) -> None:
        """Call `wire` with the panel: now, or as soon as there is one."""
        if self._panel is None:
            self._wires.append(wire)
        else:
            wire(self._panel)

    def on_visibility_changed(self, visible: bool) -> None:
        """Of the dock: whether it is in front."""
        if visible:
            _ = self.panel

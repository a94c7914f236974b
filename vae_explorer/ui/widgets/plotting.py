"""pyqtgraph, set up once and only when the first chart is drawn: its import takes a third of a second."""

from __future__ import annotations

from functools import cache
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QColor, QFont, QPen

from vae_explorer.ui.theme import FONT_CAPTION_PX, Theme

__all__ = ["PlottingLibrary", "dress_axes", "line_pen", "plotting", "plotting_library", "translucent"]

_AXES = ("left", "bottom")


@cache
def plotting() -> Any:  # a module without types
    """The module: images row by row as NumPy has them, lines smoothed, no OpenGL."""
    import pyqtgraph

    pyqtgraph.setConfigOptions(imageAxisOrder="row-major", useOpenGL=False, antialias=True)
    return pyqtgraph


class PlottingLibrary(QObject):
    """Whether pyqtgraph may be used at once, and how to ask for it.

    Signals
    -------
    wanted
        Somebody needs it soon; whoever has a thread imports it there and calls `arrive`.
    arrived
        From now on `plotting` takes no time.
    """

    wanted = Signal()
    arrived = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._is_there = False
        self._has_loader = False
        self._is_asked = False

    @property
    def may_be_used(self) -> bool:
        """True once it is there, and where nobody would import it elsewhere."""
        return self._is_there or not self._has_loader

    def set_loader(self, has_loader: bool) -> None:
        """Whether somebody listens to `wanted`."""
        self._has_loader, self._is_asked = has_loader, False

    def want(self) -> None:
        """Ask for it, once."""
        if not (self.may_be_used or self._is_asked):
            self._is_asked = True
            self.wanted.emit()

    @Slot()
    def arrive(self) -> None:
        """It is imported."""
        if not self._is_there:
            self._is_there = True
            self.arrived.emit()


@cache
def plotting_library() -> PlottingLibrary:
    """The one of this process; first called in the GUI thread."""
    return PlottingLibrary()


def line_pen(colour: str, width_px: float = 1.5, *, dashed: bool = False) -> QPen:
    """A line of the same width at every zoom."""
    pen: QPen = plotting().mkPen(colour, width=width_px)
    if dashed:
        pen.setDashPattern([4.0, 3.0])
    return pen


def translucent(colour: str, alpha: int) -> QColor:
    """`colour` (``#RRGGBB``) with `alpha` of 255."""
    found = QColor(colour)
    found.setAlpha(alpha)
    return found


def dress_axes(plot: Any, theme: Theme) -> None:  # a PlotWidget
    """Ground, axes and their numbers in the theme's colours, in small type."""
    plot.setBackground(theme.ground)
    font = QFont(plot.font())
    font.setPixelSize(FONT_CAPTION_PX)
    for name in _AXES:
        axis = plot.getAxis(name)
        axis.setPen(line_pen(theme.line, 1.0))
        axis.setTextPen(theme.muted)
        axis.setTickFont(font)
        axis.setStyle(tickLength=-4, maxTickLevel=1)
        if axis.labelText:
            axis.setLabel(axis.labelText, color=theme.muted, **{"font-size": f"{FONT_CAPTION_PX}px"})

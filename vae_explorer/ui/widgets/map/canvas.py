"""``MapCanvas``: the painted plane with its layers and marks; knows neither mouse nor session."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QAbstractAnimation,
    QRect,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPixmap, QRegion, QResizeEvent
from PySide6.QtWidgets import QWidget

from vae_explorer.ui.theme import Theme, theme_manager
from vae_explorer.ui.widgets.map.axes_layer import caption_font
from vae_explorer.ui.widgets.map.backing import Backing
from vae_explorer.ui.widgets.map.fitting import fitted_box, share_inside
from vae_explorer.ui.widgets.map.glide import PointGlide, smooth_motion
from vae_explorer.ui.widgets.map.ground import Ground
from vae_explorer.ui.widgets.map.layer import Layer
from vae_explorer.ui.widgets.map.marks import Marks, hover_region, paint_marks
from vae_explorer.ui.widgets.map.point_colours import Colouring
from vae_explorer.ui.widgets.map.points_layer import PointsLayer
from vae_explorer.ui.widgets.map.projection import Projected
from vae_explorer.ui.widgets.map.viewport import Box, Viewport

__all__ = ["MapCanvas"]

FIT_MARGINS = (28, 60, 28, 60)  # px: the floating cards stand there
PRIOR_BOX: Box = (-3.0, -3.0, 3.0, 3.0)
GLIDING_POINTS = 50_000  # more of them go to newer places at once: a frame of their way would come late
MIN_ZOOM, MAX_ZOOM = 0.02, 20_000.0  # against the fitted view


class MapCanvas(QWidget):
    """Layers from the ground up: tapestry, density, axes, prior, points, marks.

    All but the marks are kept as one picture, so that a moving cursor costs one copy of it.

    Signals
    -------
    view_changed
        The visible part of the plane is another, or has another size.
    layers_changed
        A layer was shown or hidden.
    """

    view_changed = Signal()
    layers_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.points = PointsLayer()
        self._ground = Ground()
        self.tapestry = self._ground.tapestry
        self._viewport = Viewport.fitting(PRIOR_BOX, 600, 400, FIT_MARGINS)
        self._fitted_scale = self._viewport.scale
        self._follows_size = True  # until a person moves the view, a resize fits it anew
        self._layers = {Layer.POINTS, Layer.TAPESTRY}
        self._marks = Marks()
        self._on_line = False
        self._target = Projected(np.empty((0, 2), dtype=np.float32))  # where the points are, or are moving to
        self._under = Backing()  # all layers under the points
        self._base = Backing()  # and the points
        self._shows_focus = False
        self._to_view = self._viewport
        self._from_view = self._viewport
        self._view_motion = smooth_motion(self)
        self._view_motion.valueChanged.connect(self._on_view_motion_value_changed)
        self._glide = PointGlide(self)
        self._glide.moved.connect(self._on_glide_moved)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        theme_manager().changed.connect(self._on_theme_manager_changed)

    # --- what is shown -------------------------------------------------------------------------

    @property
    def viewport(self) -> Viewport:
        return self._viewport

    @property
    def on_line(self) -> bool:
        """True for D = 1: a line with its density above."""
        return self._on_line

    @property
    def projected(self) -> Projected:
        """The points' places, also while they are still moving there."""
        return self._target

    @property
    def marks(self) -> Marks:
        return self._marks

    @property
    def layers(self) -> frozenset[Layer]:
        return frozenset(self._layers)

    @property
    def tapestry_opacity(self) -> float:
        return self._ground.tapestry_opacity

    @property
    def is_view_untouched(self) -> bool:
        """True until a person pans or zooms."""
        return self._follows_size

    def set_on_line(self, on_line: bool) -> None:
        """Show a line (D = 1) instead of a plane."""
        self._on_line = on_line
        self.redraw()

    def set_labels(self, label_u: str, label_v: str) -> None:
        """Names of the two directions."""
        self._ground.labels = (label_u, label_v)
        self.redraw()

    def set_prior(
        self, centre: tuple[float, float], contours: tuple[NDArray[np.float64], ...] | None = None
    ) -> None:
        """Centre of the prior's section; a fitted view holds its 3σ circle.

        Parameters
        ----------
        contours
            Segments (S, 2, 2) on the plane for 1σ, 2σ and 3σ of a prior that is not round; None: circles.
        """
        same = contours is None and self._ground.prior_contours is None
        if not (same and centre == self._ground.prior_centre):  # a training tells it with each set of weights
            self._ground.prior_centre = centre
            self._ground.prior_contours = contours
            self.redraw()

    def set_points(self, projected: Projected, *, moving: bool = False) -> None:
        """Show points at other places; `moving`: the same points, which glide there."""
        glides = moving and len(projected.xy) == len(self.points) > 0 and self.isVisible()
        glides = glides and len(self.points) <= GLIDING_POINTS
        before = self.points.xy
        self._glide.stop()
        self._target = projected
        self.points.set_projected(projected)
        self._ground.forget_density()
        if glides:
            self.points.set_xy(before)
            self._glide.start(before, projected.xy, self._viewport.scale)
        if Layer.DENSITY in self._layers or self._on_line:
            self.redraw()
        else:  # nothing under the points hangs on them
            self._redraw_points_soon()

    def set_colouring(self, colouring: Colouring) -> None:
        self.points.set_colouring(colouring)
        self._redraw_points_soon()

    def set_emphasised(self, emphasised: NDArray[np.bool_] | None) -> None:
        """Points to brighten while the others dim, (n,)."""
        self.points.set_emphasised(emphasised)
        self._redraw_points_soon()

    def set_point_looks(self, size_factor: float, opacity: float) -> None:
        self.points.set_looks(size_factor, opacity)
        self.redraw_points()

    def set_tapestry_opacity(self, opacity: float) -> None:
        self._ground.tapestry_opacity = opacity
        self.redraw()

    def set_layer(self, layer: Layer, shown: bool) -> None:
        if shown != (layer in self._layers):
            (self._layers.add if shown else self._layers.discard)(layer)
            self.redraw()
            self.layers_changed.emit()
            self.view_changed.emit()  # a tapestry that appears wants tiles

    def change_marks(self, **changes: Any) -> None:  # Any: fields of Marks, checked by dataclasses.replace
        """Replace some of the marks."""
        before, self._marks = self._marks, replace(self._marks, **changes)
        if changes.keys() == {"hover"}:  # at each move of the mouse: the cards over the map rest meanwhile
            self.update(hover_region(before, self._marks, self._viewport))
        else:
            self.update()

    def set_focus_ring(self, shown: bool) -> None:
        """Frame the map: it has the keyboard."""
        self._shows_focus = shown
        self.update()

    def redraw(self) -> None:
        """Paint every layer anew at the next opportunity."""
        self._under.forget()
        self.redraw_points()

    def redraw_points(self) -> None:
        """Paint the points anew over the layers under them."""
        self._base.forget()
        self.update()

    def _redraw_points_soon(self) -> None:
        """With the next picture of points on their way, if they are; else at the next opportunity."""
        if self._glide.is_running:
            self._base.forget()
        else:
            self.redraw_points()

    # --- the view ------------------------------------------------------------------------------

    def set_viewport(self, viewport: Viewport, *, animated: bool = False) -> None:
        """Show another part of the plane, as a person's choice: a resize will keep its middle."""
        self._follows_size = False
        self._go(viewport, animated=animated)

    def zoom(
        self, factor: float, at_px: tuple[float, float] | None = None, *, animated: bool = False
    ) -> None:
        """Zoom in (factor > 1) or out around a pixel, the middle if None; stops at sensible ends."""
        lowest, highest = MIN_ZOOM * self._fitted_scale, MAX_ZOOM * self._fitted_scale
        scale = min(max(self._viewport.scale * factor, lowest), highest)
        self.set_viewport(self._viewport.zoomed(scale / self._viewport.scale, at_px), animated=animated)

    def fit(self, *, animated: bool = False) -> None:
        """Show 99.5 % of the points on each axis, and the prior to 3σ."""
        wanted = Viewport.fitting(self._fit_box(), self.width(), self.height(), FIT_MARGINS)
        self._fitted_scale = wanted.scale
        self._follows_size = True
        self._go(wanted, animated=animated)

    def share_in_view(self) -> float:
        """Share of the points that the view shows; 1 without points."""
        return share_inside(self._target.xy, self._viewport.box)

    def taken(self) -> list[QRect]:
        """Rectangles of the canvas that floating cards cover."""
        found = self.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
        return [card.geometry() for card in found if card.isVisible()]

    def _free(self) -> QRegion:
        """What no floating card covers."""
        free = QRegion(self.rect())
        for card in self.taken():
            free -= QRegion(card)
        return free

    def _fit_box(self) -> Box:
        ground = self._ground
        return fitted_box(self._target, ground.prior_centre, ground.prior_contours, on_line=self._on_line)

    def _go(self, viewport: Viewport, *, animated: bool) -> None:
        self._view_motion.stop()
        if animated and self.isVisible() and viewport != self._viewport:
            self._from_view, self._to_view = self._viewport, viewport
            self._view_motion.start()
        else:
            self._place(viewport)

    def _place(self, viewport: Viewport) -> None:
        if viewport != self._viewport:
            self._viewport = viewport
            self.redraw()
            self.view_changed.emit()

    # --- slots ---------------------------------------------------------------------------------

    @Slot(object)
    def _on_view_motion_value_changed(self, value: float) -> None:
        if self._view_motion.state() == QAbstractAnimation.State.Running or value >= 1.0:
            self._place(self._from_view.blended(self._to_view, value))

    @Slot(object, bool)
    def _on_glide_moved(self, xy: NDArray[np.float32], is_end: bool) -> None:
        self.points.set_xy(xy)
        self._base.forget()
        # What shimmers through the cards waits for the end: painting them would cost half as much as the points.
        self.update(self.rect() if is_end else self._free())

    @Slot(object)
    def _on_theme_manager_changed(self, _theme: Theme) -> None:
        self._ground.forget_colours()
        self.redraw()

    # --- painting ------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_manager().theme
        ratio = self.devicePixelRatioF()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._painted_base(theme, ratio))
        painter.setFont(caption_font(self.font()))
        paint_marks(painter, self._marks, self._viewport, theme, on_line=self._on_line)
        if self._shows_focus:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(QColor(theme.accent_bright), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()

    def _painted_base(self, theme: Theme, ratio: float) -> QPixmap:
        under = self._painted_under(theme, ratio)
        if Layer.POINTS not in self._layers or len(self.points) == 0:
            return under
        base, is_painted = self._base.sized(self._viewport, ratio)
        if not is_painted:
            painter = QPainter(base)
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
            painter.drawPixmap(0, 0, under)
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
            self.points.paint(painter, self._viewport, ratio, theme)
            painter.end()
        return base

    def _painted_under(self, theme: Theme, ratio: float) -> QPixmap:
        viewport = self._viewport
        base, is_painted = self._under.sized(viewport, ratio)
        if is_painted:
            return base
        base.fill(QColor(theme.ground))
        painter = QPainter(base)
        painter.setFont(caption_font(self.font()))
        self._ground.paint(
            painter, viewport, theme, self._layers, self._target, self.taken(), on_line=self._on_line
        )
        painter.end()
        return base

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._view_motion.stop()
        self._viewport = self._viewport.resized(self.width(), self.height())
        if self._follows_size:
            wanted = Viewport.fitting(self._fit_box(), self.width(), self.height(), FIT_MARGINS)
            self._fitted_scale = wanted.scale
            self._viewport = wanted
        self.redraw()
        self.view_changed.emit()

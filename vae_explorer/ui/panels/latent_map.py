"""``LatentMapPanel``: the map with its tools, layers and legend, joined to the session."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QPushButton, QStackedLayout, QWidget

from vae_explorer.ui.icons import icon
from vae_explorer.ui.panels.empty_state import EmptyState
from vae_explorer.ui.panels.map_gestures import MapGestures
from vae_explorer.ui.panels.map_points import MapPoints
from vae_explorer.ui.panels.map_prior import MapPrior
from vae_explorer.ui.panels.map_selection import MapSelection
from vae_explorer.ui.panels.tapestry_feeder import TapestryFeeder
from vae_explorer.ui.session import Session
from vae_explorer.ui.theme import SPACE_M
from vae_explorer.ui.widgets.map.cards import CardPlacer, HintCard
from vae_explorer.ui.widgets.map.legend import LegendCard
from vae_explorer.ui.widgets.map.map_view import MapView
from vae_explorer.ui.widgets.map.toolbars import LayersCard, LooksCard, ToolsCard, ZoomCard

__all__ = ["LatentMapPanel"]

NARROW_WIDTH_PX = 480  # narrower: the legend keeps its heading only, and the zoom buttons go
MOSTLY_OUTSIDE = 0.5  # share of points in an untouched view, below which the map offers to show all
NONE_IN_VIEW = 0.001  # share of points that counts as none
OFF_PLANE = 0.005  # latent units; less is not worth a word

_Corner = Qt.AlignmentFlag


class LatentMapPanel(QWidget):
    """The centre of the window; `view` has the object name ``latentMap``.

    Signals
    -------
    start_page_requested
        There is no model, and the person asked for one.
    """

    start_page_requested = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._path: NDArray[np.float64] | None = None  # (K, D)
        self.view = MapView()
        self.view.setObjectName("latentMap")
        self.view.setAccessibleName("Latent map")
        self.view.setAccessibleDescription(
            "Arrow keys move the cursor, P pins it, plus and minus zoom, 0 shows everything, Escape clears."
        )
        self.view.setWhatsThis(
            "Each point is an image, at the mean of its posterior; every other place decodes too. Selecting a point "
            "draws its posterior q(z|x) as two ellipses, at one and two standard deviations: where the encoder "
            "thinks this image could lie."
        )
        self.tools = ToolsCard(self.view)
        self.looks = LooksCard(self.view)
        self.layers = LayersCard(self.view, self.looks)
        self.legend = LegendCard(self.view)
        self.zoom = ZoomCard(self.view)
        self.hint = HintCard(self.view)
        self.loading = HintCard(self.view)
        self.hint.button.clicked.connect(self._on_hint_clicked)
        self._placer = CardPlacer(self.view)
        for card, corner in (
            (self.tools, _Corner.AlignTop | _Corner.AlignLeft),
            (self.loading, _Corner.AlignTop | _Corner.AlignLeft),
            (self.legend, _Corner.AlignTop | _Corner.AlignRight),
            (self.layers, _Corner.AlignBottom | _Corner.AlignLeft),
            (self.looks, _Corner.AlignBottom | _Corner.AlignLeft),
            (self.hint, _Corner.AlignBottom | _Corner.AlignLeft),
            (self.zoom, _Corner.AlignBottom | _Corner.AlignRight),
        ):
            self._placer.add(card, corner)

        self.points = MapPoints(session, self.view, self.legend)
        self.prior = MapPrior(session, self.view, self)
        self.gestures = MapGestures(session, self.view, self.points)
        self.selection = MapSelection(session, self.view, self.points)
        self.tapestry = TapestryFeeder(session, self.view)

        self._empty = EmptyState()
        self._empty.set_words(
            "Open a model or train one",
            "Its latent space appears here as a map: every place decodes to a picture as you move over it.",
        )
        start = QPushButton(icon("home"), "Start page")
        start.setToolTip("Data, shipped models and recent runs (Ctrl+Home)")
        start.clicked.connect(self.start_page_requested)
        self._empty.add_button(start)
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.addWidget(self.view)
        self._stack.addWidget(self._empty)

        session.model_replaced.connect(self._on_session_model_replaced)
        session.explorer_changed.connect(self._show_state)
        session.plane_changed.connect(self._on_session_plane_changed)
        session.cursor_changed.connect(self._show_hint)
        session.lasso_changed.connect(self._show_hint)
        self.points.placed.connect(self._show_hint)
        self.points.recoloured.connect(self._adapt)
        self.view.view_changed.connect(self._show_hint)
        self._show_state()

    @property
    def words(self) -> str:
        """What is said instead of a map; empty while there is one."""
        return self._empty.words if self._stack.currentWidget() is self._empty else ""

    def set_path(self, points: ArrayLike | None) -> None:
        """Draw the path through latents (K, D); None or fewer than two: no path."""
        self._path = None if points is None else np.asarray(points, dtype=np.float64)
        self._draw_path()

    def sizeHint(self) -> QSize:
        return QSize(800, 620)

    # --- slots ---------------------------------------------------------------------------------

    @Slot()
    def _on_session_model_replaced(self) -> None:
        self.set_path(None)
        self._show_state()

    @Slot()
    def _on_session_plane_changed(self) -> None:
        self._draw_path()
        self._show_state()

    @Slot()
    def _on_hint_clicked(self) -> None:
        session, plane, cursor = self._session, self._session.plane, self._session.cursor
        if session.lasso.size:
            session.set_lasso(np.empty(0, dtype=np.int64))
        elif plane is not None and cursor is not None and self._off_plane() > OFF_PLANE:
            session.set_plane(plane.through(cursor))
        else:
            self.view.fit(animated=True)

    @Slot()
    def _show_state(self) -> None:
        """Map or empty state, and whether the model is still on its way."""
        session = self._session
        has_model = session.latent_dim > 0
        self._stack.setCurrentWidget(self.view if has_model else self._empty)
        self.view.set_interactive(has_model)
        explorer = session.explorer
        self.layers.set_has_prior(explorer is None or explorer.variational)
        self.layers.set_prior_learned(explorer is not None and explorer.prior_name != "normal")
        self.loading.show_hint("Loading the model…" if has_model and session.explorer is None else "")
        self._show_hint()

    @Slot()
    def _show_hint(self) -> None:
        """The one sentence that matters most now."""
        chosen = self._session.lasso.size
        if chosen:
            images = "image" if chosen == 1 else "images"
            self.hint.show_hint(f"{chosen:,} {images} selected", "Clear", "Select no set (Esc)")
        elif self._off_plane() > OFF_PLANE:
            self.hint.show_hint(
                f"The cursor is {self._off_plane():.2f} off this plane",
                "Move the plane there",
                "Show the parallel plane that contains the cursor",
            )
        elif (share := self.view.share_in_view()) < (
            MOSTLY_OUTSIDE if self.view.is_view_untouched else NONE_IN_VIEW
        ):
            text = "No points in this view" if share < NONE_IN_VIEW else "Most points lie outside this view"
            self.hint.show_hint(text, "Show all", "Show everything (0)")
        else:
            self.hint.show_hint("")

    # --- private -------------------------------------------------------------------------------

    def _off_plane(self) -> float:
        """Distance of the resting cursor from the plane, latent units."""
        plane, anchor = self._session.plane, self.gestures.anchor
        if plane is None or anchor is None or plane.latent_dim <= 2 or anchor.shape[0] != plane.latent_dim:
            return 0.0
        return float(plane.distance(anchor))

    @Slot()
    def _adapt(self) -> None:
        """Where the map is narrow, cards give up their words, then the legend its rows, then the zoom goes."""
        room = self.width() - 3 * SPACE_M
        narrow = self.width() < NARROW_WIDTH_PX
        self.legend.set_collapsed(narrow)
        self.zoom.setVisible(not narrow)
        self.tools.set_compact(False)
        self.tools.set_compact(self.tools.sizeHint().width() + self.legend.sizeHint().width() > room)
        beside = 0 if narrow else self.zoom.sizeHint().width()
        self.layers.set_compact(False)
        self.layers.set_compact(self.layers.sizeHint().width() + beside > room)

    def _draw_path(self) -> None:
        plane, path = self._session.plane, self._path
        fits = plane is not None and path is not None and path.ndim == 2 and path.shape[1] == plane.latent_dim
        self.view.change_marks(
            path=plane.project(path) if fits and plane is not None and path is not None else None
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._adapt()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.tapestry.pump()

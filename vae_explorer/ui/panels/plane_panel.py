"""``PlanePanel``: which plane of a latent space of many dimensions the map shows, and all coordinates."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt, QTimer, Slot
from PySide6.QtGui import QPaintEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from vae_explorer.latent.encodings import Encodings
from vae_explorer.ui.panels.controls import set_help
from vae_explorer.ui.panels.plane_choice import PlaneChoice
from vae_explorer.ui.panels.plane_undo import MoveWithPlane, Place
from vae_explorer.ui.panels.seen import is_seen
from vae_explorer.ui.session import Session
from vae_explorer.ui.theme import SPACE_M, SPACE_S, SPACE_XS
from vae_explorer.ui.widgets.map.coordinate_list import CoordinateList

__all__ = ["PlanePanel"]

PRIOR_EXTENT = 4.0  # half the range of a slider, standard deviations of the prior, before there are codes
EXTENT_MARGIN = 1.15  # against the furthest code
OFF_PLANE = 1e-9  # latent units; rounding
WALK_REST_MS = 700  # without a change, after which the changes become one undoable move
REFRESH_MS = 30  # between updates of the sliders while the cursor follows the mouse


class PlanePanel(QWidget):
    """Choice of plane, and a slider and number for every coordinate of the cursor."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("planePanel")
        self._session = session
        self._is_behind = False  # encodings or cursor changed while nobody saw this
        self._before: Place | None = None  # before a series of changes

        self.choice = PlaneChoice(session)
        self.zero = QPushButton("Set all to 0")
        set_help(
            self.zero,
            "Move the cursor and the plane to the centre of the prior",
            "z = 0 is the most probable place of the prior. Undo leads back.",
        )
        self.coordinates = CoordinateList()
        self.coordinates.setObjectName("planeCoordinates")
        self._lay_out()

        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(WALK_REST_MS)
        self._rest.timeout.connect(self._settle)
        self._refresh = QTimer(self)
        self._refresh.setSingleShot(True)
        self._refresh.setInterval(REFRESH_MS)
        self._refresh.timeout.connect(self._show_values)

        self.zero.clicked.connect(self._on_zero_clicked)
        self.coordinates.moved.connect(self._on_coordinates_moved)
        self.coordinates.settled.connect(self._settle)
        session.model_replaced.connect(self._on_session_model_replaced)
        session.encodings_changed.connect(self._on_session_encodings_changed)
        session.plane_changed.connect(self._on_session_cursor_changed)
        session.cursor_changed.connect(self._on_session_cursor_changed)
        self._show_model()

    @property
    def sentence(self) -> str:
        """What is said instead of the controls; empty if they are there."""
        return self._sentence.text() if self._stack.currentIndex() == 0 else ""

    def sizeHint(self) -> QSize:
        return QSize(336, 380)

    # --- coordinates ---------------------------------------------------------------------------

    @Slot(int, float)
    def _on_coordinates_moved(self, dim: int, value: float) -> None:
        cursor = self._session.cursor
        if cursor is None or dim >= cursor.shape[0]:
            return
        z = cursor.copy()
        z[dim] = value
        self._walk_to(z)
        self._rest.start()

    @Slot()
    def _on_zero_clicked(self) -> None:
        self._settle()
        self._walk_to(np.zeros(self._session.latent_dim))
        self._settle()

    def _walk_to(self, z: NDArray[np.float64]) -> None:
        session = self._session
        if session.plane is None or session.cursor is None:
            return
        if self._before is None:
            self._before = Place(session.cursor, session.plane)
        session.set_cursor(z)
        if float(session.plane.distance(z)) > OFF_PLANE:
            session.set_plane(session.plane.through(z))

    @Slot()
    def _settle(self) -> None:
        """Make the changes so far one undoable move."""
        self._rest.stop()
        before, self._before = self._before, None
        cursor, plane = self._session.cursor, self._session.plane
        if before is None or cursor is None or plane is None or before.cursor.shape != cursor.shape:
            return
        if not np.array_equal(before.cursor, cursor):
            self._session.undo_stack.push(MoveWithPlane(self._session, before, Place(cursor, plane)))

    # --- following the session -----------------------------------------------------------------

    @Slot()
    def _on_session_model_replaced(self) -> None:
        self._before = None
        self._rest.stop()
        self._show_model()

    @Slot(object)
    def _on_session_encodings_changed(self, encodings: Encodings | None) -> None:
        if encodings is not None and self._session.latent_dim > 2:
            self._is_behind = True
            self._follow_encodings()

    @Slot()
    def _follow_encodings(self) -> None:
        if not self._is_behind or not is_seen(self):  # a training changes them each second
            return
        self._is_behind = False
        if self._before is None:  # rows do not trade places under the hand
            self._fill_coordinates()
        self.choice.fill()

    @Slot(object)
    def _on_session_cursor_changed(self, _cursor: object) -> None:
        if not is_seen(self):
            self._is_behind = self._session.latent_dim > 2
        elif not self._refresh.isActive():
            self._refresh.start()

    @Slot()
    def _show_values(self) -> None:
        cursor = self._session.cursor
        if cursor is not None and cursor.shape[0] == self._session.latent_dim > 2:
            self.coordinates.set_values(cursor)

    def _show_model(self) -> None:
        latent_dim = self._session.latent_dim
        self._is_behind = False
        sentences = {
            0: "Open a model: if its latent space has more than two dimensions, choose here which plane of it the "
            "map shows.",
            1: "This model has one latent dimension: the map already shows all of it, as a line.",
            2: "This model has two latent dimensions: the map already shows all of it.",
        }
        self._sentence.setText(sentences.get(latent_dim, ""))
        self._stack.setCurrentIndex(1 if latent_dim > 2 else 0)
        if latent_dim > 2:
            self._fill_coordinates()
            self.choice.restart()

    def _fill_coordinates(self) -> None:
        encodings, latent_dim = self._session.encodings, self._session.latent_dim
        if encodings is not None and encodings.latent_dim == latent_dim and len(encodings):
            furthest = np.abs(np.nan_to_num(encodings.mu)).max(axis=0).astype(np.float64)
            extents = np.maximum(EXTENT_MARGIN * furthest, PRIOR_EXTENT)
            self.coordinates.set_coordinates(encodings.dims_by_kl(), encodings.kl_per_dim, extents)
        else:
            extents = np.full(latent_dim, PRIOR_EXTENT)
            self.coordinates.set_coordinates(np.arange(latent_dim), None, extents)
        self._show_values()

    def _lay_out(self) -> None:
        self._sentence = QLabel()
        self._sentence.setWordWrap(True)
        self._sentence.setProperty("role", "muted")
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._sentence.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        heading = QLabel("COORDINATES")
        heading.setProperty("role", "section")
        unit = QLabel("nats")
        unit.setProperty("role", "caption")
        unit.setToolTip("Beside each name: mean KL of the coordinate, how much it says about an image")
        header = QHBoxLayout()
        header.setSpacing(SPACE_S)
        header.addWidget(heading)
        header.addWidget(unit)
        header.addStretch(1)
        header.addWidget(self.zero)
        controls = QWidget()
        column_box = QVBoxLayout(controls)
        column_box.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_S)
        column_box.setSpacing(SPACE_S)
        column_box.addWidget(self.choice)
        column_box.addSpacing(SPACE_XS)
        column_box.addLayout(header)
        column_box.addWidget(self.coordinates, 1)
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.addWidget(self._sentence)
        self._stack.addWidget(controls)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_values()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._is_behind:
            QTimer.singleShot(0, self, self._follow_encodings)

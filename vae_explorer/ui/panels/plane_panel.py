"""``PlanePanel``: which plane of a latent space of many dimensions the map shows, and all coordinates."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt, QTimer, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from vae_explorer.errors import ConfigError
from vae_explorer.latent.encodings import Encodings
from vae_explorer.latent.plane import Plane
from vae_explorer.latent.planes import axes_plane, pca_plane, plane_through
from vae_explorer.ui.icons import icon
from vae_explorer.ui.panels.controls import set_help
from vae_explorer.ui.panels.inline_error import InlineError
from vae_explorer.ui.session import Pin, Session
from vae_explorer.ui.theme import SPACE_M, SPACE_S, SPACE_XS
from vae_explorer.ui.undo import MoveCursor
from vae_explorer.ui.widgets.map.coordinate_list import CoordinateList

__all__ = ["PlaneKind", "PlanePanel"]

MAX_COMPONENTS = 10  # offered; later ones say little
PRIOR_EXTENT = 4.0  # half the range of a slider, standard deviations of the prior, before there are codes
EXTENT_MARGIN = 1.15  # against the furthest code
OFF_PLANE = 1e-9  # latent units; rounding
WALK_REST_MS = 700  # without a change, after which the changes become one undoable move
REFRESH_MS = 30  # between updates of the sliders while the cursor follows the mouse


class PlaneKind(IntEnum):
    """How a plane is chosen; the order of the selector."""

    AXES = 0
    COMPONENTS = 1
    PINS = 2


_KIND_WORDS = {
    PlaneKind.AXES: (
        "Two dimensions",
        "The map shows two latent coordinates; the others keep the values of the sliders below. Those with "
        "most "
        "nats of KL change the picture most.",
    ),
    PlaneKind.COMPONENTS: (
        "Principal components",
        "The map shows the two directions in which the encoded images are spread most. Each is a mixture of "
        "all "
        "coordinates, found by principal component analysis of the posterior means.",
    ),
    PlaneKind.PINS: (
        "Three pins",
        "The map shows the plane that contains three pinned places, so that all three decode exactly. "
        "Everything "
        "between and around them is a mixture of the three.",
    ),
}


class PlanePanel(QWidget):
    """Choice of plane, and a slider and number for every coordinate of the cursor."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("planePanel")
        self._session = session
        self._changes_from: NDArray[np.float64] | None = None  # the cursor before a series of changes

        self.kind = QComboBox()
        self.kind.setObjectName("planeKind")
        self.kind.setAccessibleName("Kind of plane")
        for kind, (text, words) in _KIND_WORDS.items():
            self.kind.addItem(text)
            self.kind.setItemData(int(kind), words, Qt.ItemDataRole.ToolTipRole)
        self.choices = tuple(QComboBox() for _ in range(3))
        self._captions = tuple(QLabel() for _ in range(3))
        self.error = InlineError()
        self.renew = QPushButton(icon("refresh"), "Renew")
        set_help(
            self.renew,
            "Find the components of the newest encodings",
            "While the model trains, its directions of largest spread turn. The plane stays where it is "
            "until you "
            "renew it, so that the map does not turn under your hand.",
        )
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

        self.kind.activated.connect(self._on_kind_activated)
        for choice in self.choices:
            choice.activated.connect(self._on_choice_activated)
        self.renew.clicked.connect(self._on_choice_activated)
        self.zero.clicked.connect(self._on_zero_clicked)
        self.coordinates.moved.connect(self._on_coordinates_moved)
        self.coordinates.settled.connect(self._settle)
        session.model_replaced.connect(self._on_session_model_replaced)
        session.encodings_changed.connect(self._on_session_encodings_changed)
        session.plane_changed.connect(self._on_session_plane_changed)
        session.pins_changed.connect(self._on_session_pins_changed)
        session.cursor_changed.connect(self._on_session_cursor_changed)
        self._show_model()

    @property
    def sentence(self) -> str:
        """What is said instead of the controls; empty if they are there."""
        return self._sentence.text() if self._stack.currentIndex() == 0 else ""

    def sizeHint(self) -> QSize:
        return QSize(336, 380)

    # --- choosing ------------------------------------------------------------------------------

    @Slot()
    def _on_kind_activated(self) -> None:
        self._fill_choices()
        self._choose()

    @Slot()
    def _on_choice_activated(self) -> None:
        self._choose()

    def _choose(self) -> None:
        """Show the plane that the controls name."""
        session = self._session
        self.error.clear()
        kind = PlaneKind(self.kind.currentIndex())
        picked = [choice.currentData() for choice in self.choices]
        try:
            if kind is PlaneKind.AXES:
                plane = axes_plane(session.latent_dim, int(picked[0]), int(picked[1]), session.cursor)
                session.set_plane(plane)
            elif kind is PlaneKind.COMPONENTS:
                self._find_components(int(picked[0]), int(picked[1]))
            else:
                self._span(picked)
        except ConfigError as problem:
            self.error.show_sentence(str(problem))

    def _find_components(self, first: int, second: int) -> None:
        encodings = self._session.encodings
        if encodings is None:
            self.error.show_sentence("Principal components need encoded images: there are none yet.")
            return

        def find(_is_stale: Callable[[], bool]) -> Plane:
            return pca_plane(encodings.mu, (first, second))

        self._session.slow.request(
            "plane", find, self._session.set_plane, priority=-4, on_error=self._show_problem
        )

    def _span(self, names: list[str | None]) -> None:
        pins = {pin.name: pin for pin in self._session.pins}
        chosen = [pins[name] for name in names if name in pins]
        if len(chosen) < 3 or len({pin.name for pin in chosen}) < 3:
            missing = 3 - len(pins)
            what = (
                f"Set {missing} more pin{'s' if missing > 1 else ''} on the map (P)"
                if missing > 0
                else "Choose three different pins"
            )
            self.error.show_sentence(f"{what}: three of them span a plane.")
            return
        names3 = (chosen[0].name, chosen[1].name, chosen[2].name)
        self._session.set_plane(plane_through(np.stack([pin.z for pin in chosen]), names3))

    def _show_problem(self, error: Exception) -> None:
        self.error.show_sentence(str(error))

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
        if self._changes_from is None:
            self._changes_from = session.cursor
        session.set_cursor(z)
        plane = session.plane
        if plane is not None and float(plane.distance(z)) > OFF_PLANE:
            session.set_plane(plane.through(z))

    @Slot()
    def _settle(self) -> None:
        """Make the changes so far one undoable move."""
        self._rest.stop()
        before, after = self._changes_from, self._session.cursor
        self._changes_from = None
        if before is None or after is None or before.shape != after.shape or np.array_equal(before, after):
            return
        self._session.undo_stack.push(MoveCursor(self._session, before, after))

    # --- following the session -----------------------------------------------------------------

    @Slot()
    def _on_session_model_replaced(self) -> None:
        self._session.slow.cancel("plane")
        self._changes_from = None
        self._rest.stop()
        self._show_model()

    @Slot(object)
    def _on_session_encodings_changed(self, encodings: Encodings | None) -> None:
        if encodings is not None and self._session.latent_dim > 2 and not self._rest.isActive():
            self._fill_coordinates()
            self._fill_choices()

    @Slot(object)
    def _on_session_plane_changed(self, plane: Plane | None) -> None:
        if plane is None or plane.latent_dim <= 2:
            return
        axes = _axes_of(plane)
        if axes is not None and self.kind.currentIndex() != PlaneKind.AXES:
            self.kind.setCurrentIndex(PlaneKind.AXES)
            self._fill_choices()
        if axes is not None:
            for choice, dim in zip(self.choices, axes, strict=False):
                choice.setCurrentIndex(choice.findData(dim))
        self._refresh.start()

    @Slot(object)
    def _on_session_pins_changed(self, _pins: tuple[Pin, ...]) -> None:
        if self.kind.currentIndex() == PlaneKind.PINS:
            waited = not self.error.isHidden()
            self._fill_choices()
            self.error.clear()
            if waited and len(self._session.pins) >= 3:  # the missing pin was what the person came to set
                self._choose()

    @Slot(object)
    def _on_session_cursor_changed(self, _cursor: object) -> None:
        if self.isVisible() and not self._refresh.isActive():
            self._refresh.start()

    @Slot()
    def _show_values(self) -> None:
        cursor = self._session.cursor
        if cursor is not None and cursor.shape[0] == self._session.latent_dim > 2:
            self.coordinates.set_values(cursor)

    def _show_model(self) -> None:
        latent_dim = self._session.latent_dim
        sentences = {
            0: "Open a model: if its latent space has more than two dimensions, choose here which plane of "
            "it the "
            "map shows.",
            1: "This model has one latent dimension: the map already shows all of it, as a line.",
            2: "This model has two latent dimensions: the map already shows all of it.",
        }
        self._sentence.setText(sentences.get(latent_dim, ""))
        self._stack.setCurrentIndex(1 if latent_dim > 2 else 0)
        self.error.clear()
        if latent_dim > 2:
            self.kind.setCurrentIndex(PlaneKind.AXES)
            self._fill_coordinates()
            self._fill_choices()
            plane = self._session.plane
            if plane is not None:
                self._on_session_plane_changed(plane)

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

    def _fill_choices(self) -> None:
        """Offer what the chosen kind of plane can be made of; keep what was picked where it still exists."""
        kind = PlaneKind(self.kind.currentIndex())
        self.kind.setToolTip(_KIND_WORDS[kind][1])
        self.kind.setWhatsThis(_KIND_WORDS[kind][1])
        items = self._items(kind)
        captions = ("First", "Second", "Third") if kind is PlaneKind.PINS else ("Across", "Up", "")
        taken: list[object] = []  # by the choices before: they start out different
        for number, (choice, caption) in enumerate(zip(self.choices, self._captions, strict=True)):
            before = choice.currentData()
            choice.clear()
            for text, data in items:
                choice.addItem(text, data)
            kept = choice.findData(before) if before is not None and before not in taken else -1
            free = next((at for at, (_, data) in enumerate(items) if data not in taken), len(items) - 1)
            choice.setCurrentIndex(kept if kept >= 0 else free)
            taken.append(choice.currentData())
            caption.setText(captions[number])
            caption.setVisible(bool(captions[number]))
            choice.setVisible(bool(captions[number]))
            choice.setEnabled(bool(items))
            choice.setAccessibleName(f"{captions[number]} direction of the plane")
            choice.setToolTip("" if items else "There are no pins yet: press P on the map")
        self._grid.setColumnStretch(2, 1 if kind is PlaneKind.PINS else 0)
        self.renew.setVisible(kind is PlaneKind.COMPONENTS)

    def _items(self, kind: PlaneKind) -> list[tuple[str, int | str]]:
        encodings, latent_dim = self._session.encodings, self._session.latent_dim
        if kind is PlaneKind.PINS:
            return [(pin.name, pin.name) for pin in self._session.pins]
        if kind is PlaneKind.COMPONENTS:
            return [(f"PC {k + 1}", k) for k in range(min(latent_dim, MAX_COMPONENTS))]
        if encodings is None or encodings.latent_dim != latent_dim:
            return [(f"z{dim + 1}", dim) for dim in range(latent_dim)]
        order = encodings.dims_by_kl()
        return [(f"z{dim + 1} · {encodings.kl_per_dim[dim]:.2f} nats", int(dim)) for dim in order]

    def _lay_out(self) -> None:
        self._sentence = QLabel()
        self._sentence.setWordWrap(True)
        self._sentence.setProperty("role", "muted")
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._sentence.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        self._grid = grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE_S)
        grid.setVerticalSpacing(SPACE_XS)
        for column, (caption, choice) in enumerate(zip(self._captions, self.choices, strict=True)):
            caption.setProperty("role", "caption")
            caption.setBuddy(choice)
            choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            choice.setMinimumContentsLength(4)
            grid.addWidget(caption, 0, column)
            grid.addWidget(choice, 1, column)
            grid.setColumnStretch(column, 1)
        kinds = QHBoxLayout()
        kinds.setSpacing(SPACE_S)
        kinds.addWidget(self.kind, 1)
        kinds.addWidget(self.renew)
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
        column_box.addLayout(kinds)
        column_box.addLayout(grid)
        column_box.addWidget(self.error)
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


def _axes_of(plane: Plane) -> tuple[int, int] | None:
    """The two latent dimensions of an axes plane; None for any other plane."""
    dims = []
    for direction in (plane.u, plane.v):
        nonzero = np.flatnonzero(direction)
        if len(nonzero) != 1 or direction[nonzero[0]] != 1.0:
            return None
        dims.append(int(nonzero[0]))
    return (dims[0], dims[1])

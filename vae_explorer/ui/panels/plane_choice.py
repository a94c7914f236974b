"""``PlaneChoice``: two dimensions, two principal components or three pins, as the plane of the map."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from vae_explorer.errors import ConfigError
from vae_explorer.latent.plane import Plane
from vae_explorer.latent.planes import axes_plane, pca_plane, plane_through
from vae_explorer.ui.icons import icon
from vae_explorer.ui.panels.controls import set_help
from vae_explorer.ui.panels.inline_error import InlineError
from vae_explorer.ui.session import Session
from vae_explorer.ui.theme import SPACE_S, SPACE_XS

__all__ = ["PlaneChoice", "PlaneKind"]

MAX_COMPONENTS = 10  # offered; later ones say little
CHOICE_MIN_PX = 72  # of a combo box: "z12" and the arrow


class PlaneKind(IntEnum):
    """How a plane is chosen; the order of the selector."""

    AXES = 0
    COMPONENTS = 1
    PINS = 2


_KIND_WORDS = {
    PlaneKind.AXES: (
        "Two dimensions",
        "The map shows two latent coordinates; the others keep the values of the sliders below. Those with most nats "
        "of KL change the picture most.",
    ),
    PlaneKind.COMPONENTS: (
        "Principal components",
        "The map shows the two directions in which the encoded images are spread most. Each is a mixture of all "
        "coordinates, found by principal component analysis of the posterior means.",
    ),
    PlaneKind.PINS: (
        "Three pins",
        "The map shows the plane that contains three pinned places, so that all three decode exactly. Everything "
        "between and around them is a mixture of the three.",
    ),
}


class PlaneChoice(QWidget):
    """Sets the session's plane, and shows what it is when others set it."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.kind = QComboBox()
        self.kind.setObjectName("planeKind")
        self.kind.setAccessibleName("Kind of plane")
        for kind, (text, words) in _KIND_WORDS.items():
            self.kind.addItem(text)
            self.kind.setItemData(int(kind), words, Qt.ItemDataRole.ToolTipRole)
        self.choices = tuple(QComboBox() for _ in range(3))
        self._captions = tuple(QLabel() for _ in range(3))
        self.error = InlineError()
        self.error.setContentsMargins(0, 0, 0, 0)
        self.renew = QPushButton(icon("refresh"), "Renew")
        set_help(
            self.renew,
            "Find the components of the newest encodings",
            "While the model trains, its directions of largest spread turn. The plane stays where it is until you renew "
            "it, so that the map does not turn under your hand.",
        )
        self._lay_out()
        self.kind.activated.connect(self._on_kind_activated)
        for choice in self.choices:
            choice.activated.connect(self._on_choice_activated)
        self.renew.clicked.connect(self._on_choice_activated)
        session.plane_changed.connect(self.reflect)
        session.pins_changed.connect(self._on_session_pins_changed)

    # --- commands ------------------------------------------------------------------------------

    def restart(self) -> None:
        """Another model: begin with its two dimensions."""
        self._session.slow.cancel("plane")
        self.error.clear()
        self.kind.setCurrentIndex(PlaneKind.AXES)
        self.fill()
        self.reflect(self._session.plane)

    @Slot(object)
    def reflect(self, plane: Plane | None) -> None:
        """Show which plane is in force."""
        axes = _axes_of(plane) if plane is not None and plane.latent_dim > 2 else None
        if axes is None:
            return
        if self.kind.currentIndex() != PlaneKind.AXES:
            self.kind.setCurrentIndex(PlaneKind.AXES)
            self.fill()
        for choice, dim in zip(self.choices, axes, strict=False):
            choice.setCurrentIndex(choice.findData(dim))

    def choose(self) -> None:
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

    def fill(self) -> None:
        """Offer what the chosen kind of plane can be made of; keep what was picked where it still exists."""
        if any(choice.view().isVisible() for choice in self.choices):
            return  # a person is reading the list
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

    # --- slots ---------------------------------------------------------------------------------

    @Slot()
    def _on_kind_activated(self) -> None:
        self.fill()
        self.choose()

    @Slot()
    def _on_choice_activated(self) -> None:
        self.choose()

    @Slot()
    def _on_session_pins_changed(self) -> None:
        if self.kind.currentIndex() == PlaneKind.PINS:
            waited = not self.error.isHidden()
            self.fill()
            self.error.clear()
            if waited and len(self._session.pins) >= 3:  # the missing pin was what the person came to set
                self.choose()

    # --- private -------------------------------------------------------------------------------

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
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(SPACE_S)
        self._grid.setVerticalSpacing(SPACE_XS)
        for column, (caption, choice) in enumerate(zip(self._captions, self.choices, strict=True)):
            caption.setProperty("role", "caption")
            caption.setBuddy(choice)
            choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            choice.setMinimumContentsLength(4)
            choice.setMinimumWidth(CHOICE_MIN_PX)  # three side by side fit the rail; the hint would not
            self._grid.addWidget(caption, 0, column)
            self._grid.addWidget(choice, 1, column)
            self._grid.setColumnStretch(column, 1)
        kinds = QHBoxLayout()
        kinds.setSpacing(SPACE_S)
        self.kind.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.kind.setMinimumContentsLength(12)  # the rail decides the width, not the longest sentence
        kinds.addWidget(self.kind, 1)
        kinds.addWidget(self.renew)
        column_box = QVBoxLayout(self)
        column_box.setContentsMargins(0, 0, 0, 0)
        column_box.setSpacing(SPACE_S)
        column_box.addLayout(kinds)
        column_box.addLayout(self._grid)
        column_box.addWidget(self.error)


def _axes_of(plane: Plane) -> tuple[int, int] | None:
    """The two latent dimensions of an axes plane; None for any other plane."""
    dims = []
    for direction in (plane.u, plane.v):
        nonzero = np.flatnonzero(direction)
        if len(nonzero) != 1 or direction[nonzero[0]] != 1.0:
            return None
        dims.append(int(nonzero[0]))
    return (dims[0], dims[1])

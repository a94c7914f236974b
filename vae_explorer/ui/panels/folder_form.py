"""The settings of the folder dialog: size, fit, background, colour."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QColorDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from vae_explorer.data.picture_kinds import DEFAULT_SIDE
from vae_explorer.data.spec import DataSpec
from vae_explorer.ui.theme import SPACE_M, SPACE_S, theme_manager
from vae_explorer.ui.widgets.form import ChoiceBox, FormRow, InlineProblem
from vae_explorer.ui.widgets.number_field import NumberField, NumberRange

__all__ = ["FolderForm"]

_SIDES = NumberRange(8, 256, whole=True)
_FITS = (
    ("crop", "Crop: fill the frame"),
    ("pad", "Pad: show all of it"),
    ("stretch", "Stretch: change its shape"),
)
_COLOURS = (("auto", "As the pictures are"), ("3", "Colour"), ("1", "Grey"))
_WIDTH_PX = 240


class FolderForm(QWidget):
    """Edits those parts of a `DataSpec` that say how a picture becomes an image of fixed size."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(_WIDTH_PX)
        self._background = DataSpec().background
        self.width_field = NumberField("Width", _SIDES, DEFAULT_SIDE)
        self.width_field.setObjectName("folderWidthEdit")
        self.height_field = NumberField("Height", _SIDES, DEFAULT_SIDE)
        self.height_field.setObjectName("folderHeightEdit")
        self.fit = ChoiceBox(_FITS)
        self.fit.setObjectName("folderFitBox")
        self.colour = ChoiceBox(_COLOURS)
        self.colour.setObjectName("folderColourBox")
        self.background_button = QPushButton()
        self.background_button.setObjectName("folderBackgroundButton")
        self.background_button.clicked.connect(self._on_background_button_clicked)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_M)
        column.addWidget(self._size_row())
        column.addWidget(
            FormRow(
                "Fit",
                self.fit,
                "How a picture of another shape fills the frame",
                "Crop keeps the middle and cuts off what stands out; pad keeps all and leaves bars. "
                "Stretch changes the proportions, which is fine for textures and wrong for faces.",
                below=True,
            )
        )
        column.addWidget(
            FormRow(
                "Colour",
                self.colour,
                "Colour or grey images",
                "Grey images have one channel and train faster. “As the pictures are” takes grey only if "
                "every picture is grey.",
                below=True,
            )
        )
        column.addWidget(
            FormRow(
                "Background",
                self.background_button,
                "What lies behind transparent parts and in the bars",
                "Transparent pictures are laid over this colour, and padding is filled with it. Choose one "
                "that the pictures themselves have at their edges, so that the model need not learn a frame.",
                below=True,
            )
        )
        for field in (self.width_field, self.height_field):
            field.value_changed.connect(self._on_something_changed)
            field.problem_changed.connect(self._on_problem_changed)
        for box in (self.fit, self.colour):
            box.currentIndexChanged.connect(self._on_something_changed)
        theme_manager().changed.connect(self._show_background)
        self._show_background()

    @property
    def is_valid(self) -> bool:
        return not (self.width_field.problem or self.height_field.problem)

    @property
    def background(self) -> str:
        return self._background

    def set_background(self, colour: str) -> None:
        """``#RRGGBB`` behind transparent parts and in the bars."""
        if colour != self._background:
            self._background = colour
            self._show_background()
            self.changed.emit()

    def suggest_size(self, height: int, width: int) -> None:
        """Take over what the pictures suggest, in pixels, unless the person has chosen already."""
        sides = (self.height_field.value, self.width_field.value)
        if self.is_valid and sides == (DEFAULT_SIDE, DEFAULT_SIDE):
            self.height_field.set_value(height)
            self.width_field.set_value(width)

    def values(self) -> dict[str, object]:
        """What is set, by the names of `DataSpec`."""
        return {
            "width": self.width_field.int_value,
            "height": self.height_field.int_value,
            "fit": self.fit.value,
            "channels": None if self.colour.value == "auto" else int(self.colour.value),
            "background": self._background,
        }

    @Slot()
    def _on_something_changed(self) -> None:
        self.changed.emit()

    @Slot()
    def _on_problem_changed(self) -> None:
        self._size_problem.show_problem(self.width_field.problem or self.height_field.problem)
        self.changed.emit()

    @Slot()
    def _on_background_button_clicked(self) -> None:
        chosen = QColorDialog.getColor(QColor(self._background), self, "Background")
        if chosen.isValid():
            self.set_background(chosen.name())

    @Slot()
    def _show_background(self) -> None:
        sample = QPixmap(16, 16)
        sample.fill(QColor(self._background))
        self.background_button.setIcon(QIcon(sample))
        self.background_button.setText(self._background.upper())

    def _size_row(self) -> QWidget:
        box = QWidget()
        name = QLabel("Size in pixels")
        name.setBuddy(self.width_field)
        times = QLabel("×")
        times.setProperty("role", "muted")
        self._size_problem = InlineProblem()
        for field, side in ((self.width_field, "Width"), (self.height_field, "Height")):
            field.setToolTip(f"{side} of the images, 8 to 256 pixels")
            field.setWhatsThis(
                "Every picture is brought to this size, as a network takes images of one size only. "
                "Small sizes train much faster: begin with 32 or 64."
            )
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(self.width_field, 1)
        row.addWidget(times)
        row.addWidget(self.height_field, 1)
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S // 2)
        column.addWidget(name)
        column.addLayout(row)
        column.addWidget(self._size_problem)
        return box

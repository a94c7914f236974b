"""``LegendCard``: what the colours of the points mean; a click on a class greys it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QActionGroup,
)
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vae_explorer.ui.theme import SPACE_XS
from vae_explorer.ui.widgets.map.cards import FloatingCard
from vae_explorer.ui.widgets.map.legend_parts import PALETTES, ColourBar, LegendRow
from vae_explorer.ui.widgets.map.point_colours import Colouring, ColourMode, LegendEntry

__all__ = ["LegendCard"]

MAX_ROWS = 10  # then a second column
MAX_HEIGHT_PX = 360  # then a scroll bar

_MODE_WORDS = {
    ColourMode.CLASS: (
        "Class", "The label of each image, which the model never saw. Classes that form islands of their "
        "own are told apart by the encoder.",
    ),
    ColourMode.RECON: (
        "Reconstruction error", "−log p(x|z) at the posterior's mean, in nats: how badly the decoder "
        "redraws the image. High values show which images the latent space has no room for.",
    ),
    ColourMode.KL: (
        "KL", "KL(q(z|x) ‖ p(z)) in nats: how much the code of this image says beyond the prior. Unusual "
        "images cost more, so they lie further out.",
    ),
    ColourMode.SPLIT: (
        "Split", "Whether an image was trained on, or kept apart for validation or testing. If the splits "
        "lie in different places, the encoder has learned images by heart.",
    ),
}  # fmt: skip


class LegendCard(FloatingCard):
    """The colour mode, and its classes or its colour bar.

    Signals
    -------
    mode_chosen
        A `ColourMode`.
    palette_chosen
        ``"viridis"`` or ``"cividis"``.
    switched_off_changed
        ``frozenset[int]``, keys of the classes that are grey.
    """

    mode_chosen = Signal(object)
    palette_chosen = Signal(str)
    switched_off_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Legend")
        self._rows: dict[int, LegendRow] = {}
        self._mode = ColourMode.CLASS
        self._collapsed = False
        self._has_rows = False
        self._menu = QMenu(self)
        self._modes = QActionGroup(self)
        for mode, (text, help_text) in _MODE_WORDS.items():
            self._add_choice(self._modes, text, mode, help_text)
        self._menu.addSeparator()
        self._palettes = QActionGroup(self)
        for palette in PALETTES:
            self._add_choice(self._palettes, f"Values in {palette}", palette, "")
        self._palettes.actions()[0].setChecked(True)
        self._modes.triggered.connect(self._on_modes_triggered)
        self._palettes.triggered.connect(self._on_palettes_triggered)
        self.mode_button = QToolButton()
        self.mode_button.setObjectName("mapColourMode")
        self.mode_button.setProperty("variant", "tool")
        self.mode_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.mode_button.setMenu(self._menu)
        self.mode_button.setToolTip("What the colours of the points mean")
        self.mode_button.setStyleSheet("QToolButton { padding-right: 20px; }")  # room for the arrow
        self.all_button = self._small("All", "Give every class its colour back")
        self.none_button = self._small("None", "Switch every class to grey")
        self.all_button.clicked.connect(self._on_all_clicked)
        self.none_button.clicked.connect(self._on_none_clicked)
        header = QHBoxLayout()
        header.setSpacing(0)
        header.addWidget(self.mode_button)
        header.addStretch(1)
        header.addWidget(self.all_button)
        header.addWidget(self.none_button)
        self._grid_host = QWidget()
        self._grid = QGridLayout(self._grid_host)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SPACE_XS)
        self._grid.setVerticalSpacing(0)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.viewport().setAutoFillBackground(False)
        self._scroll.setWidget(self._grid_host)
        self._grid_host.setAutoFillBackground(False)
        self.colour_bar = ColourBar()
        self._note = QLabel()
        self._note.setProperty("role", "caption")
        self._note.setWordWrap(True)
        self._note.setMaximumWidth(200)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_XS, SPACE_XS, SPACE_XS, SPACE_XS)
        layout.setSpacing(2)
        layout.addLayout(header)
        layout.addWidget(self._scroll)
        layout.addWidget(self.colour_bar)
        layout.addWidget(self._note)
        self.set_mode(ColourMode.CLASS, frozenset(ColourMode))

    # --- commands ------------------------------------------------------------------------------

    @property
    def mode(self) -> ColourMode:
        return self._mode

    @property
    def names(self) -> tuple[str, ...]:
        """Of the classes on show."""
        return tuple(row.entry.name for row in self._rows.values())

    @property
    def switched_off(self) -> frozenset[int]:
        return frozenset(key for key, row in self._rows.items() if not row.isChecked())

    def set_mode(self, mode: ColourMode, possible: frozenset[ColourMode], reason: str = "") -> None:
        """Name the mode; those that are not possible now are disabled, with the reason."""
        self._mode = mode
        text, help_text = _MODE_WORDS[mode]
        self.mode_button.setText(f"Colour: {text[0].lower() if mode is not ColourMode.KL else 'K'}{text[1:]}")
        self.mode_button.setWhatsThis(help_text)
        self.mode_button.setAccessibleName(self.mode_button.text())
        for action in self._modes.actions():
            action.setChecked(action.data() == mode)
            action.setEnabled(action.data() in possible)
            action.setToolTip(_MODE_WORDS[ColourMode(action.data())][1] if action.isEnabled() else reason)

    def show_colouring(self, colouring: Colouring, palette: str, note: str = "") -> None:
        """Rows for classes, a bar for values; classes that stay keep their switch."""
        entries = {entry.key: entry for entry in colouring.entries}
        if list(entries) != list(self._rows):
            self._make_rows(colouring.entries)
        else:
            for key, entry in entries.items():
                if self._rows[key].entry != entry:
                    self._rows[key].set_entry(entry)
        self._has_rows = bool(entries)
        self._show_rows()
        self.colour_bar.setVisible(colouring.value_range is not None)
        if colouring.value_range is not None:
            self.colour_bar.set_range(*colouring.value_range, palette)
        self._note.setText(note)
        self._note.setVisible(bool(note))
        self._fit_rows()
        self.updateGeometry()

    def set_collapsed(self, collapsed: bool) -> None:
        """Leave only the mode, where there is little room."""
        if collapsed != self._collapsed:
            self._collapsed = collapsed
            self._show_rows()

    def set_switched_off(self, keys: frozenset[int]) -> None:
        """Switch classes to grey, all others to colour."""
        before = self.switched_off
        for key, row in self._rows.items():
            row.blockSignals(True)
            row.setChecked(key not in keys)
            row.blockSignals(False)
            row.update()
        if self.switched_off != before:
            self.switched_off_changed.emit(self.switched_off)

    # --- slots ---------------------------------------------------------------------------------

    @Slot()
    def _on_row_toggled(self) -> None:
        self.switched_off_changed.emit(self.switched_off)

    @Slot(int)
    def _on_row_soloed(self, key: int) -> None:
        others = frozenset(self._rows) - {key}
        self.set_switched_off(frozenset() if self.switched_off == others else others)

    @Slot()
    def _on_all_clicked(self) -> None:
        self.set_switched_off(frozenset())

    @Slot()
    def _on_none_clicked(self) -> None:
        self.set_switched_off(frozenset(self._rows))

    @Slot(QAction)
    def _on_modes_triggered(self, action: QAction) -> None:
        self.mode_chosen.emit(ColourMode(action.data()))

    @Slot(QAction)
    def _on_palettes_triggered(self, action: QAction) -> None:
        self.palette_chosen.emit(str(action.data()))

    # --- private -------------------------------------------------------------------------------

    def _add_choice(self, group: QActionGroup, text: str, data: str, help_text: str) -> None:
        action = QAction(text, self)
        action.setCheckable(True)
        action.setData(data)
        action.setToolTip(help_text)
        action.setWhatsThis(help_text)
        group.addAction(action)
        self._menu.addAction(action)
        self._menu.setToolTipsVisible(True)

    def _small(self, text: str, tooltip: str) -> QToolButton:
        button = QToolButton()
        button.setProperty("variant", "tool")
        button.setText(text)
        button.setToolTip(tooltip)
        button.setAccessibleName(tooltip)
        return button

    def _make_rows(self, entries: tuple[LegendEntry, ...]) -> None:
        for row in self._rows.values():
            self._grid.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = {}
        columns = 1 if len(entries) <= MAX_ROWS // 2 + 1 else 2
        height = -(-len(entries) // columns)
        for number, entry in enumerate(entries):
            row = LegendRow(entry)
            row.toggled.connect(self._on_row_toggled)
            row.soloed.connect(self._on_row_soloed)
            self._grid.addWidget(row, number % height, number // height)
            row.show()  # a layout shows it only later, and its size is needed now
            self._rows[entry.key] = row

    def _show_rows(self) -> None:
        for part in (self._scroll, self.all_button, self.none_button):
            part.setVisible(self._has_rows and not self._collapsed)
        self.updateGeometry()

    def _fit_rows(self) -> None:
        self._grid.invalidate()
        hint = self._grid.sizeHint()
        scrolls = hint.height() > MAX_HEIGHT_PX
        self._scroll.setFixedHeight(min(hint.height(), MAX_HEIGHT_PX))
        self._scroll.setMinimumWidth(hint.width() + (12 if scrolls else 0))

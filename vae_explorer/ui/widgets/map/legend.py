"""``LegendCard``: what the colours of the points mean; a click on a class greys it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QActionGroup,
    QColor,
    QLinearGradient,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import (
    QAbstractButton,
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

from vae_explorer.ui.theme import SPACE_S, SPACE_XS, theme_manager, value_lut
from vae_explorer.ui.widgets.map.axes_layer import caption_font
from vae_explorer.ui.widgets.map.cards import FloatingCard
from vae_explorer.ui.widgets.map.point_colours import Colouring, ColourMode, LegendEntry

__all__ = ["ColourBar", "LegendCard", "LegendRow"]

MAX_ROWS = 10  # then a second column
MAX_HEIGHT_PX = 360  # then a scroll bar
NAME_CHARS = 14
PALETTES = ("viridis", "cividis")

_MODE_WORDS = {
    ColourMode.CLASS: (
        "Class", "The label of each image, which the model never saw. Classes that form islands of their "
        "own are told "
        "apart by the encoder.",
    ),
    ColourMode.RECON: (
        "Reconstruction error", "−log p(x|z) at the posterior's mean, in nats: how badly the decoder "
        "redraws the image. "
        "High values show which images the latent space has no room for.",
    ),
    ColourMode.KL: (
        "KL", "KL(q(z|x) ‖ p(z)) in nats: how much the code of this image says beyond the prior. Unusual "
        "images cost "
        "more, so they lie further out.",
    ),
    ColourMode.SPLIT: (
        "Split", "Whether an image was trained on, or kept apart for validation or testing. If the splits "
        "lie in "
        "different places, the encoder has learned images by heart.",
    ),
}  # fmt: skip


class LegendRow(QAbstractButton):
    """One class: a dot, its name, its count; unchecked means grey."""

    soloed = Signal(int)

    def __init__(self, entry: LegendEntry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entry = entry
        self.setCheckable(True)
        self.setChecked(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.set_entry(entry)

    def set_entry(self, entry: LegendEntry) -> None:
        """The same class with another colour or count."""
        self.entry = entry
        self.setText(entry.name)
        self.setAccessibleName(f"Class {entry.name}, {entry.count} points")
        self.setToolTip(f"{entry.name}: {entry.count:,} points. Click to grey, Shift-click to see it alone.")
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        name = metrics.horizontalAdvance(self._short_name())
        count = metrics.horizontalAdvance(f"{self.entry.count:,}")
        return QSize(20 + name + SPACE_S + count + 6, 20)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self.rect().contains(
            event.position().toPoint()
        ):
            self.setDown(False)
            self.soloed.emit(self.entry.key)
        else:
            super().mouseReleaseEvent(event)

    def _short_name(self) -> str:
        name = self.entry.name
        return name if len(name) <= NAME_CHARS else name[: NAME_CHARS - 1] + "…"

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = theme_manager().theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on = self.isChecked()
        if self.underMouse() or self.hasFocus():
            hover = QColor(theme.text)
            hover.setAlphaF(0.08)
            painter.setPen(QPen(QColor(theme.accent_bright), 1.5) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(hover)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        dot = QRectF(6, self.height() / 2 - 4.5, 9, 9)
        if on:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(*self.entry.colour))
        else:
            painter.setPen(QPen(QColor(theme.muted), 1.2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(dot)
        text = self.rect().adjusted(21, 0, -5, 0)
        painter.setPen(QColor(theme.text if on else theme.muted))
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._short_name())
        painter.setPen(QColor(theme.muted))
        painter.drawText(
            text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, f"{self.entry.count:,}"
        )


class ColourBar(QWidget):
    """Colours from low to high with the values at both ends."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._range = (0.0, 1.0)
        self._palette_name = PALETTES[0]
        self.setMinimumSize(176, 34)
        self.setAccessibleName("Colour bar")

    def set_range(self, low: float, high: float, palette: str) -> None:
        """Values in nats at the ends."""
        self._range, self._palette_name = (low, high), palette
        self.setAccessibleDescription(f"{low:.1f} to {high:.1f} nats")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = theme_manager().theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lut = value_lut("cividis" if self._palette_name == "cividis" else "viridis")
        bar = QRectF(4, 4, self.width() - 8, 9)
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        for k in range(0, 256, 15):
            gradient.setColorAt(k / 255, QColor(*(int(v) for v in lut[k])))
        painter.setBrush(gradient)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(bar, 4.5, 4.5)
        painter.setFont(caption_font(self.font()))
        painter.setPen(QColor(theme.muted))
        row = QRectF(4, 16, self.width() - 8, 18)
        low, high = self._range
        digits = 0 if abs(high) >= 100 else 1 if abs(high) >= 10 else 2
        painter.drawText(row, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, _nats(low, digits))
        painter.drawText(row, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter, "nats")
        painter.drawText(
            row, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, _nats(high, digits)
        )


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


def _nats(value: float, digits: int) -> str:
    return f"{value:.{digits}f}".replace("-", "−")

"""Colours, spacing and type, made once: two themes that follow the system or the person's choice."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from vae_explorer.ui.style_sheet import style_sheet

__all__ = [
    "DARK",
    "FONT_CAPTION_PX",
    "FONT_TEXT_PX",
    "LIGHT",
    "RADIUS_CARD",
    "RADIUS_CONTROL",
    "SPACE_L",
    "SPACE_M",
    "SPACE_S",
    "SPACE_XL",
    "SPACE_XS",
    "Theme",
    "ThemeChoice",
    "ThemeManager",
    "class_colours",
    "difference_lut",
    "rgb",
    "term_colours",
    "theme_manager",
    "value_lut",
]

SPACE_XS, SPACE_S, SPACE_M, SPACE_L, SPACE_XL = 4, 8, 12, 16, 24  # px
RADIUS_CONTROL, RADIUS_CARD = 6, 8  # px
FONT_TEXT_PX, FONT_CAPTION_PX = 13, 11

ThemeChoice = Literal["system", "light", "dark"]


@dataclass(frozen=True)
class Theme:
    """Colour tokens as ``#RRGGBB``."""

    name: Literal["dark", "light"]
    ground: str  # the map
    panel: str
    raised: str  # cards, controls
    line: str
    text: str
    muted: str
    accent: str  # action, selection
    accent_bright: str  # thin lines and text in the accent
    on_accent: str  # text on the accent
    path: str  # path and pins
    good: str
    bad: str

    @property
    def is_dark(self) -> bool:
        return self.name == "dark"


DARK = Theme(
    "dark", "#14161A", "#1B1E24", "#23272F", "#2E333D", "#E6E8EC", "#9AA3B2",
    "#2F6FEB", "#5B9DFF", "#FFFFFF", "#FFB454", "#4CC38A", "#FF6B6B",
)  # fmt: skip
LIGHT = Theme(
    "light", "#F3F4F6", "#FFFFFF", "#F7F8FA", "#DDE1E7", "#1B1F27", "#5E6878",
    "#2F6FEB", "#2F6FEB", "#FFFFFF", "#B86E00", "#1B7F50", "#C93A3A",
)  # fmt: skip

# Okabe & Ito (2008), blue lightened for a dark ground, then hues between them.
_CLASSES_DARK = (
    "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#5B8DEF", "#D55E00", "#CC79A7", "#A6ADB9", "#9A6BC9", "#7BCB6A",
    "#B5895B", "#4DD0C4", "#F29CB7", "#C8D45A", "#7C93C4", "#E87461", "#66A182", "#D9B3FF", "#8C7A3D", "#3FA7D6",
    "#FFC98B", "#A34E6F", "#9FD8CB", "#6E7F91", "#D1A110", "#B56BFF",
)  # fmt: skip
_CLASSES_LIGHT = (
    "#C98700", "#2C8FCB", "#00805D", "#B8A500", "#0059B3", "#C24E00", "#B05588", "#6F7785", "#7A3FB0", "#4E9A3A",
    "#8A6136", "#119C8F", "#D65A85", "#8E9A1E", "#4B66A3", "#C94A36", "#3D7A5A", "#9F6BD6", "#6B5B20", "#1C7FAF",
    "#D08A3C", "#8A3457", "#4DA391", "#4A5968", "#A67E00", "#8A2BE2",
)  # fmt: skip

# Curves beside those in the accent, the path's colour and the good one; text in them is readable.
_TERMS_DARK, _TERMS_LIGHT = ("#E58BBE", "#C8D45A", "#C7A6FF"), ("#A8447C", "#6E7A0F", "#7A3FB0")

# Anchors of viridis and cividis (matplotlib, CC0), interpolated linearly.
_VALUE_ANCHORS = {
    "viridis": ("#440154", "#482878", "#3E4A89", "#31688E", "#26828E", "#1F9E89", "#35B779", "#6DCD59", "#B4DE2C", "#FDE725"),
    "cividis": ("#00224E", "#123570", "#3B496C", "#575D6D", "#707173", "#8A8678", "#A59C74", "#C3B369", "#E1CC55", "#FEE838"),
}  # fmt: skip


def rgb(colour: str) -> tuple[int, int, int]:
    """``#RRGGBB`` as three integers 0–255."""
    return (int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16))


def class_colours(n: int, theme: Theme | None = None) -> NDArray[np.uint8]:
    """One colour a class, colour-blind safe first: uint8, (n, 3). Repeats after 26 classes."""
    theme = theme or theme_manager().theme
    names = _CLASSES_DARK if theme.is_dark else _CLASSES_LIGHT
    return np.array([rgb(names[i % len(names)]) for i in range(n)], dtype=np.uint8).reshape(n, 3)


def term_colours(n: int, theme: Theme) -> list[str]:
    """Colours of `n` further curves of the loss chart; repeats after three."""
    names = _TERMS_DARK if theme.is_dark else _TERMS_LIGHT
    return [names[k % len(names)] for k in range(n)]


@cache
def value_lut(name: Literal["viridis", "cividis"] = "viridis") -> NDArray[np.uint8]:
    """Perceptually uniform colours of values 0..255: uint8, (256, 3)."""
    return _interpolated([rgb(c) for c in _VALUE_ANCHORS[name]])


@cache
def difference_lut(theme: Theme) -> NDArray[np.uint8]:
    """Diverging colours around the ground: blue (−1) over ground (0) to red (+1): uint8, (256, 3)."""
    if theme.is_dark:
        ends = ("#6FB1FF", "#2F6FEB", theme.ground, "#E5484D", "#FF9A8A")
    else:
        ends = ("#0B3E91", "#5B9DFF", "#FFFFFF", "#F27D76", "#8F1D1D")
    return _interpolated([rgb(c) for c in ends])


class ThemeManager(QObject):
    """Holds the theme in force; follows the system unless a person chose."""

    changed = Signal(object)  # Theme

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._choice: ThemeChoice = "system"
        self._theme = DARK
        hints = QGuiApplication.styleHints() if QGuiApplication.instance() is not None else None
        if hints is not None:
            hints.colorSchemeChanged.connect(self._on_hints_color_scheme_changed)
        self._theme = self._wanted()

    @property
    def theme(self) -> Theme:
        return self._theme

    @property
    def choice(self) -> ThemeChoice:
        return self._choice

    def set_choice(self, choice: ThemeChoice) -> None:
        """Follow the system, or stay light or dark."""
        self._choice = choice
        self._update()

    def apply(self) -> None:
        """Dress the running application in the theme: palette, font size and style sheet."""
        self.apply_palette()
        self.apply_sheet()

    def apply_palette(self) -> None:
        """All but the style sheet, for windows yet to be made.

        Under a sheet each widget is styled anew whenever it or one above it gets its parent, which makes a
        window take half as long again.
        """
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.setStyle("Fusion")
            app.setPalette(_palette(self._theme))
            font = QFont(app.font())
            font.setFamilies(
                ["Inter", "Segoe UI Variable", "Segoe UI", ".AppleSystemUIFont", "Noto Sans", "DejaVu Sans"]
            )
            font.setPixelSize(FONT_TEXT_PX)
            font.setFeature(QFont.Tag("tnum"), 1)  # tabular numbers
            app.setFont(font)

    def apply_sheet(self) -> None:
        """The style sheet alone, unless the application has it."""
        app = QApplication.instance()
        if isinstance(app, QApplication) and app.styleSheet() != (sheet := style_sheet(self._theme)):
            app.setStyleSheet(sheet)

    @Slot()
    def _on_hints_color_scheme_changed(self) -> None:
        self._update()

    def _update(self) -> None:
        wanted = self._wanted()
        if wanted is not self._theme:
            self._theme = wanted
            self.apply()
            self.changed.emit(wanted)

    def _wanted(self) -> Theme:
        if self._choice != "system":
            return LIGHT if self._choice == "light" else DARK
        hints = QGuiApplication.styleHints() if QGuiApplication.instance() is not None else None
        light = hints is not None and hints.colorScheme() == Qt.ColorScheme.Light
        return LIGHT if light else DARK


_manager: ThemeManager | None = None


def theme_manager() -> ThemeManager:
    """The one manager of this process; make the QApplication first."""
    global _manager
    if _manager is None:
        _manager = ThemeManager()
    return _manager


def _interpolated(anchors: list[tuple[int, int, int]]) -> NDArray[np.uint8]:
    at = np.linspace(0.0, 1.0, len(anchors))
    wanted = np.linspace(0.0, 1.0, 256)
    channels = [np.interp(wanted, at, [a[i] for a in anchors]) for i in range(3)]
    return np.stack(channels, axis=-1).round().astype(np.uint8)


def _palette(theme: Theme) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for target, colour in (
        (role.Window, theme.panel), (role.WindowText, theme.text), (role.Base, theme.raised),
        (role.AlternateBase, theme.panel), (role.Text, theme.text), (role.Button, theme.raised),
        (role.ButtonText, theme.text), (role.ToolTipBase, theme.raised), (role.ToolTipText, theme.text),
        (role.Highlight, theme.accent), (role.HighlightedText, theme.on_accent), (role.Link, theme.accent_bright),
        (role.PlaceholderText, theme.muted), (role.Mid, theme.line), (role.Dark, theme.line),
    ):  # fmt: skip
        palette.setColor(target, QColor(colour))
    for target in (role.Text, role.ButtonText, role.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, target, QColor(theme.muted))
    return palette

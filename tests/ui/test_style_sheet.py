"""The style sheet: every token known, every picture there, contrasts that can be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton

from vae_explorer.ui.style_sheet import derived_tokens, mixed, style_sheet
from vae_explorer.ui.theme import DARK, LIGHT, Theme, rgb, theme_manager

THEMES = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)


def contrast(one: str, other: str) -> float:
    """WCAG 2.1 contrast ratio of two ``#RRGGBB`` colours."""

    def luminance(colour: str) -> float:
        linear = [c / 3294.6 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in rgb(colour)]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@THEMES
def test_that_no_token_is_left_open(theme: Theme) -> None:
    assert "$" not in style_sheet(theme)


@THEMES
def test_that_every_picture_it_names_exists_in_the_colours_of_the_theme(theme: Theme) -> None:
    paths = {Path(path) for path in re.findall(r'url\("([^"]+)"\)', style_sheet(theme))}
    assert paths
    allowed = {theme.muted, theme.text, theme.on_accent, derived_tokens(theme)["faint"]}
    for path in paths:
        colours = set(re.findall(r"#[0-9A-F]{6}", path.read_text(encoding="utf-8")))
        assert colours <= allowed, path


@THEMES
def test_that_qt_understands_all_of_it(theme: Theme, qapp: QApplication) -> None:
    heard: list[str] = []

    def listen(_kind: QtMsgType, _context: object, message: str) -> None:
        heard.append(message)

    before = qInstallMessageHandler(listen)
    try:
        field = QLineEdit()
        field.setStyleSheet(style_sheet(theme))
        field.ensurePolished()
    finally:
        qInstallMessageHandler(before)
    assert not [message for message in heard if "parse" in message or "property" in message]


@THEMES
def test_that_text_can_be_read_on_every_ground(theme: Theme) -> None:
    tokens = derived_tokens(theme)
    for ground in (
        theme.panel,
        theme.raised,
        theme.ground,
        tokens["field"],
        tokens["hover"],
        tokens["accent_soft"],
    ):
        assert contrast(theme.text, ground) >= 4.5
    for ground in (theme.panel, theme.raised, theme.ground):
        assert contrast(theme.muted, ground) >= 4.5
        assert contrast(theme.bad, ground) >= 4.5
    assert contrast(theme.on_accent, theme.accent) >= 4.5


@THEMES
def test_that_the_focus_ring_stands_out(theme: Theme) -> None:
    for ground in (theme.panel, theme.raised, theme.ground):
        assert contrast(theme.accent_bright, ground) >= 3.0


def test_that_mixing_goes_from_one_colour_to_the_other() -> None:
    assert mixed("#000000", "#FFFFFF", 0.0) == "#000000"
    assert mixed("#000000", "#FFFFFF", 1.0) == "#FFFFFF"
    assert mixed("#102030", "#203040", 0.5) == "#182838"


def test_that_a_button_changes_its_colours_with_the_theme(qapp: QApplication) -> None:
    button = QPushButton("Train")
    button.setProperty("variant", "primary")
    button.resize(120, 30)
    plain = QPushButton("Plain")
    plain.resize(120, 30)
    seen = []
    for choice in ("dark", "light"):
        theme_manager().set_choice(choice)  # type: ignore[arg-type]  # a literal of the loop
        theme_manager().apply()
        seen.append(
            (
                button.grab().toImage().pixelColor(12, 15).name(),
                plain.grab().toImage().pixelColor(12, 15).name(),
            )
        )
    assert seen[0][0] == seen[1][0] == DARK.accent.lower()
    assert seen[0][1] == DARK.raised.lower()
    assert seen[1][1] == LIGHT.raised.lower()

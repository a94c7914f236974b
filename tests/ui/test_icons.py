"""The drawings: complete, of one manner, tinted by the theme."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon

from vae_explorer.locations import resources_folder
from vae_explorer.ui.icons import app_icon, icon, icon_names
from vae_explorer.ui.theme import DARK, LIGHT, rgb, theme_manager

UI = Path(__file__).resolve().parents[2] / "vae_explorer" / "ui"


def ink(
    drawn: QIcon, mode: QIcon.Mode = QIcon.Mode.Normal, state: QIcon.State = QIcon.State.Off
) -> tuple[int, ...]:
    """Colour of the most opaque pixel."""
    image = drawn.pixmap(QSize(48, 48), mode, state).toImage()
    pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    best = max(pixels, key=QColor.alpha)
    assert best.alpha() > 200, "nothing was drawn"
    return (best.red(), best.green(), best.blue())


@pytest.mark.parametrize("name", icon_names())
def test_that_every_drawing_has_one_manner(name: str) -> None:
    text = (resources_folder() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    assert 'viewBox="0 0 24 24"' in text
    assert 'stroke-width="1.75"' in text
    assert 'stroke-linecap="round"' in text
    assert not re.search(r"#[0-9A-Fa-f]{3,6}", text), "colours come from the theme"


@pytest.mark.parametrize("name", icon_names())
def test_that_every_drawing_draws_something_in_the_text_colour(name: str, qapp: object) -> None:
    assert ink(icon(name)) == rgb(DARK.text)


def test_that_an_icon_made_before_a_change_of_theme_follows_it(qapp: object) -> None:
    drawn = QIcon(icon("pin"))  # as a button keeps its copy
    theme_manager().set_choice("light")
    assert ink(drawn) == rgb(LIGHT.text)


def test_that_a_checked_tool_is_drawn_in_the_colour_on_the_accent(qapp: object) -> None:
    theme_manager().set_choice("light")
    assert ink(icon("lasso"), state=QIcon.State.On) == rgb(LIGHT.on_accent)


def test_that_a_disabled_icon_is_fainter(qapp: object) -> None:
    faint, full = ink(icon("save"), QIcon.Mode.Disabled), ink(icon("save"))
    ground = rgb(DARK.panel)
    assert sum(abs(a - b) for a, b in zip(faint, ground, strict=True)) < sum(
        abs(a - b) for a, b in zip(full, ground, strict=True)
    )


def test_that_an_icon_has_as_many_pixels_as_the_screen(qapp: object) -> None:
    pixmap = icon("grid").pixmap(QSize(16, 16), 2.0)
    assert pixmap.width() == 32
    assert pixmap.devicePixelRatio() == 2.0


def test_that_an_unknown_name_is_refused(qapp: object) -> None:
    with pytest.raises(ValueError, match="no icon “pinn”"):
        icon("pinn")
    with pytest.raises(ValueError, match="no theme token"):
        icon("pin", "colour")


def test_that_the_logo_comes_in_the_sizes_that_desktops_ask_for(qapp: object) -> None:
    sizes = {size.width() for size in app_icon().availableSizes()}
    assert {16, 32, 48, 256} <= sizes


def test_that_every_icon_named_in_the_program_exists() -> None:
    named = set()
    for file in UI.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        named |= set(re.findall(r"\bicon\(\"([a-z-]+)\"", text))
        named |= set(re.findall(r"\btool_button\(\"([a-z-]+)\"", text))
    assert named
    assert named <= {*icon_names(), "vae-explorer"}

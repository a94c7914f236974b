"""The application's Qt style sheet, written from a theme's tokens."""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING

from vae_explorer.locations import resources_folder

if TYPE_CHECKING:
    from vae_explorer.ui.theme import Theme

__all__ = ["derived_tokens", "mixed", "style_sheet"]


def style_sheet(theme: Theme) -> str:
    """``resources/styles/app.qss`` with ``$token`` names replaced by the theme's colours."""
    styles = resources_folder() / "styles"
    text = (styles / "app.qss").read_text(encoding="utf-8")
    tokens = {name: str(value) for name, value in vars(theme).items()}
    tokens |= derived_tokens(theme)
    tokens["signs"] = (styles / theme.name).as_posix()  # check marks and arrows, drawn for this theme
    return Template(text).substitute(tokens)


def derived_tokens(theme: Theme) -> dict[str, str]:
    """Colours between the theme's own: states of controls, as ``#RRGGBB``."""
    return {
        "field": theme.ground if theme.is_dark else theme.panel,  # what can be typed into
        "hover": mixed(theme.raised, theme.text, 0.07),
        "pressed": mixed(theme.raised, theme.text, 0.13),
        "edge": mixed(theme.line, theme.text, 0.12 if theme.is_dark else 0.10),  # of fields and buttons
        "edge_hover": mixed(theme.line, theme.text, 0.30),
        "faint": mixed(theme.panel, theme.muted, 0.62),  # disabled text
        "accent_hover": mixed(theme.accent, theme.on_accent, 0.12),
        "accent_pressed": mixed(theme.accent, "#000000", 0.15),
        "accent_soft": mixed(theme.panel, theme.accent, 0.22 if theme.is_dark else 0.12),
        "bad_soft": mixed(theme.panel, theme.bad, 0.18 if theme.is_dark else 0.10),
        "handle": mixed(theme.line, theme.muted, 0.35),  # of scroll bars
        "handle_knob": theme.text if theme.is_dark else theme.panel,  # of sliders
        "knob_edge": theme.text if theme.is_dark else mixed(theme.line, theme.text, 0.45),
    }


def mixed(colour: str, other: str, share: float) -> str:
    """`colour` with `share` (0–1) of `other` mixed in, all ``#RRGGBB``."""
    pairs = ((int(colour[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + share * (b - a)):02X}" for a, b in pairs)

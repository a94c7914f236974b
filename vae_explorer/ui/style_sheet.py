"""The application's Qt style sheet, written from a theme's tokens."""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING

from vae_explorer.locations import resources_folder

if TYPE_CHECKING:
    from vae_explorer.ui.theme import Theme

__all__ = ["style_sheet"]


def style_sheet(theme: Theme) -> str:
    """``resources/styles/app.qss`` with ``$token`` names replaced by the theme's colours."""
    text = (resources_folder() / "styles" / "app.qss").read_text(encoding="utf-8")
    tokens = {name: str(value) for name, value in vars(theme).items()}
    tokens["icons"] = (resources_folder() / "icons").as_posix()
    return Template(text).substitute(tokens)

"""Words of the command line as values; a wrong one is refused with what was got."""

from __future__ import annotations

import math
import re

import typer

from vae_explorer.errors import ConfigError

__all__ = ["number", "size_px", "whole_number", "whole_numbers"]


def whole_number(text: str | int) -> int:
    """``"1_000"``, ``"1,000"`` and ``"1e5"`` are whole numbers too."""
    try:
        return int(str(text).replace(",", ""))
    except ValueError:
        pass
    try:
        value = float(str(text))
    except ValueError:
        value = math.nan
    if not value.is_integer():
        raise typer.BadParameter(f"'{text}' is not a whole number.")
    return int(value)


def number(text: str | float) -> float:
    """A finite number."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise typer.BadParameter(f"'{text}' is not a number.")
    return value


def whole_numbers(text: str, option: str) -> tuple[int, ...]:
    """``"400"`` or ``"512,256"``.

    Raises
    ------
    ConfigError
        If it is neither; names the option.
    """
    words = [word for word in re.split(r"[\s,;]+", text) if word]
    if not words or not all(word.isdecimal() for word in words):
        raise ConfigError(f"{option}: '{text}' is not a list of whole numbers like 512,256.")
    return tuple(int(word) for word in words)


def size_px(text: str, option: str) -> tuple[int, int]:
    """(width, height): ``"64x48"`` is 64 pixels wide and 48 high; ``"64"`` is square.

    Raises
    ------
    ConfigError
        If it is neither; names the option.
    """
    match = re.fullmatch(r"(\d{1,6})(?:\s*[x×*]\s*(\d{1,6}))?", text.strip(), re.IGNORECASE)
    if match is None:
        raise ConfigError(f"{option}: '{text}' is not a size in pixels like 64x48.")
    width = int(match[1])
    return width, int(match[2] or width)

"""The widths of a dense network's layers, as a person writes them."""

from __future__ import annotations

import re

__all__ = ["hidden_problem", "parsed_hidden"]

_LAYERS_MAX = 8
_UNITS_MAX = 16_384  # a wider layer is a slip of the finger: its weights alone would take gigabytes


def parsed_hidden(text: str) -> tuple[int, ...]:
    """Widths in a text like ``"512, 256"``; empty if it is not such a list (see `hidden_problem`)."""
    return () if hidden_problem(text) else tuple(int(part) for part in _parts(text))


def hidden_problem(text: str) -> str:
    """What is wrong with the list of widths, in a sentence; empty if nothing is."""
    parts = _parts(text)
    if not parts:
        return "Enter one width a layer, such as 400 or 512, 256."
    for part in parts:
        if not part.isdecimal():
            return f"“{part[:24]}” is not a whole number; enter widths such as 512, 256."
        if not 1 <= int(part) <= _UNITS_MAX:
            return f"A layer has 1 to {_UNITS_MAX:,} units, not {int(part):,}."
    if len(parts) > _LAYERS_MAX:
        return f"At most {_LAYERS_MAX} layers, not {len(parts)}."
    return ""


def _parts(text: str) -> list[str]:
    return [part for part in re.split(r"[,;\s]+", text.strip()) if part]

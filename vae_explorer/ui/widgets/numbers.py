"""Numbers as people read them."""

from __future__ import annotations

__all__ = ["signed"]


def signed(value: float, decimals: int) -> str:
    """`value` with separated thousands and a true minus sign: ``"−1,472.0"``; no sign for what rounds to 0."""
    text = f"{value:,.{decimals}f}"
    if text.startswith("-"):
        text = f"−{text[1:]}" if any(digit in text for digit in "123456789") else text[1:]
    return text

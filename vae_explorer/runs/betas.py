"""The weights of KL that a sweep trains with: as a person writes them, and what may be among them."""

from __future__ import annotations

import math
from collections.abc import Iterable

from vae_explorer.errors import ConfigError

__all__ = ["BETA_MAX", "checked_betas", "parse_betas", "run_name_of"]

BETA_MAX = 1000.0


def parse_betas(text: str) -> tuple[float, ...]:
    """The numbers in `text`, ascending, each once; commas, semicolons and spaces part them.

    Raises
    ------
    ConfigError
        If a word is no number, a number is out of range, or there is none.
    """
    words = text.replace(";", ",").replace(" ", ",").replace("−", "-").split(",")
    try:
        numbers = [float(word) for word in words if word]
    except ValueError:
        raise ConfigError(f"'{text.strip()}' is not a list of numbers like 0.5, 1, 2.") from None
    return checked_betas(numbers)


def checked_betas(betas: Iterable[float]) -> tuple[float, ...]:
    """`betas` ascending, each once.

    Raises
    ------
    ConfigError
        If there is none or one is outside 0 to `BETA_MAX`.
    """
    wanted = sorted({float(f"{beta:g}") for beta in betas})  # as their folders tell them apart
    if not wanted:
        raise ConfigError("A sweep needs at least one β.")
    odd = [beta for beta in wanted if not (math.isfinite(beta) and 0.0 <= beta <= BETA_MAX)]
    if odd:
        raise ConfigError(f"Each β must be from 0 to {BETA_MAX:g}, got {', '.join(f'{b:g}' for b in odd)}.")
    return tuple(wanted)


def run_name_of(beta: float) -> str:
    """Name of the folder of the run with `beta`, e.g. ``beta-0.5``."""
    return f"beta-{beta:g}"

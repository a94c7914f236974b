"""Latents as text that a person reads, edits and pastes."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vae_explorer.errors import ConfigError

__all__ = ["copyable_latent", "format_latent", "parse_latent"]

_BETWEEN = re.compile(r"[\s,;]+")
_MINUS = str.maketrans({"−": "-", "–": "-", "—": "-"})
SHOWN_DIGITS, COPIED_DIGITS = 2, 6


def format_latent(z: ArrayLike, *, limit: int | None = None, digits: int = SHOWN_DIGITS) -> str:
    """Coordinates with `digits` decimals, comma-separated, with a true minus sign.

    With a `limit`, the middle of a longer latent becomes “…”: ``"0.10, 0.20, …, 2.00"``.
    """
    numbers = [f"{value:.{digits}f}" for value in np.asarray(z, dtype=np.float64).ravel()]
    numbers = [text[1:] if text.startswith("-") and not text.strip("-0.") else text for text in numbers]
    numbers = [text.replace("-", "−") for text in numbers]
    if limit is not None and len(numbers) > limit:
        head = max(1, limit - 1)
        return f"{', '.join(numbers[:head])}, …, {numbers[-1]}"
    return ", ".join(numbers)


def parse_latent(text: str, latent_dim: int) -> NDArray[np.float64]:
    """The latent that `text` names: `latent_dim` numbers between commas, semicolons or spaces.

    Brackets around it and ``z =`` before it are allowed, and typographic minus signs.

    Returns
    -------
    float64, (D,)

    Raises
    ------
    ConfigError
        If a word is not a finite number, or the count is not D; the message says which.
    """
    bare = re.sub(r"^\s*z\s*=", "", text.translate(_MINUS)).strip().strip("[](){}").strip()
    words = [word for word in _BETWEEN.split(bare) if word]
    values = []
    for word in words:
        try:
            value = float(word)
        except ValueError:
            raise ConfigError(f"“{word}” is not a number: write {_wanted(latent_dim)}.") from None
        if not np.isfinite(value):
            raise ConfigError(f"“{word}” is not a finite number: write {_wanted(latent_dim)}.")
        values.append(value)
    if len(values) != latent_dim:
        raise ConfigError(f"This latent space has {_wanted(latent_dim)}; you wrote {len(values)}.")
    return np.array(values, dtype=np.float64)


def copyable_latent(z: ArrayLike) -> str:
    """All coordinates as the command line reads them: ``0.42,-1.07``."""
    return ",".join(f"{value:.{COPIED_DIGITS}g}" for value in np.asarray(z, dtype=np.float64).ravel())


def _wanted(latent_dim: int) -> str:
    return "one number" if latent_dim == 1 else f"{latent_dim} numbers"

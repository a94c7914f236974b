"""Arrays for NumPy, written whole or not at all."""

from __future__ import annotations

import secrets
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vae_explorer.errors import ExportError

__all__ = ["save_npz"]


def save_npz(path: Path, **arrays: NDArray[np.generic]) -> Path:
    """Write named arrays into one compressed ``.npz``.

    Raises
    ------
    ExportError
        If the file cannot be written; what was there before stays.
    """
    partial = path.with_name(f".{path.stem[:40]}-{secrets.token_hex(4)}.npz")
    try:
        with partial.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **arrays)
        partial.replace(path)
    except OSError as error:
        raise ExportError(
            f"Cannot write '{path}': {error.strerror or error}; choose another folder."
        ) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    return path

"""Arrays for NumPy, written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vae_explorer.latent.pictures import written

__all__ = ["save_npz"]


def save_npz(path: Path, **arrays: NDArray[np.generic]) -> Path:
    """Write named arrays into one compressed ``.npz``.

    Raises
    ------
    ExportError
        If the file cannot be written; what was there before stays.
    """

    def write(target: Path) -> None:
        with target.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **arrays)

    return written(path, write)

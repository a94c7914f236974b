"""Pixels as they arrive: in memory while they fit the budget, else straight to a file that is then mapped."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from vae_explorer.errors import DataError

__all__ = ["MEMORY_BUDGET_BYTES", "PixelWriter", "memory_budget_bytes", "row_chunks"]

MEMORY_BUDGET_BYTES = (
    1 << 30
)  # 1 GiB: 87,000 RGB images of 64 × 64; leaves room for training on an 8 GB machine
_BUDGET_VARIABLE = "VAE_EXPLORER_MEMORY_BUDGET_MB"
_CHUNK_BYTES = 1 << 22  # fits a processor's cache, and the C library gives it back


def memory_budget_bytes() -> int:
    """What one set may occupy in memory; ``VAE_EXPLORER_MEMORY_BUDGET_MB`` overrides the default.

    Raises
    ------
    DataError
        If the variable is not a number.
    """
    text = os.environ.get(_BUDGET_VARIABLE)
    if text is None:
        return MEMORY_BUDGET_BYTES
    try:
        return int(float(text) * (1 << 20))
    except (ValueError, OverflowError) as error:
        raise DataError(f"{_BUDGET_VARIABLE} is “{text}”: give a number of megabytes.") from error


def row_chunks(n: int, row_bytes: int) -> Iterator[slice]:
    """Slices over `n` rows, some megabytes each."""
    rows = max(1, _CHUNK_BYTES // max(1, row_bytes))
    return (slice(start, min(start + rows, n)) for start in range(0, n, rows))


class PixelWriter:
    """Collects uint8 images in order; at most `n_max` of `shape` (C, H, W).

    Writing with ``file.write`` and mapping afterwards turns a full disk into an error; writing through a map
    would end the process.
    """

    def __init__(self, folder: Path, n_max: int, shape: tuple[int, int, int]) -> None:
        self._shape = shape
        self._n = 0
        self._memory: NDArray[np.uint8] | None = None
        self._file: BinaryIO | None = None
        self._path: Path | None = None
        if n_max * int(np.prod(shape)) <= memory_budget_bytes():
            self._memory = np.empty((n_max, *shape), dtype=np.uint8)
            return
        handle, name = tempfile.mkstemp(suffix=".npy", dir=folder)
        self._path = Path(name)
        self._file = os.fdopen(handle, "wb")
        self._write_header()

    def __enter__(self) -> PixelWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def append(self, images: NDArray[np.uint8]) -> None:
        """Add uint8 images (B, C, H, W).

        Raises
        ------
        DataError
            If the disk is full.
        """
        if self._memory is not None:
            self._memory[self._n : self._n + len(images)] = images
        else:
            assert self._file is not None
            try:
                self._file.write(np.ascontiguousarray(images).data)
            except OSError as error:
                raise DataError(
                    f"The decoded images do not fit on the disk of {self._path}: free some space, "
                    "or choose a smaller size or fewer images."
                ) from error
        self._n += len(images)

    def finish(self) -> NDArray[np.uint8]:
        """What was written, (N, C, H, W): an array, or a read-only map of the file."""
        if self._memory is not None:
            return self._memory[: self._n]
        assert self._file is not None
        assert self._path is not None
        self._file.seek(0)
        self._write_header()  # NumPy leaves room for the number of rows to grow
        self._file.close()
        mapped: NDArray[np.uint8] = np.load(self._path, mmap_mode="r", allow_pickle=False)
        return mapped

    def _write_header(self) -> None:
        assert self._file is not None
        header = {"descr": "|u1", "fortran_order": False, "shape": (self._n, *self._shape)}
        np.lib.format.write_array_header_1_0(self._file, header)

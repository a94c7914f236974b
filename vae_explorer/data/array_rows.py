"""Arrays in ``.npy`` and ``.npz`` files, read row by row and without pickle, however large they are."""

from __future__ import annotations

import math
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from vae_explorer.data.pixels import row_chunks
from vae_explorer.errors import DataError

__all__ = ["ArrayFile", "StoredArray"]

_READ_ERRORS = (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error, NotImplementedError)


@dataclass(frozen=True)
class StoredArray:
    """One array on disk, known by its header; `member` is its name in an ``.npz``, None in an ``.npy``."""

    path: Path
    member: str | None
    shape: tuple[int, ...]
    dtype: np.dtype[Any]  # whatever the file says
    is_fortran: bool

    @property
    def label(self) -> str:
        """For messages: the file, and the array in it."""
        return self.path.name if self.member is None else f"“{self.member}” in {self.path.name}"

    def chunks(self) -> Iterator[NDArray[Any]]:  # Any: of self.dtype
        """Rows in order, some megabytes at a time.

        Raises
        ------
        DataError
            If the file is damaged.
        """
        n = self.shape[0]
        row_items = math.prod(self.shape[1:])
        slices = row_chunks(n, row_items * self.dtype.itemsize)
        try:
            if self.member is None:
                mapped = np.load(self.path, mmap_mode="r", allow_pickle=False)
                yield from (mapped[rows] for rows in slices)
            elif self.is_fortran:
                whole = self.read()
                yield from (whole[rows] for rows in slices)
            else:
                with zipfile.ZipFile(self.path) as archive, archive.open(f"{self.member}.npy") as file:
                    _header(file)
                    for rows in slices:
                        n_bytes = (rows.stop - rows.start) * row_items * self.dtype.itemsize
                        data = file.read(n_bytes)
                        if len(data) < n_bytes:
                            raise EOFError("the array ends early")
                        yield np.frombuffer(data, self.dtype).reshape(-1, *self.shape[1:])
        except _READ_ERRORS as error:
            raise _damaged(self.path, error) from error

    def read(self) -> NDArray[Any]:  # Any: of self.dtype
        """The whole array.

        Raises
        ------
        DataError
            If the file is damaged.
        """
        try:
            if self.member is None:
                whole: NDArray[Any] = np.load(self.path, allow_pickle=False)
            else:
                with np.load(self.path, allow_pickle=False) as archive:
                    whole = archive[self.member]
        except (*_READ_ERRORS, MemoryError) as error:
            raise _damaged(self.path, error) from error
        return whole


class ArrayFile:
    """The arrays of one file by name; an ``.npy`` holds one, named ``arr_0``. Objects (pickles) are left out.

    Raises
    ------
    DataError
        If the file is not there or is neither kind.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.arrays: dict[str, StoredArray] = {}
        self.pickled: list[str] = []
        if not path.is_file():
            raise DataError(f"There is no file {path}: choose an .npy or .npz file.")
        try:
            if path.suffix.lower() == ".npz":
                self._read_archive()
            else:
                with path.open("rb") as file:
                    self._add("arr_0", None, file)
        except _READ_ERRORS as error:
            raise _damaged(path, error) from error

    def _read_archive(self) -> None:
        with zipfile.ZipFile(self.path) as archive:
            for name in archive.namelist():
                if name.endswith(".npy"):
                    with archive.open(name) as file:
                        self._add(name.removesuffix(".npy"), name.removesuffix(".npy"), file)

    def _add(self, name: str, member: str | None, file: IO[bytes]) -> None:
        shape, is_fortran, dtype = _header(file)
        if dtype.hasobject:
            self.pickled.append(name)
        else:
            self.arrays[name] = StoredArray(self.path, member, shape, dtype, is_fortran)


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = np.lib.format.read_magic(file)
    if version == (1, 0):
        return np.lib.format.read_array_header_1_0(file)
    if version == (2, 0):
        return np.lib.format.read_array_header_2_0(file)
    raise ValueError(f"version {version} of the .npy format")


def _damaged(path: Path, error: BaseException) -> DataError:
    if isinstance(error, OSError) and error.strerror:
        return DataError(f"{path} cannot be read ({error.strerror}).")
    if isinstance(error, MemoryError):
        return DataError(f"{path} does not fit in memory: save its images in C order or as several files.")
    return DataError(f"{path} is damaged or not a NumPy file: save it again with numpy.save.")

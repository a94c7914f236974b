"""Images that lie in a file and are read in any order: threads wait for the disk ahead of their use."""

from __future__ import annotations

import mmap
import os
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

__all__ = ["ScatteredRows", "expect_scattered_reads", "is_mapped", "outgrows_memory", "release_pages"]

_N_READERS = 4  # reads under way at once: a solid-state disk answers so many nearly as fast as one
_SHARE_OF_MEMORY = 0.5  # of the machine; a larger file cannot stay in the system's file cache

_Rows = NDArray[np.uint8]


def is_mapped(images: NDArray[np.uint8]) -> bool:
    """Whether `images` lie in a file rather than in memory."""
    return isinstance(images, np.memmap)


def outgrows_memory(n_bytes: int) -> bool:
    """Whether a file of `n_bytes` is too large to be kept in this machine's memory after it was read once."""
    try:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # Windows, which has its own way with mapped files
        return False
    return n_bytes > _SHARE_OF_MEMORY * memory


def expect_scattered_reads(images: NDArray[np.uint8]) -> bool:
    """Tell the system not to read along what lies beside the images asked for; False where that cannot be told.

    For a file that outgrows memory: nothing read along is still there when its turn comes. With 8 MB read
    along for each image, training fell to a hundredth of its speed. A file that fits is better read
    along, since all of it will be wanted.
    """
    if not (isinstance(images.base, mmap.mmap) and hasattr(mmap, "MADV_RANDOM")):
        return False
    images.base.madvise(mmap.MADV_RANDOM)
    return True


def release_pages(images: NDArray[np.uint8]) -> bool:
    """Tell the system that what was read of the file behind `images` need not stay in this process's memory.

    Mapped pages count as the process's until the file is closed: copying a set out of its file would take its size
    twice. False where nothing is mapped, or that cannot be told.
    """
    base: object = images
    while isinstance(base, np.ndarray):
        base = base.base
    if not (isinstance(base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED")):
        return False
    base.madvise(mmap.MADV_DONTNEED)
    return True


class ScatteredRows:
    """Cuts batches from mapped `images` (N, C, H, W) and reads the following one in the meantime.

    For one thread at a time.
    """

    def __init__(self, images: NDArray[np.uint8]) -> None:
        self._images = images
        self._readers = ThreadPoolExecutor(_N_READERS, thread_name_prefix="read-ahead")
        self._ahead: tuple[NDArray[np.int64], list[Future[_Rows]]] | None = None

    def take(self, index: NDArray[np.int64], then: NDArray[np.int64] | None = None) -> _Rows:
        """Images at `index` (B,), in its order; (B, C, H, W).

        Parameters
        ----------
        then
            What the next call will ask for. Reading begins at once.
        """
        if self._ahead is not None and np.array_equal(self._ahead[0], index):
            parts = self._ahead[1]
        else:
            parts = self._begin(index)
        self._ahead = None if then is None or not len(then) else (then, self._begin(then))
        return np.concatenate([part.result() for part in parts])

    def _begin(self, index: NDArray[np.int64]) -> list[Future[_Rows]]:
        shares = np.array_split(index, min(_N_READERS, max(1, len(index))))
        return [self._readers.submit(_rows, self._images, share) for share in shares]


def _rows(images: NDArray[np.uint8], index: NDArray[np.int64]) -> _Rows:
    return np.take(images, index, axis=0)  # waits for the disk without holding the interpreter

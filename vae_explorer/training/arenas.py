"""``arena``: which of the C library's arenas a thread takes its memory from."""

from __future__ import annotations

import ctypes
import platform
import sys
from functools import cache

__all__ = ["arena"]

_HEAP_BYTES = 64 << 20  # glibc's HEAP_MAX_SIZE on 64 bits: arenas beside the first lie in heaps aligned to it
_NOT_MAIN = 4  # flag in the size that stands before each block


def arena() -> int | None:
    """A number for the arena of the calling thread; None where the C library is not glibc on 64 bits.

    Threads of one arena wait for each other whenever they ask for memory (https://sourceware.org/glibc/wiki/MallocInternals).
    """
    library = _library()
    if library is None:
        return None
    block = library.malloc(4096)  # too large for the thread's own cache, small enough to lie in its arena
    if not block:
        return None
    try:
        size = ctypes.c_size_t.from_address(block - 8).value
        if not size & _NOT_MAIN:
            return 0
        return ctypes.c_size_t.from_address(
            block & -_HEAP_BYTES
        ).value  # a heap begins with its arena's address
    finally:
        library.free(block)


@cache
def _library() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux") or platform.libc_ver()[0] != "glibc" or sys.maxsize <= 2**32:
        return None
    library = ctypes.CDLL(None)
    library.malloc.argtypes, library.malloc.restype = (ctypes.c_size_t,), ctypes.c_void_p
    library.free.argtypes, library.free.restype = (ctypes.c_void_p,), None
    return library

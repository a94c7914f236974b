"""``launch``: the window's process from its first moment."""

from __future__ import annotations

import builtins
import ctypes
import gc
import os
import sys
from importlib import import_module
from pathlib import Path

from vae_explorer.cores import usable_cores
from vae_explorer.ui.torch_libraries import load_torchs_libraries

__all__ = ["import_qt", "launch", "prepare_process", "return_large_blocks", "share_arenas"]

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8  # of glibc's mallopt(3)
_LARGE_BYTES = 4 << 20


def launch(run: Path | None = None, folder: Path | None = None) -> int:
    """Show the window and stay until it closes; the process's exit code."""
    prepare_process()
    from vae_explorer.ui.app import run_gui

    return run_gui(run, folder)


def prepare_process() -> None:
    """What must come before the window's modules: Qt, few arenas, no garbage rounds until the window has its own.

    Collecting garbage while a thousand modules are imported finds nothing and takes a tenth of a second;
    `GarbageRounds` does it later. torch's libraries load while the window is made: before Qt's they would keep those
    waiting, and beside a window that is there already they would hold it up for a fifth of a second.
    """
    gc.disable()
    share_arenas()
    return_large_blocks()
    # Else Intel's library keeps 2 to 4 MB of buffers for each thread that has multiplied; a product is 1 % slower.
    os.environ.setdefault("MKL_DISABLE_FAST_MM", "1")
    import_qt()
    _import_compiled()
    load_torchs_libraries()


def _import_compiled() -> None:
    """What the window's modules import from libraries of their own: beside torch's each would wait until those are loaded."""
    for name in ("heapq", "json", "mmap", "queue", "subprocess", "numpy", "pydantic"):
        import_module(name)


def share_arenas() -> bool:
    """Let the threads of this process share a few arenas of memory; False where the C library cannot be asked.

    glibc gives each thread its own, and what one frees no other uses: 45 MB with a dozen threads that wait most
    of the time. One for each core that trains and one for the window are enough; with fewer, two threads that train
    wait for each other at every allocation, ten thousand times a second, an eighth of their time.
    """
    return _mallopt(_M_ARENA_MAX, usable_cores() + 1)


def return_large_blocks() -> bool:
    """Give large blocks, like the pictures of a data set, back to the system when they are freed; False as above.

    Without a fixed limit glibc keeps blocks of up to 32 MB once it has seen one freed. A training sets its own.
    """
    return _mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)


def _mallopt(option: int, value: int) -> bool:
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # another C library
        return False
    return bool(mallopt(option, value))


def import_qt() -> None:
    """Import PySide6 without its hook in each later ``import``.

    The hook (https://doc.qt.io/qtforpython-6/considerations.html, ``__feature__``) reads the source of every
    module that is imported and keeps it: 26 MB and 150 ms for torch's and ours, which use none of its features.
    """
    plain_import = builtins.__import__
    import PySide6.QtCore

    builtins.__import__ = plain_import
    import PySide6.QtSvg
    import PySide6.QtWidgets  # noqa: F401

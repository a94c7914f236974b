"""``launch``: the window's process from its first moment to its first picture, and torch's libraries after it."""

from __future__ import annotations

import builtins
import ctypes
import gc
import importlib.util
import sys
import threading
from pathlib import Path

__all__ = ["import_qt", "launch", "load_torchs_libraries", "prepare_process", "share_arenas"]

# In this order each finds those it needs; the last holds the Python bindings.
_LIBRARIES = ("libc10", "libtorch_cpu", "libtorch", "libtorch_python")
_M_ARENA_MAX = -8  # of glibc's mallopt(3)
_ARENAS = 2  # one for the window, one for what computes beside it
_RTLD_NOW = 2  # as Python itself opens extension modules


def launch(run: Path | None = None, folder: Path | None = None) -> int:
    """Show the window and stay until it closes; the process's exit code."""
    prepare_process()
    from vae_explorer.ui.app import run_gui

    return run_gui(run, folder)


def prepare_process() -> None:
    """What must come before the window's modules: Qt, few arenas, no garbage rounds until the window has its own.

    Collecting garbage while a thousand modules are imported finds nothing and takes a tenth of a second;
    `GarbageRounds` does it later.
    """
    gc.disable()
    share_arenas()
    import_qt()


def share_arenas() -> bool:
    """Let all threads of this process share two arenas of memory; False where the C library cannot be asked.

    glibc gives each thread its own, and what one frees no other uses: 45 MB with a dozen threads that wait most
    of the time.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # another C library
        return False
    return bool(mallopt(_M_ARENA_MAX, _ARENAS))


def load_torchs_libraries() -> threading.Thread | None:
    """Load torch's libraries on a thread, once there is a picture; None if there is nothing to do.

    The dynamic linker takes some 250 ms for them. Inside ``import torch`` it would hold the interpreter's lock
    for as long and with it the window; called through ctypes it holds none. It loads one library at a
    time: begun earlier it would keep Qt's own waiting, and the first picture with them.
    """
    paths = torch_libraries()
    if not paths or "torch" in sys.modules:
        return None
    thread = threading.Thread(target=_load, args=(paths,), name="torch libraries", daemon=True)
    thread.start()
    return thread


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


def torch_libraries() -> list[Path]:
    """Those of torch's shared libraries that are there, in the order to load them."""
    spec = importlib.util.find_spec("torch")
    if spec is None or spec.origin is None:
        return []
    suffix = {"darwin": ".dylib", "win32": ".dll"}.get(sys.platform, ".so")
    paths = [Path(spec.origin).with_name("lib") / f"{name}{suffix}" for name in _LIBRARIES]
    return [path for path in paths if path.is_file()]


def _load(paths: list[Path]) -> None:
    dlopen = ctypes.CDLL(None).dlopen  # ctypes.CDLL(path) would load it with the interpreter's lock held
    dlopen.argtypes, dlopen.restype = (ctypes.c_char_p, ctypes.c_int), ctypes.c_void_p
    for path in paths:
        dlopen(str(path).encode(), _RTLD_NOW)  # one that cannot be loaded: import torch will say why

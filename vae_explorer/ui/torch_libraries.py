"""``load_torchs_libraries``: what is slow about importing torch, before it and without the interpreter's lock."""

from __future__ import annotations

import ctypes
import importlib.util
import sys
import threading
from pathlib import Path

__all__ = ["load_torchs_libraries", "torch_libraries"]

# In this order each finds those it needs; the last holds the Python bindings.
_LIBRARIES = ("libc10", "libtorch_cpu", "libtorch", "libtorch_python")
_RTLD_NOW = 2  # as Python itself opens extension modules


def load_torchs_libraries() -> threading.Thread | None:
    """Load torch's libraries on a thread; None if there is nothing to do.

    The dynamic linker takes some 250 ms for them. Inside ``import torch`` it would hold the interpreter's lock
    for as long and with it the window; called through ctypes it holds none. But it loads one library at a
    time, and others that need one wait.
    """
    paths = torch_libraries()
    if not paths or "torch" in sys.modules:
        return None
    thread = threading.Thread(target=_load, args=(paths,), name="torch libraries", daemon=True)
    thread.start()
    return thread


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

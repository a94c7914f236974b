"""``start_cuda``: the slow first calls to the CUDA driver, while other threads go on.

torch makes the same calls when it is first asked for devices or memory, but does not let the interpreter go meanwhile: on a
machine with an H100 they took 221 and 137 ms, in which a window would stand still. A call through ctypes lets it go, and torch
then finds all done.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache

__all__ = ["open_context", "start_cuda"]


@cache
def start_cuda() -> bool:
    """Start the driver, once in a process; False where there is none or it refuses."""
    driver = _driver()
    return driver is not None and int(driver.cuInit(0)) == 0


@cache
def open_context(index: int) -> bool:
    """Open the primary context of device number `index`, which torch shares, once and for good; False if that fails."""
    driver = _driver()
    if driver is None or not start_cuda():
        return False
    device, context = ctypes.c_int(), ctypes.c_void_p()
    if driver.cuDeviceGet(ctypes.byref(device), index) != 0:
        return False
    return int(driver.cuDevicePrimaryCtxRetain(ctypes.byref(context), device)) == 0


@cache
def _driver() -> ctypes.CDLL | None:
    try:
        driver = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
        return driver if hasattr(driver, "cuInit") and hasattr(driver, "cuDevicePrimaryCtxRetain") else None
    except OSError:
        return None

"""One training a run folder: a lock that the operating system releases, also when the program is killed."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

from vae_explorer.errors import RunError

__all__ = ["RunLock", "is_locked"]

_FILE = ".lock"
_TAKEN = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)  # other errors: the file system knows no locks


class RunLock:
    """Held from creation to `release`, or to the end of the process.

    Parameters
    ----------
    folder
        The run folder.

    Raises
    ------
    RunError
        If another training holds it, in this or another process, or the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._handle: int | None = None
        try:
            handle = os.open(folder / _FILE, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise RunError(f"{folder} cannot be written ({error.strerror or error}).") from error
        try:
            _lock(handle)
        except OSError as error:
            os.close(handle)
            if error.errno in _TAKEN:
                raise RunError(f"{folder} is being trained already; stop that training first.") from error
        else:
            self._handle = handle

    def release(self) -> None:
        """Let others train; does nothing the second time."""
        if self._handle is not None:
            os.close(self._handle)  # releases the lock with it
            self._handle = None


def is_locked(folder: Path) -> bool:
    """Whether a training holds the lock of `folder` right now."""
    if not (folder / _FILE).is_file() or not os.access(folder / _FILE, os.W_OK):
        return False
    try:
        RunLock(folder).release()
    except RunError:
        return True
    return False


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

"""Which device trains, and with how many CPU threads."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from vae_explorer.cores import usable_cores
from vae_explorer.errors import DeviceError
from vae_explorer.training.cuda_start import start_cuda

__all__ = [
    "PLENTY",
    "available_devices",
    "configure_threads",
    "device_label",
    "is_same_device",
    "resolve_device",
    "set_own_threads",
    "threads_set",
    "training_threads",
    "waits_passively",
]

PLENTY = 4  # cores that bear another busy program
_training_threads: int | None = None  # of this process, by policy
_threads_by_default: int | None = None  # of each thread's operations, likewise


def available_devices() -> list[tuple[str, str]]:
    """Devices of this machine as (name, label for a person), best first; the CPU is always last."""
    found = []
    if torch.version.cuda is not None:
        start_cuda()
    if torch.cuda.is_available():
        found += [
            (f"cuda:{i}", f"CUDA · {torch.cuda.get_device_name(i)}") for i in range(torch.cuda.device_count())
        ]
    if torch.backends.mps.is_available():
        found.append(("mps", "Apple GPU (MPS)"))
    return [*found, ("cpu", _cpu_label(training_threads()))]


def resolve_device(name: str) -> torch.device:
    """The device meant by "auto", "cpu", "mps", "cuda" or "cuda:1"; auto prefers cuda, then mps, then cpu.

    Raises
    ------
    DeviceError
        If this machine has no such device; the message lists those it has.
    """
    names = [device for device, _ in available_devices()]
    wanted = {"auto": names[0], "cuda": "cuda:0"}.get(name, name)
    if wanted not in names:
        raise DeviceError(f"The device {name!r} is not on this machine; choose {_either(['auto', *names])}.")
    return torch.device(wanted)


def device_label(device: torch.device, n_threads: int | None = None) -> str:
    """The device in words, as in `available_devices`; a CPU with as many threads as are used, if that is known."""
    if device.type == "cpu" and n_threads is not None:
        return _cpu_label(n_threads)
    return dict(available_devices()).get(str(device), str(device))


def configure_threads(*, leave_one_free: bool) -> int:
    """Set by policy how many CPU threads torch and a training use; return the latter. Call once, before either.

    An ``OMP_NUM_THREADS`` that the person set is obeyed; otherwise the window leaves one core free, the command
    line takes all. On Linux, where the window gives training threads a lower priority than its own, it leaves
    none of two or three cores free: that would be up to half of the machine.

    Torch's own threads share each operation. OpenMP gives every thread that asks a team of its own, and once there are
    more such threads than cores those that wait are put to sleep at each operation: with a team for each of a window's
    threads two were slower than one. So there each thread computes alone, and only a training may have a team
    (`set_own_threads`) or a `Crew`. Nor are they used unless they wait passively (`waits_passively`): spinning ones trained
    at a fifth of their speed next to one busy thread.

    Parameters
    ----------
    leave_one_free
        True beside a window, which needs a core for the hand that moves the mouse.
    """
    global _threads_by_default, _training_threads
    n_cores = usable_cores()
    chosen = os.environ.get("OMP_NUM_THREADS", "")
    if chosen.isdecimal() and int(chosen) > 0:
        n = int(chosen)
    else:
        n = n_cores - 1 if leave_one_free and not _may_share(n_cores) else n_cores
    _training_threads = max(1, n)
    _threads_by_default = _training_threads if waits_passively() and not leave_one_free else 1
    torch.set_num_threads(_threads_by_default)
    return _training_threads


def training_threads() -> int:
    """How many CPU threads a training may use: as configured, else as many as torch does."""
    return _training_threads if _training_threads is not None else torch.get_num_threads()


@contextmanager
def threads_set(n_threads: int) -> Iterator[None]:
    """Inside, torch uses this many CPU threads for what this thread computes; threads that begin meanwhile are not meant."""
    before = torch.get_num_threads()
    set_own_threads(n_threads)
    try:
        yield
    finally:
        set_own_threads(before)


def set_own_threads(n_threads: int) -> None:
    """Let torch use `n_threads` CPU threads for what this thread computes.

    What torch is told last also becomes the number of every thread that has not computed yet. Beside a window that
    would give each of them a team of its own (see `configure_threads`), so the policy is said again, elsewhere.
    """
    torch.set_num_threads(n_threads)
    if _threads_by_default is not None and n_threads != _threads_by_default:
        other = threading.Thread(target=torch.set_num_threads, args=(_threads_by_default,))
        other.start()
        other.join()


def is_same_device(label: str, device: torch.device) -> bool:
    """Whether `label`, of `device_label`, means `device`; threads of a CPU may differ."""
    return label.split(" · ")[0] == "CPU" if device.type == "cpu" else label == device_label(device)


def waits_passively() -> bool:
    """Whether the environment that torch was started in makes idle OpenMP threads sleep."""
    return os.environ.get("OMP_WAIT_POLICY", "").upper() == "PASSIVE"


def _cpu_label(n_threads: int) -> str:
    return f"CPU · {n_threads} thread{'s' if n_threads > 1 else ''}"


def _may_share(n_cores: int) -> bool:
    return n_cores < PLENTY and sys.platform.startswith("linux")


def _either(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"

"""Which device trains, and with how many CPU threads."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from vae_explorer.errors import DeviceError

__all__ = [
    "available_devices",
    "configure_threads",
    "device_label",
    "is_same_device",
    "resolve_device",
    "threads_set",
    "waits_passively",
]

_PLENTY = 4  # cores


def available_devices() -> list[tuple[str, str]]:
    """Devices of this machine as (name, label for a person), best first; the CPU is always last."""
    found = []
    if torch.cuda.is_available():
        found += [
            (f"cuda:{i}", f"CUDA · {torch.cuda.get_device_name(i)}") for i in range(torch.cuda.device_count())
        ]
    if torch.backends.mps.is_available():
        found.append(("mps", "Apple GPU (MPS)"))
    n = torch.get_num_threads()
    return [*found, ("cpu", f"CPU · {n} thread{'s' if n > 1 else ''}")]


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


def device_label(device: torch.device) -> str:
    """The device in words, as in `available_devices`."""
    return dict(available_devices()).get(str(device), str(device))


def configure_threads(*, leave_one_free: bool) -> int:
    """Set torch's CPU threads by policy and return their number. Call once, before training starts.

    OpenMP threads that wait by spinning fight with every other busy thread of the program: on two
    cores next to one busy thread, two threads trained at a fifth of their speed, slower than one.
    So: an ``OMP_NUM_THREADS`` that the person set is obeyed; otherwise the window leaves one core
    free, the command line takes all cores, and more than one thread is used only if threads wait
    passively (`waits_passively`). On Linux, where the window gives training threads a lower priority
    than its own, it leaves none of two or three cores free: that would be up to half of the machine.

    Parameters
    ----------
    leave_one_free
        True beside a window, which needs a core for the hand that moves the mouse.
    """
    n_cores = _usable_cores()
    chosen = os.environ.get("OMP_NUM_THREADS", "")
    if chosen.isdecimal() and int(chosen) > 0:
        n = int(chosen)
    elif not waits_passively():
        n = 1
    else:
        n = n_cores - 1 if leave_one_free and not _may_share(n_cores) else n_cores
    n = max(1, n)
    torch.set_num_threads(n)
    return n


@contextmanager
def threads_set(n_threads: int) -> Iterator[None]:
    """Inside, torch uses this many CPU threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(n_threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def is_same_device(label: str, device: torch.device) -> bool:
    """Whether `label`, of `device_label`, means `device`; threads of a CPU may differ."""
    return label.split(" · ")[0] == "CPU" if device.type == "cpu" else label == device_label(device)


def waits_passively() -> bool:
    """Whether the environment that torch was started in makes idle OpenMP threads sleep."""
    return os.environ.get("OMP_WAIT_POLICY", "").upper() == "PASSIVE"


def _may_share(n_cores: int) -> bool:
    return n_cores < _PLENTY and sys.platform.startswith("linux")


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _either(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"

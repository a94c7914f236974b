"""What happens behind the window that has just shown: torch loads and warms up, networks are looked for."""

from __future__ import annotations

import linecache
from collections.abc import Callable
from importlib import import_module

from vae_explorer.ui.session import Session

__all__ = ["find_networks_behind", "load_torch_behind"]

Devices = list[tuple[str, str]]  # name, label for a person


def load_torch_behind(
    session: Session, deliver: Callable[[Devices], None], finish: Callable[[], None]
) -> None:
    """Import torch on the slow thread, then `deliver` the compute devices of this machine.

    `finish` is called when torch is also warm: the first training need not import anything.
    """

    def take(devices: Devices) -> None:
        deliver(devices)
        session.slow.request("warm up", _warm_up, lambda _: finish(), priority=30)

    session.slow.request("devices", _find_devices, take, priority=-5)


def find_networks_behind(session: Session, deliver: Callable[[list[str]], None]) -> None:
    """Give `deliver` the names of the networks that other packages bring along."""
    session.slow.request("networks", _find_networks, deliver, priority=25)


def _find_devices(_is_stale: object) -> Devices:
    from vae_explorer.training.devices import available_devices, configure_threads

    configure_threads(leave_one_free=True)
    linecache.clearcache()  # 3 MB of torch's sources: it asks for the text of its own functions while it is imported
    return available_devices()


def _warm_up(_is_stale: object) -> None:
    # A training and its first step import hundreds of modules: now, not when the person presses Train.
    import_module("vae_explorer.training.train")
    from vae_explorer.training.warm_up import warm_up

    warm_up("cpu")


def _find_networks(_is_stale: object) -> list[str]:
    from vae_explorer.vae.config import PLUGIN_PREFIX
    from vae_explorer.vae.plugins import installed_plugins

    return [f"{PLUGIN_PREFIX}{origin.name}" for origin in installed_plugins()]

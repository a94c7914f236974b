"""Can a window open here? Asked before Qt, which would abort the process instead of saying why."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import re
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from vae_explorer.errors import VaeExplorerError

__all__ = ["NoDisplayError", "check_display", "reachable_displays"]

WITHOUT_WINDOW = "train, evaluate, encode, decode and interpolate need no window (see 'vae-explorer --help')"
APT_PACKAGES = (  # what the plugins and the Qt libraries of the wheel want from a minimal Debian or Ubuntu
    "libegl1 libgl1 libdbus-1-3 libfontconfig1 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 "
    "libxcb-keysyms1 libxcb-shape0 libwayland-cursor0 libwayland-egl1"
)
CONNECT_TIMEOUT_S = 2.0


class NoDisplayError(VaeExplorerError):
    """The window cannot open; the message names the commands that need none."""


def check_display(environment: Mapping[str, str] = os.environ) -> None:
    """Return if a window can open.

    Raises
    ------
    NoDisplayError
        If PySide6 is not installed, a system library of Qt is missing, or (Linux) no display can be reached.
    """
    package = importlib.util.find_spec("PySide6")
    if package is None or not package.submodule_search_locations:
        raise NoDisplayError(
            "The window needs PySide6, which is not installed: 'pip install PySide6-Essentials' adds it; "
            f"{WITHOUT_WINDOW}."
        )
    if not sys.platform.startswith("linux"):
        return
    chosen = environment.get("QT_QPA_PLATFORM", "")
    platforms = (
        [word.split(":")[0] for word in chosen.split(";")] if chosen else reachable_displays(environment)
    )
    pyside = Path(next(iter(package.submodule_search_locations)))
    problems = [problem for platform in platforms if (problem := _missing_library(pyside, platform))]
    if len(problems) == len(platforms):  # Qt takes the first platform that works
        raise NoDisplayError(problems[0])


def reachable_displays(environment: Mapping[str, str]) -> list[str]:
    """Qt's names of the platforms whose display answers, best first: "wayland", "xcb".

    Raises
    ------
    NoDisplayError
        If no display is named, or none that is named answers.
    """
    wayland, x11 = environment.get("WAYLAND_DISPLAY", ""), environment.get("DISPLAY", "")
    if not wayland and not x11:
        raise NoDisplayError(f"There is no display to open the window on; {WITHOUT_WINDOW}.")
    found = []
    if wayland and _answers(Path(environment.get("XDG_RUNTIME_DIR", "/run/user"), wayland)):
        found.append("wayland")
    if x11 and _x11_answers(x11):
        found.append("xcb")
    if not found:
        raise NoDisplayError(f"The display '{x11 or wayland}' does not answer; {WITHOUT_WINDOW}.")
    return found


def _missing_library(pyside: Path, platform: str) -> str | None:
    """Load the platform's plugin alone: the loader says which of its libraries is missing."""
    plugins = sorted((pyside / "Qt" / "plugins" / "platforms").glob(f"libq{platform}*.so"))
    for plugin in plugins[:1]:  # none: a Qt of the distribution, which brings its own libraries
        try:
            ctypes.CDLL(str(plugin))
        except OSError as error:
            missing = re.match(r"(\S+?\.so[\w.]*): cannot open", str(error))
            what = f"the system library {missing[1]}" if missing else f"system libraries ({error})"
            return (
                f"The window needs {what}, which is missing here: on Debian or Ubuntu "
                f"'apt install {APT_PACKAGES}' brings all that Qt needs; {WITHOUT_WINDOW}."
            )
    return None


def _x11_answers(display: str) -> bool:
    match = re.fullmatch(r"(?:(?P<host>[^:]*)|(?P<path>/.*)):(?P<number>\d+)(?:\.\d+)?", display)
    if match is None:
        return Path(display).exists() and _answers(Path(display))
    host, number = match["host"] or "", int(match["number"])
    if host.startswith("/"):  # XQuartz: the socket's own path
        return True
    if host in ("", "unix"):
        name = f"/tmp/.X11-unix/X{number}"
        return _answers(Path(name)) or _answers("\0" + name)
    try:
        with socket.create_connection((host, 6000 + number), CONNECT_TIMEOUT_S):
            return True
    except OSError:
        return False


def _answers(address: Path | str) -> bool:
    """Whether a Unix socket accepts; a leading NUL names an abstract one."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(CONNECT_TIMEOUT_S)
        try:
            connection.connect(str(address))
        except OSError:
            return False
    return True

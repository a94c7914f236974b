"""The window's command: what it opens, and the words when no window can open. Qt itself is not needed."""

from __future__ import annotations

import socket
import subprocess
import sys
import types
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

import pytest

from vae_explorer.cli.display import NoDisplayError, check_display, reachable_displays

ROOT = Path(__file__).resolve().parents[2]
linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="displays are named so on Linux")


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path | None, Path | None]]:
    """What the window was asked to open; the window itself is a fake that ends with exit code 0."""
    calls: list[tuple[Path | None, Path | None]] = []

    def launch(run: Path | None = None, folder: Path | None = None) -> int:
        calls.append((run, folder))
        return 0

    window = types.ModuleType("vae_explorer.ui.launch")
    window.launch = launch  # type: ignore[attr-defined]  # a fake module
    monkeypatch.setitem(sys.modules, "vae_explorer.ui.launch", window)
    monkeypatch.setattr("vae_explorer.cli.window.check_display", lambda: None)
    return calls


def test_that_no_argument_opens_the_window_alone(program: Any, opened: list[Any]) -> None:
    assert program().code == 0
    assert program("gui").code == 0
    assert opened == [(None, None), (None, None)]


@pytest.mark.parametrize("arguments", [[], ["gui"]])
def test_that_the_window_alone_loads_no_other_command(arguments: list[str]) -> None:
    code = (
        "import sys, types\n"
        "from vae_explorer.cli import main, window\n"
        "window.check_display = lambda: None\n"
        "fake = types.ModuleType('vae_explorer.ui.launch')\n"
        "fake.launch = lambda run, folder: 5\n"
        "sys.modules['vae_explorer.ui.launch'] = fake\n"
        "assert main(sys.argv[1:]) == 5\n"
        "assert not {'typer', 'pydantic', 'vae_explorer.cli.app'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr


def test_that_an_interrupted_window_ends_with_130(
    program: Any, opened: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(run: object, folder: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(sys.modules["vae_explorer.ui.launch"], "launch", interrupted)
    answer = program()
    assert answer.code == 130
    assert answer.err == "Stopped.\n"


def test_that_a_run_is_opened_by_either_spelling(program: Any, opened: list[Any], trained: Path) -> None:
    for arguments in (["--run", trained], ["gui", "--run", trained], [trained]):
        assert program(*arguments).code == 0
    assert opened == [(trained, None)] * 3


def test_that_a_folder_of_pictures_is_handed_over(program: Any, opened: list[Any], tmp_path: Path) -> None:
    assert program(tmp_path).code == 0
    assert opened == [(None, tmp_path)]


@pytest.mark.parametrize("arguments", [["--run", "nothing"], ["nothing"], ["--run", "."]])
def test_that_nothing_to_open_is_said_before_the_window_shows(
    program: Any, opened: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = program(*arguments)
    assert answer.code == 2
    assert len(answer.err.splitlines()) == 1
    assert opened == []


def test_that_the_windows_exit_code_is_the_programs(
    program: Any, opened: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["vae_explorer.ui.launch"], "launch", lambda run, folder: 3)
    assert program().code == 3


@linux_only
def test_that_no_display_is_said_with_the_commands_that_need_none(
    program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with_qt(monkeypatch, Path("/nowhere"))
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    answer = program()
    assert answer.code == 2
    assert "There is no display" in answer.err
    assert "train, evaluate, encode, decode and interpolate need no window" in answer.err
    assert len(answer.err.splitlines()) == 1


@linux_only
@pytest.mark.parametrize(
    "environment",
    [
        {"DISPLAY": ":987"},
        {"DISPLAY": "localhost:0.0"},
        {"WAYLAND_DISPLAY": "wayland-9"},
        {"DISPLAY": "nonsense"},
    ],
)
def test_that_a_display_that_does_not_answer_is_said(environment: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(NoDisplayError, match="does not answer"):
        reachable_displays({"XDG_RUNTIME_DIR": str(tmp_path)} | environment)


@linux_only
def test_that_a_display_that_answers_is_taken_wayland_first(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as wayland, socket.socket(socket.AF_UNIX) as x11:
        wayland.bind(str(tmp_path / "wayland-0"))
        wayland.listen()
        x11.bind("\0/tmp/.X11-unix/X98765")
        x11.listen()
        both = {"WAYLAND_DISPLAY": "wayland-0", "XDG_RUNTIME_DIR": str(tmp_path), "DISPLAY": ":98765"}
        assert reachable_displays(both) == ["wayland", "xcb"]
        assert reachable_displays(both | {"WAYLAND_DISPLAY": "gone"}) == ["xcb"]
        assert reachable_displays({"DISPLAY": ":98765.0"}) == ["xcb"]


def test_that_a_missing_pyside_is_said_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(NoDisplayError, match="pip install PySide6-Essentials"):
        check_display({})


@linux_only
def test_that_a_missing_system_library_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _with_qt(monkeypatch, tmp_path)

    def missing(name: str) -> None:
        raise OSError("libxcb-cursor.so.0: cannot open shared object file: No such file or directory")

    monkeypatch.setattr("ctypes.CDLL", missing)
    with pytest.raises(NoDisplayError, match=r"the system library libxcb-cursor\.so\.0, which is missing"):
        check_display({"QT_QPA_PLATFORM": "xcb"})


@linux_only
def test_that_one_working_platform_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _with_qt(monkeypatch, tmp_path)
    (tmp_path / "Qt" / "plugins" / "platforms" / "libqwayland.so").touch()

    def wayland_is_missing(name: str) -> None:
        if "wayland" in name:
            raise OSError("libwayland-cursor.so.0: cannot open shared object file: No such file or directory")

    monkeypatch.setattr("ctypes.CDLL", wayland_is_missing)
    check_display({"QT_QPA_PLATFORM": "wayland;xcb"})
    with pytest.raises(NoDisplayError, match="libwayland-cursor"):
        check_display({"QT_QPA_PLATFORM": "wayland"})


@linux_only
def test_that_an_offscreen_window_needs_no_display(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _with_qt(monkeypatch, tmp_path)
    monkeypatch.setattr("ctypes.CDLL", lambda name: None)
    check_display({"QT_QPA_PLATFORM": "offscreen"})


def _with_qt(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """As if PySide6 lay in `folder`, with an xcb plugin if that can be written."""
    spec = ModuleSpec("PySide6", None, is_package=True)
    spec.submodule_search_locations = [str(folder)]
    monkeypatch.setattr("importlib.util.find_spec", lambda name: spec)
    if folder.is_dir():
        plugins = folder / "Qt" / "plugins" / "platforms"
        plugins.mkdir(parents=True)
        (plugins / "libqxcb.so").touch()

"""The program as a whole: default command, help, exit codes, streams, what is imported."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from vae_explorer import __version__
from vae_explorer.cli import program as program_module
from vae_explorer.cli.app import COMMANDS, with_default_command
from vae_explorer.cli.environment import prepare_environment

ROOT = Path(__file__).resolve().parents[2]


def _python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    everything = os.environ | {"PYTHONPATH": str(ROOT)} | environment
    return subprocess.run(
        [sys.executable, *arguments],
        env=everything,
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
    )


def test_that_all_commands_are_listed_with_examples(program: Any) -> None:
    answer = program("--help")
    assert answer.code == 0
    assert answer.err == ""
    for command in ("gui", "train", "evaluate", "encode", "decode", "interpolate", "models", "runs"):
        assert command in answer.out
        assert command in COMMANDS
    assert "vae-explorer train --data digits" in answer.out


@pytest.mark.parametrize("command", COMMANDS)
def test_that_every_command_explains_itself_with_an_example(program: Any, command: str) -> None:
    answer = program(command, "-h")
    assert answer.code == 0
    example = "vae-explorer" if command == "gui" else f"vae-explorer {command}"
    assert any(line.strip().startswith(example) for line in answer.out.splitlines())


def test_that_the_version_is_printed(program: Any) -> None:
    assert program("--version").out.strip() == f"vae-explorer {__version__}"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], ["gui"]),
        (["pictures"], ["gui", "pictures"]),
        (["--run", "R"], ["gui", "--run", "R"]),
        (["train", "--help"], ["train", "--help"]),
        (["gui", "pictures"], ["gui", "pictures"]),
        (["--help"], ["--help"]),
        (["--version"], ["--version"]),
        (["--install-completion=bash"], ["--install-completion=bash"]),
    ],
)
def test_that_the_window_is_the_default_command(arguments: list[str], expected: list[str]) -> None:
    assert with_default_command(arguments) == expected


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["--foo"], "'vae-explorer --help'"),
        (["--json", "runs"], "'vae-explorer runs --help'"),
        (["models", "--foo"], "'vae-explorer models --help'"),
        (["gui", "--foo"], "'vae-explorer gui --help'"),
    ],
)
def test_that_an_unknown_option_leads_to_the_help_of_its_command(
    program: Any, words: list[str], hint: str
) -> None:
    answer = program(*words)
    assert answer.code == 2
    assert answer.err.endswith(f"See {hint}.\n")


def test_that_a_mistyped_command_is_answered_with_the_right_one(program: Any) -> None:
    answer = program("trian")
    assert answer.code == 2
    assert "did you mean 'vae-explorer train'?" in answer.err


@pytest.mark.parametrize(
    "arguments", [["--help"], ["train", "--help"], ["train", "--epochs", "0"], ["decode", "x"]]
)
def test_that_help_and_errors_load_neither_torch_nor_qt(arguments: list[str]) -> None:
    code = (
        "import sys; from vae_explorer.cli import main; main(sys.argv[1:])\n"
        "heavy = {'torch', 'torchvision', 'sklearn', 'PySide6', 'pyqtgraph', 'imageio_ffmpeg'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    done = _python("-c", code, *arguments)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("start", [["-m", "vae_explorer"], [str(ROOT / "main.py")]])
def test_that_both_ways_to_start_pass_on_arguments_streams_and_exit_code(start: list[str]) -> None:
    done = _python(*start, "train", "--epochs", "0")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.splitlines() == ["Error: --epochs must be at least 1, got 0."]


def test_that_an_ascii_terminal_is_no_reason_to_fail(trained: Path, tmp_path: Path) -> None:
    shutil.copytree(trained, tmp_path / "runs" / "mine")
    done = _python("-m", "vae_explorer", "runs", PYTHONIOENCODING="ascii", VAE_EXPLORER_HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "?ELBO" in done.stdout  # the minus sign is lost, the table is not


@pytest.mark.skipif(sys.platform == "win32", reason="pipes break differently on Windows")
def test_that_a_reader_that_leaves_early_ends_the_program_quietly() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "vae_explorer", "models", "--json"],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    error = process.stderr.read()
    process.stderr.close()
    assert process.wait() == 1
    assert error == b""


def test_that_a_defect_keeps_its_traceback(program: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(run: object, step: object, label: object) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr("vae_explorer.cli.pictures._explorer", broken)
    with pytest.raises(ZeroDivisionError):
        program("decode", "R", "--z", "1,2", "--out", "a.png")


def test_that_torch_is_told_to_let_idle_threads_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_WAIT_POLICY")
    monkeypatch.setenv("GOMP_SPINCOUNT", "7")
    prepare_environment()
    assert os.environ["OMP_WAIT_POLICY"] == "PASSIVE"
    assert os.environ["GOMP_SPINCOUNT"] == "7"
    monkeypatch.setenv("OMP_WAIT_POLICY", "PASSIVE")


def test_that_they_sleep_at_once_in_commands_that_do_not_train(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {}
    for command in ("train", "sweep", "gui", "evaluate", "--version"):
        monkeypatch.delenv("GOMP_SPINCOUNT")
        prepare_environment(command)
        found[command] = int(os.environ["GOMP_SPINCOUNT"])
    assert found["train"] == found["sweep"] == found["gui"] > found["evaluate"] == found["--version"]
    monkeypatch.setenv("GOMP_SPINCOUNT", "0")


def test_that_an_interrupted_command_ends_with_130(program: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(run: object, step: object, label: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("vae_explorer.cli.pictures._explorer", interrupted)
    answer = program("decode", "R", "--z", "1,2", "--out", "a.png")
    assert answer.code == program_module.EXIT_INTERRUPTED == 130
    assert answer.err == "Stopped.\n"

"""A built wheel, installed into an empty environment and started from another folder, has all it needs."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The console script of an environment that holds the wheel, and of the dependencies only a path."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    windows = os.name == "nt"
    scripts = folder / ("Scripts" if windows else "bin")
    python = scripts / ("python.exe" if windows else "python")
    purelib = Path(
        subprocess.check_output(
            [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True
        ).strip()
    )
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index",
         str(wheel)],
        check=True,
    )  # fmt: skip
    # The test environment's packages, without its .pth files: an editable install of ours stays out of sight.
    (purelib / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return scripts / ("vae-explorer.exe" if windows else "vae-explorer")


def run(program: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    return subprocess.run(
        [str(program), *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_that_models_and_resources_travel_inside_the_wheel(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for wanted in ("_resources/styles/app.qss", "_resources/icons/pin.svg", "_models/blooms-2d/run.json"):
        assert f"vae_explorer/{wanted}" in names


def test_that_every_shipped_model_is_small(wheel: Path) -> None:
    sizes: dict[str, int] = {}
    for info in zipfile.ZipFile(wheel).infolist():
        if "/_models/" in info.filename and info.filename.count("/") > 2:
            name = info.filename.split("/")[2]
            sizes[name] = sizes.get(name, 0) + info.file_size
    assert {"blooms-2d", "digits-2d", "mnist-2d", "mnist-10d"} <= sizes.keys()
    assert max(sizes.values()) <= 2 * 1024 * 1024, sizes


def test_that_the_installed_program_finds_its_models_from_another_folder(
    program: Path, tmp_path: Path
) -> None:
    done = run(program, tmp_path, "decode", "blooms-2d", "--z", "0.5,-1.2", "--out", "a.png", "--json")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "a.png").stat().st_size > 100
    assert isinstance(json.loads(done.stdout.splitlines()[-1]), dict)


@pytest.mark.skipif(importlib.util.find_spec("PySide6") is None, reason="the window needs Qt")
def test_that_the_installed_window_opens_from_another_folder(program: Path, tmp_path: Path) -> None:
    python = program.parent / ("python.exe" if os.name == "nt" else "python")
    code = (
        "import sys; from PySide6.QtCore import QTimer; from vae_explorer.ui import app\n"
        "QTimer.singleShot(0, lambda: None)\n"
        "a = app.make_application([]); QTimer.singleShot(1500, a.closeAllWindows); sys.exit(app.run_gui())"
    )
    done = run(python, tmp_path, "-c", code)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr

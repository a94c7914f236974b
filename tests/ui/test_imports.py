"""The window's modules import without an application, a display or torch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

UI = Path(__file__).resolve().parents[2] / "vae_explorer" / "ui"

CODE = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
from PySide6.QtGui import QGuiApplication
assert QGuiApplication.instance() is None
print("torch" in sys.modules)
"""


def test_that_every_module_imports_before_the_application_and_without_torch() -> None:
    root = UI.parents[1]
    names = [
        ".".join(path.relative_to(root).with_suffix("").parts)
        for path in sorted(UI.rglob("*.py"))
        if path.name != "__init__.py"
    ]
    done = subprocess.run(
        [sys.executable, "-c", CODE, *names], capture_output=True, text=True, cwd=root, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "False", "torch takes a second to import; the window must show before it"


UNNEEDED = (
    "pyqtgraph",
    "superqt",
    "qtpy",
    "scipy",
    "sklearn",
    "torchvision",
    "imageio",
    "ssl",
    "typer",
    "rich",
    "PIL",
    "numpy.ma",
    "vae_explorer.ui.panels.sweep_panel",  # and whatever else is behind another tab
)


def test_that_the_window_shows_without_what_it_does_not_need_for_it() -> None:
    code = f"import sys, vae_explorer.ui.app; print([name for name in {UNNEEDED} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=UI.parents[1], check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"

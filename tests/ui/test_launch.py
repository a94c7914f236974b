"""The first moment of the window's process: torch's libraries load aside, its modules stay for later."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

LIBRARIES = """
import sys
from vae_explorer.ui.torch_libraries import load_torchs_libraries
thread = load_torchs_libraries()
thread.join()
print("torch" in sys.modules, "libtorch_cpu" in open("/proc/self/maps").read())
import torch
print(float(torch.ones(3).sum()), load_torchs_libraries())
"""

SOURCES = """
import linecache, sys
from vae_explorer.ui.launch import import_qt
import_qt()
import vae_explorer.ui.app
print(sum("vae_explorer" in path or "numpy" in path for path in linecache.cache))
from PySide6.QtCore import QObject, Signal
class Speaker(QObject):
    spoke = Signal(str)
    def setMood(self, mood): self.mood = mood
speaker = Speaker()
speaker.spoke.connect(speaker.setMood)
speaker.spoke.emit("good")
print(speaker.mood, speaker.objectName() == "")
"""


def said_by(code: str) -> list[str]:
    """Words that a fresh process running `code` prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads what is loaded from /proc")
def test_that_torchs_libraries_are_loaded_before_torch_is_imported() -> None:
    assert said_by(LIBRARIES) == ["False", "True", "3.0", "None"]


def test_that_importing_after_qt_reads_no_sources_and_qt_works_as_ever() -> None:
    assert said_by(SOURCES) == ["0", "good", "True"]

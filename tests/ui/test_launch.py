"""The first moment of the window's process: torch's libraries load aside, its modules stay for later."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CODE = """
import sys
from vae_explorer.ui.launch import take_head_start
thread = take_head_start()
thread.join()
print("torch" in sys.modules, "libtorch_cpu" in open("/proc/self/maps").read())
import torch
print(float(torch.ones(3).sum()))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads what is loaded from /proc")
def test_that_torchs_libraries_are_loaded_before_torch_is_imported() -> None:
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, cwd=root, check=False)
    assert done.stdout.split() == ["False", "True", "3.0"], done.stderr

"""An idle-looking window must live: reference-counting faults of the bindings show only after seconds."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.soak
def test_that_the_window_lives_through_fifteen_seconds_of_updates(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", str(Path(__file__).with_name("soak_window.py"))],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr

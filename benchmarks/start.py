"""``start``: from the start of the process to the painted window, and to the first decode under the mouse."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

from benchmarks.rows import Row

__all__ = ["run"]

BARE = "import PySide6.QtWidgets as w; a = w.QApplication([]); b = w.QWidget(); b.show(); a.processEvents()"


def run(name: str, *, quick: bool) -> list[Row]:
    """Rows of ``start``; the first start of the series, whose files may not be in memory yet, is told apart."""
    starts = [_start() for _ in range(3 if quick else 7)]
    bare = [_seconds([sys.executable, "-c", BARE]) for _ in range(3)]
    cold, warm = starts[0], starts[1:]
    cases = (("window painted", 1.0, 0.6), ("first decode under the mouse", 3.5, 2.5))
    return [
        Row(
            name,
            case,
            sorted(series[k] for series in warm)[len(warm) // 2],
            "s",
            must=must,
            aim=aim,
            better="lower",
            samples=tuple(series[k] for series in warm),
            note=f"shipped model; the first start of the series took {cold[k]:.2f} s; a bare Qt window and the end of its "
            f"process {sorted(bare)[1]:.2f} s",
        )
        for k, (case, must, aim) in enumerate(cases)
    ]


def _start() -> tuple[float, float]:
    """Seconds to the painted window and to the first decode after a move of the mouse."""
    command = [sys.executable, "-c", "from benchmarks.start import probe; probe()"]
    environment = {**os.environ, "VAE_EXPLORER_STARTED": repr(time.time())}
    environment.pop("OMP_NUM_THREADS", None)
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, text=True)
    window, decoded = json.loads(done.stdout.strip().splitlines()[-1])
    return window, decoded


def probe() -> None:
    """In a fresh process: open the window, move the mouse over the map, print when each was there."""
    began = float(os.environ["VAE_EXPLORER_STARTED"])
    from benchmarks.window import Wanderer, open_window, pump_until

    window = open_window()
    painted = time.time() - began
    wanderer = Wanderer(window)
    pump_until(window.panels.map.view.isVisible)
    wanderer.move()
    pump_until(lambda: window.session.decoded is not None)
    decoded = time.time() - began
    print(json.dumps([painted, decoded]), flush=True)
    os._exit(0)  # closing is not what is measured


def _seconds(command: list[str]) -> float:
    begin = time.perf_counter()
    subprocess.run(command, check=True)
    return time.perf_counter() - begin

"""``sweep.json`` written, read back, and refused when it is damaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from vae_explorer.errors import RunError
from vae_explorer.runs.sweep_file import SWEEP_FILE, Sweep, SweepPoint, read_sweep, write_sweep


def _point(beta: float, rate: float = 1.0) -> SweepPoint:
    return SweepPoint(beta=beta, run=f"beta-{beta:g}", epochs=1, split="test", n_images=10, rate=rate,
                      rate_error=0.1, distortion=5.0, distortion_error=None)  # fmt: skip


def test_that_points_are_sorted_and_replaced_by_beta() -> None:
    sweep = Sweep().with_point(_point(2.0)).with_point(_point(0.5)).with_point(_point(2.0, rate=3.0))
    assert [(point.beta, point.rate) for point in sweep.points] == [(0.5, 1.0), (2.0, 3.0)]


def test_that_it_is_read_back(tmp_path: Path) -> None:
    assert read_sweep(tmp_path) is None
    sweep = Sweep(base="run", data="MNIST").with_point(_point(1.0))
    write_sweep(tmp_path, sweep)
    assert read_sweep(tmp_path) == sweep


def test_that_a_damaged_file_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / SWEEP_FILE).write_text("{")
    with pytest.raises(RunError, match="damaged"):
        read_sweep(tmp_path)

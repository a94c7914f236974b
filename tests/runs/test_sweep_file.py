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


def test_that_what_was_asked_for_and_has_no_point_is_missing() -> None:
    sweep = Sweep(betas=(0.5, 1.0, 2.0)).with_point(_point(1.0))
    assert sweep.missing == (0.5, 2.0)
    assert sweep.split == "test"
    assert Sweep().split is None


def test_that_a_file_of_an_older_version_is_read(tmp_path: Path) -> None:
    point = _point(1.0).model_dump_json(exclude={"step", "bound_error", "active_units"})
    text = f'{{"format": "vae-explorer sweep", "format_version": 1, "points": [{point}]}}'
    (tmp_path / SWEEP_FILE).write_text(text)
    sweep = read_sweep(tmp_path)
    assert sweep is not None
    assert (sweep.betas, sweep.epochs, sweep.current) == ((), None, None)
    assert sweep.points[0].bound == 6.0

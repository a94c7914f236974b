"""A sweep is found again from the run that it was begun with, from its own runs, and from runs like them."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from vae_explorer.data.image_set import ImageSet
from vae_explorer.data.spec import DataSpec
from vae_explorer.locations import sweeps_folder
from vae_explorer.runs.config import RunConfig
from vae_explorer.runs.folder import RunFolder
from vae_explorer.runs.sweep_file import Sweep, write_sweep
from vae_explorer.runs.sweep_folder import find_sweep, sweep_path, swept_name
from vae_explorer.vae.config import ObjectiveConfig

BASE = RunConfig(epochs=20)


def images(fingerprint: str = "a" * 16) -> ImageSet:
    return ImageSet("noise", np.zeros((4, 1, 8, 8), np.uint8), np.array([0, 0, 0, 1], np.uint8), fingerprint)


def run(path: Path, config: RunConfig = BASE, fingerprint: str = "a" * 16) -> RunFolder:
    return RunFolder.create(path, config, images(fingerprint))


def test_that_a_run_without_a_sweep_has_none_and_a_place_for_one(home: Path, tmp_path: Path) -> None:
    base = run(tmp_path / "mine")
    assert find_sweep(base) is None
    path = sweep_path(base, 5)
    assert path.parent == sweeps_folder() == home / "sweeps"
    assert path.name.startswith("mine-")
    assert path.name.endswith("-5-epochs")
    assert not path.exists()


def test_that_a_sweep_is_found_from_every_run_with_its_settings(home: Path, tmp_path: Path) -> None:
    base = run(tmp_path / "mine")
    path = sweep_path(base, 5)
    write_sweep(path, Sweep(base="mine", epochs=5))
    like = [
        BASE.model_copy(update={"objective": ObjectiveConfig(beta=4.0)}),
        BASE.model_copy(update={"epochs": 3, "device": "cpu", "n_threads": 1, "precision": "float32"}),
        BASE.model_copy(update={"data": DataSpec(source="digits")}),
    ]
    assert find_sweep(base) == path
    for k, config in enumerate(like):
        other = run(tmp_path / f"like-{k}", config)
        assert find_sweep(other) == path
        assert sweep_path(other, 5) == path
    unlike = [
        BASE.model_copy(update={"batch_size": 64}),
        BASE.model_copy(update={"objective": ObjectiveConfig(warmup_epochs=2.0)}),
    ]
    for k, config in enumerate(unlike):
        assert find_sweep(run(tmp_path / f"unlike-{k}", config)) is None
    assert find_sweep(run(tmp_path / "other-images", fingerprint="b" * 16)) is None


def test_that_another_number_of_epochs_is_another_sweep_and_the_newest_is_found(
    home: Path, tmp_path: Path
) -> None:
    base = run(tmp_path / "mine")
    five, six = sweep_path(base, 5), sweep_path(base, 6)
    assert five != six
    write_sweep(five, Sweep(epochs=5))
    write_sweep(six, Sweep(epochs=6))
    os.utime(six / "sweep.json", (1, 1))
    assert find_sweep(base) == five
    assert find_sweep(base, 6) == six
    assert find_sweep(base, 7) is None


def test_that_a_run_of_a_sweep_finds_the_one_around_it(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "made by the command line"
    inside = run(folder / "beta-2")
    write_sweep(folder, Sweep(base="mine", epochs=20))
    assert find_sweep(inside) == folder
    assert sweep_path(inside, 20) == folder
    assert sweep_path(inside, 7).name.startswith("mine-")  # named for the run that was swept
    assert swept_name(inside) == "mine"


@pytest.mark.parametrize("epochs", [1, 100])
def test_that_the_name_stays_short(home: Path, tmp_path: Path, epochs: int) -> None:
    base = run(tmp_path / ("long" * 20))
    assert len(sweep_path(base, epochs).name) < 60

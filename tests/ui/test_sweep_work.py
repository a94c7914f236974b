"""A sweep as the window runs it: trains, measures, keeps, and goes on where it was left; real training on noise."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from vae_explorer.data.image_set import ImageSet
from vae_explorer.errors import ConfigError, RunError
from vae_explorer.evaluation.rate_distortion import measure_point
from vae_explorer.runs.config import RunConfig
from vae_explorer.runs.folder import RunFolder
from vae_explorer.runs.sweep_file import Sweep, read_sweep, write_sweep
from vae_explorer.runs.sweep_folder import find_sweep, sweep_path
from vae_explorer.training.train import train
from vae_explorer.ui.sweep_work import (
    StoredSweep,
    SweepAdvanced,
    SweepGrown,
    SweepWish,
    SweepWorkEvent,
    compare,
    work_on,
)
from vae_explorer.vae.config import ModelConfig, ObjectiveConfig

CONFIG = RunConfig(
    model=ModelConfig(network="mlp", hidden=(8,)), epochs=2, batch_size=16, device="cpu", precision="float32",
    n_threads=1,
)  # fmt: skip


@pytest.fixture(scope="module")
def images() -> ImageSet:
    pixels = np.random.default_rng(0).integers(0, 256, (50, 1, 8, 8), dtype=np.uint8)
    return ImageSet("noise", pixels, np.repeat([0, 1, 2], [32, 8, 10]).astype(np.uint8), "noise")


@pytest.fixture
def base(home: Path, images: ImageSet) -> RunFolder:
    """A finished run."""
    run = RunFolder.create(home / "runs" / "mine", CONFIG, images)
    for _ in train(CONFIG, images, run):
        pass
    return run


def wish(base: RunFolder, images: ImageSet, *betas: float, epochs: int = 2) -> SweepWish:
    return SweepWish(base, images, betas, epochs)


def grown(events: list[SweepWorkEvent]) -> list[Sweep]:
    return [event.stored.sweep for event in events if isinstance(event, SweepGrown)]


def test_that_every_beta_becomes_a_point_and_the_run_is_measured_alike(
    base: RunFolder, images: ImageSet
) -> None:
    before = (base.path / "run.json").read_bytes()
    events = list(work_on(wish(base, images, 0.5, 2.0)))
    sweeps = grown(events)
    assert [len(sweep.points) for sweep in sweeps] == [0, 0, 1, 2]
    folder = sweep_path(base, 2)
    assert find_sweep(base) == folder
    stored = read_sweep(folder)
    assert stored == sweeps[-1]
    assert stored.missing == ()
    assert (stored.base, stored.data, stored.betas, stored.epochs) == ("mine", "noise", (0.5, 2.0), 2)
    current = stored.current
    assert current is not None
    assert current == measure_point(base.load_snapshot(), images, split=None, seed=0, device="cpu")
    assert {current.split, *(point.split for point in stored.points)} == {"test"}
    assert sorted(file.name for file in folder.iterdir()) == [
        "beta-0.5", "beta-2", "rate-distortion.csv", "rate-distortion.html", "sweep.json",
    ]  # fmt: skip
    assert (base.path / "run.json").read_bytes() == before
    shares = [event.fraction for event in events if isinstance(event, SweepAdvanced)]
    assert shares[-1] == 1.0
    assert all(0.0 <= share <= 1.0 for share in shares)


def test_that_a_sweep_that_was_left_within_a_run_goes_on_there(base: RunFolder, images: ImageSet) -> None:
    asked = wish(base, images, 0.5, 2.0)
    events = cast("Generator[SweepWorkEvent, None, None]", work_on(asked))
    for event in events:
        if isinstance(event, SweepAdvanced) and event.beta == 2.0:
            break
    events.close()
    folder = sweep_path(base, 2)
    left = read_sweep(folder)
    assert left is not None
    assert left.missing == (2.0,)
    finished = (folder / "beta-0.5" / "run.json").read_bytes()
    rest = list(work_on(asked))
    assert [len(sweep.points) for sweep in grown(rest)] == [
        1,
        2,
    ]  # neither this run nor 0.5 is measured again
    assert (folder / "beta-0.5" / "run.json").read_bytes() == finished
    assert RunFolder.open(folder / "beta-2").info.status == "finished"


def test_that_further_betas_join_the_curve(base: RunFolder, images: ImageSet) -> None:
    list(work_on(wish(base, images, 1.0)))
    last = grown(list(work_on(wish(base, images, 0.0, 1.0))))[-1]
    assert [point.beta for point in last.points] == [0.0, 1.0]


def test_that_a_damaged_sweep_and_a_model_without_a_beta_are_refused_in_words(
    base: RunFolder, images: ImageSet, home: Path
) -> None:
    folder = sweep_path(base, 2)
    folder.mkdir(parents=True)
    (folder / "sweep.json").write_text("{")
    with pytest.raises(RunError, match="damaged"):
        list(work_on(wish(base, images, 1.0)))
    plain = RunFolder.create(
        home / "plain", CONFIG.model_copy(update={"objective": ObjectiveConfig(name="autoencoder")}), images
    )
    with pytest.raises(ConfigError, match="no β"):
        list(work_on(wish(plain, images, 1.0)))


def test_that_another_run_is_compared_on_the_same_images_and_kept(
    base: RunFolder, images: ImageSet, tmp_path: Path
) -> None:
    point = measure_point(base.load_snapshot(), images, split=None, seed=0, device="cpu")
    of_training = point.model_copy(update={"split": "train"})
    stored = StoredSweep(tmp_path, Sweep(points=(of_training,)))
    write_sweep(tmp_path, stored.sweep)
    *_, last = compare(stored, base, images)
    assert last is not None
    current = last.stored.sweep.current
    assert current is not None
    assert (current.split, current.n_images) == ("train", 32)
    assert current.is_of(base, "train")
    assert not current.is_of(base, "test")
    assert read_sweep(tmp_path) == last.stored.sweep

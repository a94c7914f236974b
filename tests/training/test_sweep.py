"""A sweep over β: one run after another, left and taken up again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vae_explorer.data.image_set import ImageSet
from vae_explorer.errors import ConfigError, RunError
from vae_explorer.runs.config import RunConfig
from vae_explorer.training.events import EpochFinished
from vae_explorer.training.sweep import SweepEvent, SweepRunEnded, SweepTraining, plan_sweep, sweep
from vae_explorer.vae.config import ModelConfig, ObjectiveConfig

CONFIG = RunConfig(
    model=ModelConfig(network="mlp", hidden=(8,)), epochs=2, batch_size=16, device="cpu", precision="float32",
    n_threads=1,
)  # fmt: skip


@pytest.fixture
def images() -> ImageSet:
    """Noise."""
    pixels = np.random.default_rng(0).integers(0, 256, (40, 1, 8, 8), dtype=np.uint8)
    return ImageSet("noise", pixels, np.repeat([0, 1], [32, 8]).astype(np.uint8), "noise")


def _ended(events: list[SweepEvent]) -> list[SweepRunEnded]:
    return [event for event in events if isinstance(event, SweepRunEnded)]


def test_that_runs_differ_in_beta_alone(tmp_path: Path) -> None:
    planned = plan_sweep(CONFIG, [2.0, 0.5, 2.0], tmp_path)
    assert [path.name for path, _ in planned] == ["beta-0.5", "beta-2"]
    for _, config in planned:
        restored = config.objective.model_copy(update={"beta": CONFIG.objective.beta})
        assert config.model_copy(update={"objective": restored}) == CONFIG
    assert plan_sweep(CONFIG, [1.0], tmp_path, epochs=7)[0][1].epochs == 7


def test_that_every_run_is_trained_to_its_end(tmp_path: Path, images: ImageSet) -> None:
    ended = _ended(list(sweep(plan_sweep(CONFIG, [0.0, 1.0], tmp_path), images)))
    assert [(each.beta, each.found, each.is_finished) for each in ended] == [
        (0.0, False, True),
        (1.0, False, True),
    ]
    assert ended[1].run.info.config.objective.beta == 1.0


def test_that_lists_of_runs_tell_them_apart(tmp_path: Path, images: ImageSet) -> None:
    (ended,) = _ended(list(sweep(plan_sweep(CONFIG, [0.5], tmp_path), images, "Digits")))
    assert ended.run.info.title == "Digits, β = 0.5"


def test_that_a_sweep_that_was_left_goes_on_where_it_was(tmp_path: Path, images: ImageSet) -> None:
    planned = plan_sweep(CONFIG, [0.0, 1.0], tmp_path / "left")
    events = sweep(planned, images)
    for event in events:
        if isinstance(event, SweepTraining) and event.beta == 1.0 and isinstance(event.event, EpochFinished):
            break
    events.close()
    rest = list(sweep(planned, images))
    ended = _ended(rest)
    assert [each.found for each in ended] == [True, False]
    trained = [
        e.event.record.epoch
        for e in rest
        if isinstance(e, SweepTraining) and isinstance(e.event, EpochFinished)
    ]
    assert trained == [2]
    at_once = _ended(list(sweep(plan_sweep(CONFIG, [1.0], tmp_path / "whole"), images)))[0]
    assert ended[1].run.info.summary == at_once.run.info.summary


def test_that_a_folder_with_another_run_is_refused_before_anything_is_trained(
    tmp_path: Path, images: ImageSet
) -> None:
    list(sweep(plan_sweep(CONFIG, [1.0], tmp_path), images))
    other = CONFIG.model_copy(update={"batch_size": 8})
    with pytest.raises(RunError, match="beta-1 holds a run with other settings"):
        list(sweep(plan_sweep(other, [0.5, 1.0], tmp_path), images))
    assert not (tmp_path / "beta-0.5").exists()


def test_that_a_sweep_without_a_beta_is_refused(tmp_path: Path) -> None:
    plain = CONFIG.model_copy(update={"objective": ObjectiveConfig(name="autoencoder")})
    with pytest.raises(ConfigError, match="no β to sweep"):
        plan_sweep(plain, [1.0], tmp_path)
    with pytest.raises(ConfigError, match="from 0 to 1000, got -1"):
        plan_sweep(CONFIG, [-1.0], tmp_path)

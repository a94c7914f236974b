"""train(): events, learning, determinism, settings changed on the way, refusals."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from vae_explorer.data.image_set import ImageSet, Split
from vae_explorer.errors import ConfigError, DataError, DeviceError
from vae_explorer.runs.config import RunConfig
from vae_explorer.runs.history import EpochRecord
from vae_explorer.training.control import TrainControl
from vae_explorer.training.events import (
    EpochFinished,
    Finished,
    Progressed,
    SettingChanged,
    SnapshotTaken,
    Started,
    TrainingEvent,
)
from vae_explorer.training.pace import Pace
from vae_explorer.training.train import train
from vae_explorer.vae.config import ModelConfig, ObjectiveConfig
from vae_explorer.vae.losses import mean_losses
from vae_explorer.vae.model import model_from_weights
from vae_explorer.vae.pixels import Pixels

EVERY_STEP = Pace(progress_s=0.0, snapshot_s=1e9, save_s=1e9, autosave_s=1e9, cost_share=1.0)
ALWAYS = Pace(progress_s=0.0, snapshot_s=0.0, save_s=0.0, autosave_s=0.0, cost_share=float("inf"))


def _records(events: list[TrainingEvent]) -> list[EpochRecord]:
    """Epochs without their times, which differ from run to run."""
    return [e.record.model_copy(update={"seconds": 0.0}) for e in events if isinstance(e, EpochFinished)]


def test_that_events_come_in_order_and_tell_the_place(config: RunConfig, images: ImageSet) -> None:
    events = list(train(config, images, pace=EVERY_STEP))
    started, finished = events[0], events[-1]
    assert isinstance(started, Started)
    assert (started.n_train, started.steps_per_epoch, started.step, started.epoch) == (150, 5, 0, 0)
    assert started.device == "cpu"
    assert isinstance(finished, Finished)
    assert finished.snapshot.step == 15
    assert finished.snapshot.epoch == 3.0
    epochs = [e.record for e in events if isinstance(e, EpochFinished)]
    assert [(r.epoch, r.step) for r in epochs] == [(1, 5), (2, 10), (3, 15)]
    steps = [e for e in events if isinstance(e, Progressed)]
    fractions = [e.fraction for e in steps]
    assert fractions == sorted(fractions)
    assert {e.step for e in steps} == set(range(1, 16))
    assert all(e.images_per_s > 0 and e.remaining_s >= 0 for e in steps)
    assert isinstance(events[1], SnapshotTaken)
    assert events[1].snapshot.step == 0


def test_that_progress_losses_add_up_to_the_epoch(config: RunConfig, images: ImageSet) -> None:
    events = list(train(config, images, pace=EVERY_STEP))
    first = _records(events)[0]
    batches: dict[int, Progressed] = {}
    for event in events:
        if isinstance(event, Progressed) and event.step <= 5:
            batches.setdefault(event.step, event)
    sizes = np.array([32, 32, 32, 32, 22])
    recon = np.array([batches[step].losses.recon for step in range(1, 6)])
    assert first.train.recon == pytest.approx(float(recon @ sizes) / 150, rel=1e-6)


def test_that_training_learns(config: RunConfig, images: ImageSet) -> None:
    long = config.model_copy(update={"epochs": 30})
    epochs = _records(list(train(long, images)))
    assert epochs[0].validation is not None
    assert epochs[-1].validation is not None
    assert epochs[-1].train.elbo > epochs[0].train.elbo + 5
    assert epochs[-1].validation.elbo > epochs[0].validation.elbo + 5


def test_that_the_first_loss_is_that_of_the_seeded_weights_computed_apart(
    config: RunConfig, images: ImageSet
) -> None:
    """One batch with all images, no noise: recon of step 1 follows from the first snapshot alone."""
    plain = config.model_copy(
        update={"batch_size": 150, "objective": ObjectiveConfig(name="autoencoder"), "epochs": 1}
    )
    events = list(train(plain, images))
    first = next(e.snapshot for e in events if isinstance(e, SnapshotTaken))
    model = model_from_weights(first.model, first.objective, first.image_shape, first.weights)
    x = torch.from_numpy(images.images[images.indices(Split.TRAIN)]).float() / 255
    with torch.no_grad():
        expected = -model.likelihood.log_prob(x, model.decode(model.encode(x).mu)).mean().item()
    assert _records(events)[0].train.recon == pytest.approx(expected, rel=1e-5)
    assert _records(events)[0].train.kl == 0.0


def test_that_final_losses_are_those_of_the_final_snapshot(config: RunConfig, images: ImageSet) -> None:
    plain = config.model_copy(update={"objective": ObjectiveConfig(name="autoencoder")})
    finished = list(train(plain, images))[-1]
    assert isinstance(finished, Finished)
    snapshot = finished.snapshot
    model = model_from_weights(snapshot.model, snapshot.objective, snapshot.image_shape, snapshot.weights)
    pixels = Pixels(images.images, torch.device("cpu"))
    for split, losses in (
        (Split.TRAIN, finished.train),
        (Split.VALIDATION, finished.validation),
        (Split.TEST, finished.test),
    ):
        assert losses is not None
        expected = mean_losses(model, pixels, images.indices(split), 64, None)
        assert losses.recon == pytest.approx(expected.recon, rel=1e-5)


@pytest.mark.parametrize("network", ["mlp", "conv", "residual"])
def test_that_the_same_seed_repeats_every_loss_and_another_does_not(
    config: RunConfig, images: ImageSet, network: str
) -> None:
    model = ModelConfig.model_validate({"network": network, "hidden": (16,), "width": 4})
    config = config.model_copy(update={"model": model, "epochs": 2})
    first, again = list(train(config, images)), list(train(config, images))
    assert _records(first) == _records(again)
    assert isinstance(first[-1], Finished)
    assert isinstance(again[-1], Finished)
    for name, weight in first[-1].snapshot.weights.items():
        assert torch.equal(weight, again[-1].snapshot.weights[name])
    other = list(train(config.model_copy(update={"seed": 5}), images))
    assert _records(other)[0] != _records(first)[0]


def test_that_images_in_a_file_train_to_the_very_same_losses(
    tmp_path: Path, config: RunConfig, images: ImageSet
) -> None:
    np.save(tmp_path / "images.npy", images.images)
    mapped = replace(images, images=np.load(tmp_path / "images.npy", mmap_mode="r"))
    assert _records(list(train(config, mapped))) == _records(list(train(config, images)))


def test_that_watching_closely_changes_nothing(config: RunConfig, images: ImageSet) -> None:
    seldom = Pace(progress_s=1e9, snapshot_s=1e9)
    assert _records(list(train(config, images, pace=seldom))) == _records(
        list(train(config, images, pace=ALWAYS))
    )


def test_that_the_global_generator_is_untouched(config: RunConfig, images: ImageSet) -> None:
    before = torch.random.get_rng_state()
    list(train(config, images))
    assert torch.equal(before, torch.random.get_rng_state())


def test_that_published_snapshots_do_not_change_any_more(config: RunConfig, images: ImageSet) -> None:
    kept = []
    for event in train(config, images, pace=ALWAYS):
        if isinstance(event, SnapshotTaken):
            kept.append((event.snapshot, {n: t.clone() for n, t in event.snapshot.weights.items()}))
    assert len(kept) > 5
    for snapshot, copies in kept:
        assert all(torch.equal(snapshot.weights[name], copy) for name, copy in copies.items())
        assert not any(t.requires_grad for t in snapshot.weights.values())


def test_that_beta_and_learning_rate_change_from_the_next_step_and_are_marked(
    config: RunConfig, images: ImageSet
) -> None:
    control = TrainControl()
    events: list[TrainingEvent] = []
    for event in train(config, images, control=control, pace=EVERY_STEP):
        events.append(event)
        if isinstance(event, EpochFinished) and event.record.epoch == 1:
            control.set_beta(3.0)
            control.set_learning_rate(0.002)
    changed = [e for e in events if isinstance(e, SettingChanged)]
    assert [(e.step, e.epoch, e.name, e.value) for e in changed] == [
        (5, 1.0, "beta", 3.0),
        (5, 1.0, "learning_rate", 0.002),
    ]
    epochs = _records(events)
    assert [(r.beta, r.learning_rate) for r in epochs] == [(1.0, 0.01), (3.0, 0.002), (3.0, 0.002)]
    assert epochs[1] != _records(list(train(config, images)))[1]
    assert epochs[0] == _records(list(train(config, images)))[0]


def test_that_a_change_to_the_present_value_is_no_change(config: RunConfig, images: ImageSet) -> None:
    control = TrainControl()
    control.set_beta(config.objective.beta)
    control.set_learning_rate(config.learning_rate)
    events = list(train(config, images, control=control))
    assert not [e for e in events if isinstance(e, SettingChanged)]


def test_that_beta_warms_up_over_epochs_with_decimals(config: RunConfig, images: ImageSet) -> None:
    objective = ObjectiveConfig(beta=2.0, warmup_epochs=1.6)  # 8 steps of 5 an epoch
    warm = config.model_copy(update={"objective": objective})
    events = list(train(warm, images, pace=EVERY_STEP))
    beta = {e.step: e.beta for e in events if isinstance(e, Progressed)}
    assert [beta[step] for step in (1, 4, 7, 8, 15)] == pytest.approx([0.25, 1.0, 1.75, 2.0, 2.0])


def test_that_a_slow_consumer_is_a_pause_that_costs_no_training_time(
    config: RunConfig, images: ImageSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock is replaced by one that ticks 1 ms a look; the consumer lets an hour pass at each event."""
    now = itertools.count(0.0, 0.001)
    slept = 0.0
    monkeypatch.setattr("vae_explorer.training.pace.time.perf_counter", lambda: next(now) + slept)
    seconds = []
    for event in train(config, images, pace=EVERY_STEP):
        slept += 3600.0
        if isinstance(event, EpochFinished):
            seconds.append(event.record.seconds)
    assert len(seconds) == 3
    assert all(0 < s < 1 for s in seconds)


def test_that_progress_comes_at_most_as_often_as_asked(
    config: RunConfig, images: ImageSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = itertools.count(0.0, 0.001)
    monkeypatch.setattr("vae_explorer.training.pace.time.perf_counter", lambda: next(now))
    long = config.model_copy(update={"epochs": 40})
    events = list(train(long, images, pace=Pace(progress_s=0.05, snapshot_s=0.2)))
    seconds = next(now)
    n_progressed = sum(isinstance(e, Progressed) for e in events)
    n_snapshots = sum(isinstance(e, SnapshotTaken) for e in events)
    assert 5 <= n_progressed <= seconds / 0.05 + 1
    assert 3 <= n_snapshots <= seconds / 0.2 + 3  # and the first, that of epoch 1, and the last


def test_that_a_set_without_validation_and_test_trains(config: RunConfig, images: ImageSet) -> None:
    alone = replace(images, split=np.zeros(200, np.uint8))
    events = list(train(config, alone))
    assert all(r.validation is None for r in _records(events))
    assert isinstance(events[-1], Finished)
    assert events[-1].validation is None
    assert events[-1].test is None


def test_that_a_batch_larger_than_the_set_is_one_step(config: RunConfig, images: ImageSet) -> None:
    events = list(train(config.model_copy(update={"batch_size": 4096}), images))
    assert isinstance(events[0], Started)
    assert events[0].steps_per_epoch == 1
    assert isinstance(events[-1], Finished)


def test_that_a_set_without_training_images_is_refused_in_words(config: RunConfig, images: ImageSet) -> None:
    none = replace(images, split=np.ones(200, np.uint8))
    with pytest.raises(DataError, match="no training images"):
        list(train(config, none))


def test_that_a_device_that_is_not_there_is_refused_with_what_there_is(
    config: RunConfig, images: ImageSet
) -> None:
    with pytest.raises(DeviceError, match=r"cuda:77.*choose auto.* or cpu"):
        list(train(config.model_copy(update={"device": "cuda:77"}), images))


@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf"), 1e9])
def test_that_impossible_settings_are_refused_where_they_are_made(value: float) -> None:
    control = TrainControl()
    with pytest.raises(ConfigError, match="choose a number"):
        control.set_beta(value)
    with pytest.raises(ConfigError, match="choose a number"):
        control.set_learning_rate(value)
    assert control.take() is None

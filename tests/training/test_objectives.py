"""Every objective, prior and posterior in a training: finite losses, exact resume, labels, history."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from vae_explorer.data.image_set import ImageSet, Split
from vae_explorer.errors import ConfigError
from vae_explorer.runs.config import RunConfig
from vae_explorer.runs.folder import RunFolder
from vae_explorer.training.choice import choose_execution
from vae_explorer.training.events import EpochFinished, Finished, Progressed
from vae_explorer.training.execution import PLAIN
from vae_explorer.training.labels import balanced
from vae_explorer.training.pace import Pace
from vae_explorer.training.train import train
from vae_explorer.training.trainer import Trainer
from vae_explorer.vae.config import OBJECTIVE_SETTINGS, ModelConfig, ObjectiveConfig
from vae_explorer.vae.priors import VampPrior

EVERY_STEP = Pace(progress_s=0.0, snapshot_s=1e9, save_s=1e9, autosave_s=1e9, cost_share=1.0)
CPU = torch.device("cpu")

KINDS: dict[str, dict[str, Any]] = {  # what a person can choose, small; Any: fields of both configs
    **{name: {"name": name} for name in OBJECTIVE_SETTINGS},
    "factor": {"name": "factor", "discriminator_width": 8},
    "iwae-dreg": {"name": "iwae", "n_samples": 3, "dreg": True},
    "cyclical": {"warmup_epochs": 0.5, "cycle_epochs": 1.0},
    "m2": {"name": "m2", "n_labels": 6},
    "mixture": {"prior": "mixture", "components": 4},
    "vamp": {"prior": "vamp", "components": 4},
    "iaf": {"posterior": "iaf"},
    "iaf-vamp-free-bits": {"posterior": "iaf", "prior": "vamp", "components": 4, "name": "free-bits"},
    "conditional": {"conditional": True},
    "conditional-vamp": {"conditional": True, "prior": "vamp", "components": 4},
    "conditional-autoencoder": {"conditional": True, "name": "autoencoder"},
    "m2-vamp-iaf": {"name": "m2", "n_labels": 6, "prior": "vamp", "components": 4, "posterior": "iaf"},
}


@pytest.fixture
def labelled(images: ImageSet) -> ImageSet:
    """The blobs with three classes: where their brightest column is."""
    column = images.images[:, 0].sum(1, dtype=np.int64).argmax(1)
    labels = np.clip((column - 1) // 3, 0, 2).astype(np.int64)
    return replace(images, labels=labels, class_names=("left", "middle", "right"))


def _config(config: RunConfig, kind: str) -> RunConfig:
    chosen = KINDS[kind]
    model = {name: value for name, value in chosen.items() if name in ModelConfig.model_fields}
    objective = {name: value for name, value in chosen.items() if name in ObjectiveConfig.model_fields}
    return config.model_copy(
        update={
            "model": config.model.model_copy(update=model),
            "objective": ObjectiveConfig.model_validate(objective),
            "epochs": 2,
        }
    )


def _finished(events: list[object]) -> Finished:
    assert isinstance(events[-1], Finished)
    return events[-1]


@pytest.mark.parametrize("kind", KINDS)
def test_that_it_trains_to_finite_losses_and_resumes_bit_by_bit(
    tmp_path: Path, config: RunConfig, labelled: ImageSet, kind: str
) -> None:
    config = _config(config, kind)
    expected = _finished(list(train(config, labelled)))
    assert math.isfinite(expected.train.elbo)
    run = RunFolder.create(tmp_path / "run", config, labelled)
    events = train(config, labelled, run, pace=EVERY_STEP)
    for event in events:
        if isinstance(event, Progressed) and event.step == 3:
            break
    events.close()  # type: ignore[attr-defined]  # a generator, typed as an iterator
    reopened = RunFolder.open(run.path)
    assert reopened.info.config.objective == config.objective
    again = _finished(list(train(config, labelled, reopened)))
    assert (again.train, again.validation, again.test) == (expected.train, expected.validation, expected.test)
    for name, weight in expected.snapshot.weights.items():
        assert torch.equal(weight, again.snapshot.weights[name]), name
    loaded = reopened.load_snapshot()
    assert loaded.model.n_classes == (3 if loaded.model.conditional else 0)


@pytest.mark.parametrize("kind", ["factor", "m2", "iwae-dreg", "conditional", "vamp", "iaf"])
def test_that_the_probe_for_precision_can_train_it(
    config: RunConfig, labelled: ImageSet, kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VAE_EXPLORER_HOME", str(tmp_path))
    monkeypatch.setattr("vae_explorer.training.probe.NEGLIGIBLE_S", 0.0)
    monkeypatch.setattr("vae_explorer.training.probe.TURN_S", 1e-6)
    trainer = Trainer(_config(config, kind), labelled, CPU)
    execution = choose_execution(trainer.config, labelled.image_shape, CPU)
    assert execution.precision in ("float32", "bfloat16")
    rounded = replace(PLAIN, precision="bfloat16")
    low = Trainer(_config(config, kind), labelled, CPU, rounded)
    for _ in range(3):
        low.train_step()
    assert low.is_finite()


@pytest.mark.parametrize("kind", ["vae", "iwae-dreg", "denoising", "conditional-vamp", "mixture", "iaf"])
def test_that_parts_of_a_batch_make_the_same_kind_of_step(
    config: RunConfig, labelled: ImageSet, kind: str
) -> None:
    """Other noise, so other numbers, but the same size of losses and finite weights."""
    whole = Trainer(_config(config, kind), labelled, CPU)
    parts = Trainer(_config(config, kind), labelled, CPU, replace(PLAIN, n_threads=2, sharing="batch"))
    assert whole.objective.is_mean_over_images
    for trainer in (whole, parts):
        for _ in range(5):
            trainer.train_step()
        trainer.close()
    assert parts.is_finite()
    assert sum(parts.sums()) == pytest.approx(sum(whole.sums()), rel=0.02)


def test_that_the_discriminator_is_part_of_the_state(config: RunConfig, labelled: ImageSet) -> None:
    trainer = Trainer(_config(config, "factor"), labelled, CPU)
    for _ in range(3):
        trainer.train_step()
    state = trainer.state()
    assert state is not None
    assert any(name.startswith("adversary.") for name in state.tensors)
    assert any(name.startswith("adversary_adam.") for name in state.tensors)
    fresh = Trainer(_config(config, "factor"), labelled, CPU)
    assert fresh.adversary is not None
    before = {name: tensor.clone() for name, tensor in fresh.adversary.state_dict().items()}
    fresh.restore(state)
    for name, tensor in fresh.adversary.state_dict().items():
        assert torch.equal(tensor, state.tensors[f"adversary.{name}"])
        assert not torch.equal(tensor, before[name])


def test_that_further_terms_are_means_over_the_epoch(config: RunConfig, labelled: ImageSet) -> None:
    records = [
        event.record
        for event in train(_config(config, "tcvae"), labelled)
        if isinstance(event, EpochFinished)
    ]
    for record in records:
        extra = record.train.extra
        assert set(extra) == {"tc", "mi", "dwkl"}
        assert sum(extra.values()) == pytest.approx(record.train.kl, rel=1e-4)


@pytest.mark.parametrize("kind", ["tcvae", "m2", "capacity"])
def test_that_further_terms_of_progress_add_up_to_the_epoch(
    config: RunConfig, labelled: ImageSet, kind: str
) -> None:
    sums: dict[str, float] = {}
    step = n_images = 0
    n_epochs = 0
    for event in train(_config(config, kind), labelled, pace=EVERY_STEP):
        if isinstance(event, Progressed) and event.step > step:
            n = 32 if event.step % 5 else 150 - 4 * 32
            step, n_images = event.step, n_images + n
            for name, value in event.losses.extra.items():
                sums[name] = sums.get(name, 0.0) + n * value
        elif isinstance(event, EpochFinished):
            assert n_images == 150
            assert {name: total / 150 for name, total in sums.items()} == pytest.approx(
                event.record.train.extra
            )
            sums, n_images, n_epochs = {}, 0, n_epochs + 1
    assert n_epochs == 2


def test_that_pseudo_inputs_begin_as_different_training_images(config: RunConfig, labelled: ImageSet) -> None:
    trainer = Trainer(_config(config, "vamp"), labelled, CPU)
    prior = trainer.model.prior
    assert isinstance(prior, VampPrior)
    train_images = labelled.images[labelled.indices(Split.TRAIN)].astype(np.float32) / 255
    starts = (prior.pseudo_inputs.detach().numpy() - 0.02) / 0.96
    distance = np.abs(train_images[:, None] - starts).max((2, 3, 4))  # (N, K)
    assert (distance.min(0) < 1e-5).all()
    assert len(set(distance.argmin(0))) == len(starts)


def test_that_semi_supervised_training_sees_as_many_labels_of_each_class_as_asked_and_no_others(
    config: RunConfig, labelled: ImageSet
) -> None:
    trainer = Trainer(_config(config, "m2"), labelled, CPU)
    known = trainer.labels.known
    assert labelled.labels is not None
    assert np.bincount(labelled.labels[known]).tolist() == [2, 2, 2]
    assert np.isin(known, labelled.indices(Split.TRAIN)).all()
    hidden = labelled.labels.copy()
    rest = np.setdiff1d(labelled.indices(Split.TRAIN), known)
    hidden[rest] = (hidden[rest] + 1) % 3  # wrong labels must not matter
    other = Trainer(_config(config, "m2"), labelled, CPU)
    other.labels._labels = torch.from_numpy(hidden)
    for each in (trainer, other):
        for _ in range(3):
            each.train_step()
    for one, two in zip(trainer.model.parameters(), other.model.parameters(), strict=True):
        assert torch.equal(one, two)


def test_that_balanced_labels_are_seeded_and_even() -> None:
    labels = np.repeat(np.arange(4), [50, 3, 20, 30]).astype(np.int64)
    index = np.arange(len(labels), dtype=np.int64)
    chosen = balanced(labels, index, 18, seed=1)
    assert np.bincount(labels[chosen]).tolist() == [5, 3, 5, 5]
    assert np.array_equal(chosen, balanced(labels, index, 18, seed=1))
    assert not np.array_equal(chosen, balanced(labels, index, 18, seed=2))
    with pytest.raises(ConfigError, match="--labels must be from 4, one a class"):
        balanced(labels, index, 3, seed=0)


def test_that_accuracy_is_reported_and_beats_chance(config: RunConfig, labelled: ImageSet) -> None:
    config = _config(config, "m2").model_copy(update={"epochs": 12})
    objective = config.objective.model_copy(update={"n_labels": 60, "alpha": 20.0})
    finished = _finished(list(train(config.model_copy(update={"objective": objective}), labelled)))
    assert finished.validation is not None
    assert finished.validation.accuracy is not None
    assert finished.validation.accuracy > 0.7
    assert labelled.labels is not None
    assert np.bincount(labelled.labels).max() / len(labelled) < 0.6  # what a guess of the largest class gets


@pytest.mark.parametrize("kind", ["m2", "conditional"])
def test_that_pictures_without_classes_are_refused_in_words(
    tmp_path: Path, config: RunConfig, images: ImageSet, kind: str
) -> None:
    config = _config(config, kind)
    with pytest.raises(ConfigError, match="needs pictures of at least two known classes"):
        RunFolder.create(tmp_path / "run", config, images)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("name", ["tcvae", "dip-i", "dip-ii"])
def test_that_objectives_of_gaussian_marginals_refuse_a_flow(
    config: RunConfig, images: ImageSet, name: str
) -> None:
    model = config.model.model_copy(update={"posterior": "iaf"})
    objective = ObjectiveConfig.model_validate({"name": name})
    with pytest.raises(ConfigError, match="choose --posterior gaussian"):
        list(train(config.model_copy(update={"model": model, "objective": objective}), images))


def test_that_a_run_goes_on_with_the_settings_of_its_objective_alone(
    tmp_path: Path, config: RunConfig, labelled: ImageSet
) -> None:
    config = _config(config, "free-bits")
    run = RunFolder.create(tmp_path / "run", config, labelled)
    list(train(config, labelled, run))
    changed = config.objective.model_copy(update={"free_bits": 3.0})
    with pytest.raises(ConfigError, match="cannot go on with another setting of the objective"):
        list(train(config.model_copy(update={"objective": changed, "epochs": 3}), labelled, run))

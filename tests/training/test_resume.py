"""Run folders of a training: exact resume from anywhere, divergence, refusals."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from vae_explorer.data.image_set import ImageSet
from vae_explorer.errors import ConfigError, RunError
from vae_explorer.runs.config import RunConfig
from vae_explorer.runs.folder import RunFolder
from vae_explorer.runs.history import EpochRecord
from vae_explorer.training.control import TrainControl
from vae_explorer.training.events import (
    Diverged,
    EpochFinished,
    Finished,
    Progressed,
    SettingChanged,
    SnapshotTaken,
    Started,
)
from vae_explorer.training.pace import Pace
from vae_explorer.training.train import train
from vae_explorer.vae.config import ModelConfig, ObjectiveConfig

EVERY_STEP = Pace(progress_s=0.0, snapshot_s=1e9, save_s=1e9, autosave_s=1e9, cost_share=1.0)
SAVE_ALWAYS = Pace(progress_s=0.0, snapshot_s=0.0, save_s=0.0, autosave_s=0.0, cost_share=float("inf"))
TIMELESS = {"seconds": 0.0}


def _run(tmp_path: Path, config: RunConfig, images: ImageSet) -> RunFolder:
    return RunFolder.create(tmp_path / "run", config, images)


def _records(run: RunFolder) -> list[EpochRecord]:
    return [record.model_copy(update=TIMELESS) for record in run.history().epochs]


def _uninterrupted(config: RunConfig, images: ImageSet) -> tuple[list[EpochRecord], Finished]:
    events = list(train(config, images))
    finished = events[-1]
    assert isinstance(finished, Finished)
    epochs = [e.record.model_copy(update=TIMELESS) for e in events if isinstance(e, EpochFinished)]
    return epochs, finished


def _train_until(step: int, config: RunConfig, images: ImageSet, run: RunFolder) -> None:
    events = train(config, images, run, pace=EVERY_STEP)
    for event in events:
        if isinstance(event, Progressed) and event.step == step:
            break
    events.close()  # type: ignore[attr-defined]  # a generator, typed as an iterator


def _assert_same(finished: Finished, expected: Finished) -> None:
    assert (finished.train, finished.validation, finished.test) == (
        expected.train,
        expected.validation,
        expected.test,
    )
    for name, weight in expected.snapshot.weights.items():
        assert torch.equal(weight, finished.snapshot.weights[name]), name


def test_that_a_finished_run_lies_in_its_folder(tmp_path: Path, config: RunConfig, images: ImageSet) -> None:
    run = _run(tmp_path, config, images)
    finished = list(train(config, images, run))[-1]
    opened = RunFolder.open(run.path)
    assert isinstance(finished, Finished)
    assert opened.info.status == "finished"
    assert opened.info.summary is not None
    assert opened.info.summary.test == finished.test
    assert opened.info.machine is not None
    assert opened.info.machine.n_threads == torch.get_num_threads()
    assert len(opened.history().epochs) == 3
    snapshot = opened.load_snapshot()
    assert snapshot.step == 15
    for name, weight in finished.snapshot.weights.items():
        assert torch.equal(weight, snapshot.weights[name])


@pytest.mark.parametrize("network", ["mlp", "conv", "residual"])
@pytest.mark.parametrize("likelihood", ["bernoulli", "gaussian-learned"])
def test_that_a_run_stopped_mid_epoch_resumes_to_the_very_same_losses(
    tmp_path: Path, config: RunConfig, images: ImageSet, network: str, likelihood: str
) -> None:
    model = ModelConfig.model_validate(
        {"network": network, "hidden": (16,), "width": 4, "likelihood": likelihood}
    )
    config = config.model_copy(update={"model": model, "objective": ObjectiveConfig(warmup_epochs=2.2)})
    epochs, expected = _uninterrupted(config, images)
    run = _run(tmp_path, config, images)
    _train_until(7, config, images, run)
    reopened = RunFolder.open(run.path)
    assert reopened.info.status == "stopped"
    assert reopened.load_snapshot().step == 7
    events = list(train(config, images, reopened))
    assert isinstance(events[0], Started)
    assert (events[0].step, events[0].epoch) == (7, 1)
    assert _records(reopened) == epochs
    assert isinstance(events[-1], Finished)
    _assert_same(events[-1], expected)


def test_that_a_run_stopped_at_every_single_step_ends_the_same(
    tmp_path: Path, config: RunConfig, images: ImageSet
) -> None:
    epochs, expected = _uninterrupted(config, images)
    run = _run(tmp_path, config, images)
    for step in range(1, 16):
        _train_until(step, config, images, RunFolder.open(run.path))
    events = list(train(config, images, RunFolder.open(run.path)))
    assert _records(RunFolder.open(run.path)) == epochs
    assert isinstance(events[-1], Finished)
    _assert_same(events[-1], expected)


def test_that_leaving_during_validation_repeats_only_the_validation(
    tmp_path: Path, config: RunConfig, images: ImageSet
) -> None:
    epochs, expected = _uninterrupted(config, images)
    run = _run(tmp_path, config, images)
    events = train(config, images, run, pace=EVERY_STEP)
    n_at_end = 0
    for event in events:  # the second report at step 5 comes from inside the validation pass
        n_at_end += isinstance(event, Progressed) and event.step == 5
        if n_at_end == 2:
            break
    events.close()  # type: ignore[attr-defined]  # a generator
    assert _records(run) == []
    rest = list(train(config, images, run))
    assert isinstance(rest[0], Started)
    assert (rest[0].step, rest[0].epoch) == (5, 0)
    assert _records(run) == epochs
    assert isinstance(rest[-1], Finished)
    _assert_same(rest[-1], expected)


def test_that_live_changes_survive_a_stop(tmp_path: Path, config: RunConfig, images: ImageSet) -> None:
    def train_with_changes(run: RunFolder, stop_after: int) -> None:
        control = TrainControl()
        events = train(config, images, run, control, pace=EVERY_STEP)
        for event in events:
            if isinstance(event, EpochFinished) and event.record.epoch == 1:
                control.set_beta(0.3)
                control.set_learning_rate(0.0123)
            if isinstance(event, Progressed) and event.step == stop_after:
                break
        events.close()  # type: ignore[attr-defined]  # a generator

    whole = RunFolder.create(tmp_path / "whole", config, images)
    train_with_changes(whole, -1)
    halves = RunFolder.create(tmp_path / "halves", config, images)
    train_with_changes(halves, 8)
    events = list(train(config, images, RunFolder.open(halves.path)))
    assert not [e for e in events if isinstance(e, SettingChanged)]
    assert _records(halves) == _records(whole)
    assert halves.history().marks == whole.history().marks
    assert len(whole.history().marks) == 2
    last = _records(halves)[-1]
    assert (last.beta, last.learning_rate) == (0.3, 0.0123)


def test_that_a_kill_between_any_two_files_resumes_exactly(
    tmp_path: Path, config: RunConfig, images: ImageSet
) -> None:
    """The folder is copied at every event, as a kill would leave it, and each copy is trained to its end."""
    epochs, expected = _uninterrupted(config, images)
    run = _run(tmp_path, config, images)
    copies = []
    for number, event in enumerate(train(config, images, run, pace=SAVE_ALWAYS)):
        if isinstance(event, (SnapshotTaken, EpochFinished)) and number % 3 == 0:
            copies.append(tmp_path / f"killed-{number}")
            shutil.copytree(run.path, copies[-1])
    assert len(copies) > 5
    for copy in copies:
        killed = RunFolder.open(copy)
        assert killed.info.status == "running"
        rest = list(train(config, images, killed))
        assert _records(killed) == epochs
        assert isinstance(rest[-1], Finished)
        _assert_same(rest[-1], expected)


def test_that_history_and_snapshots_newer_than_the_resume_state_are_dropped(
    tmp_path: Path, config: RunConfig, images: ImageSet
) -> None:
    """A kill after the snapshot and history were written, before the resume state was."""
    epochs, _ = _uninterrupted(config, images)
    run = _run(tmp_path, config, images)
    _train_until(3, config, images, run)
    older = (run.path / "resume.safetensors").read_bytes()
    _train_until(12, config, images, run)
    (run.path / "resume.safetensors").write_bytes(older)
    assert len(_records(run)) == 2
    list(train(config, images, run))
    assert _records(run) == epochs
    assert {3, 15} <= {ref.step for ref in run.snapshots()}


def test_that_more_epochs_go_on_where_a_finished_run_ended(
    tmp_path: Path, config: RunConfig, images: ImageSet
) -> None:
    run = _run(tmp_path, config, images)
    list(train(config, images, run))
    longer = config.model_copy(update={"epochs": 5})
    epochs, expected = _uninterrupted(longer, images)
    rest = list(train(longer, images, run))
    assert isinstance(rest[-1], Finished)
    _assert_same(rest[-1], expected)
    assert _records(run) == epochs
    assert RunFolder.open(run.path).info.config.epochs == 5


def test_that_a_resumed_run_may_take_a_new_beta_and_learning_rate(
    tmp_path: Path, config: RunConfig, images: ImageSet
) -> None:
    run = _run(tmp_path, config, images)
    _train_until(7, config, images, run)
    changed = config.model_copy(update={"learning_rate": 0.001, "objective": ObjectiveConfig(beta=2.0)})
    events = list(train(changed, images, run))
    marks = [(e.name, e.value, e.step) for e in events if isinstance(e, SettingChanged)]
    assert marks == [("beta", 2.0, 7), ("learning_rate", 0.001, 7)]
    assert _records(run)[-1].beta == 2.0


def test_that_other_pictures_or_another_model_are_refused_in_words(
    tmp_path: Path, config: RunConfig, images: ImageSet
) -> None:
    run = _run(tmp_path, config, images)
    with pytest.raises(RunError, match="trained on other pictures"):
        list(train(config, replace(images, fingerprint="blobs-2"), run))
    wider = config.model_copy(update={"model": ModelConfig(network="conv"), "seed": 9})
    with pytest.raises(ConfigError, match="another network and latent and seed"):
        list(train(wider, images, run))
    assert run.info.status == "stopped"


def test_that_a_resume_state_of_another_model_is_refused_in_words(
    tmp_path: Path, config: RunConfig, images: ImageSet
) -> None:
    run = _run(tmp_path, config, images)
    run.save_resume_state({"model.w": torch.zeros(3)}, {"step": 1})
    before = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    with pytest.raises(RunError, match="cannot be resumed"):
        list(train(config, images, run))
    after = {path: path.read_bytes() for path in before}
    assert after == before  # nothing is overwritten by a training that could not begin


def test_that_a_damaged_resume_state_is_refused_and_left_as_it_is(
    tmp_path: Path, config: RunConfig, images: ImageSet
) -> None:
    run = _run(tmp_path, config, images)
    _train_until(4, config, images, run)
    damaged = run.path / "resume.safetensors"
    damaged.write_bytes(damaged.read_bytes()[:-9])
    before = damaged.read_bytes()
    with pytest.raises(RunError, match=r"resume\.safetensors is damaged"):
        list(train(config, images, RunFolder.open(run.path)))
    assert damaged.read_bytes() == before
    assert RunFolder.open(run.path).load_snapshot().step == 4


def test_that_a_loss_that_is_not_finite_ends_the_run_with_the_last_good_weights(
    tmp_path: Path, config: RunConfig, images: ImageSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Step 8 leaves infinite weights behind, as an overflowing gradient does."""
    from vae_explorer.training.trainer import Trainer

    step_of = Trainer.train_step

    def exploding(trainer: Trainer) -> None:
        step_of(trainer)
        if trainer.step == 8:
            with torch.no_grad():
                next(trainer.model.parameters()).fill_(float("inf"))

    monkeypatch.setattr(Trainer, "train_step", exploding)
    run = _run(tmp_path, config, images)
    events = list(train(config, images, run, pace=SAVE_ALWAYS))
    diverged = events[-1]
    assert isinstance(diverged, Diverged)
    assert diverged.snapshot.step == 7
    assert "step 7" in diverged.message
    assert all(np.isfinite(w.numpy()).all() for w in diverged.snapshot.weights.values())
    opened = RunFolder.open(run.path)
    assert opened.info.status == "diverged"
    newest = opened.load_snapshot()
    assert newest.step == 7
    for name, weight in diverged.snapshot.weights.items():
        assert torch.equal(weight, newest.weights[name])
    monkeypatch.undo()
    epochs, expected = _uninterrupted(config, images)
    rest = list(train(config, images, opened))  # from the last good state training can go on
    assert isinstance(rest[-1], Finished)
    _assert_same(rest[-1], expected)
    assert _records(opened) == epochs


def test_that_a_loss_that_overflows_by_itself_is_noticed(config: RunConfig, images: ImageSet) -> None:
    """A real divergence: 1/σ² is more than float32 can hold."""
    wild = config.model_copy(
        update={"model": ModelConfig(network="conv", width=8, likelihood="gaussian", sigma=1e-25)}
    )
    events = list(train(wild, images))
    diverged = events[-1]
    assert isinstance(diverged, Diverged)
    assert "Try a smaller learning rate" in diverged.message
    assert all(bool(w.isfinite().all()) for w in diverged.snapshot.weights.values())


def test_that_a_wanted_snapshot_is_saved_at_once(tmp_path: Path, config: RunConfig, images: ImageSet) -> None:
    run = _run(tmp_path, config, images)
    control = TrainControl()
    saved = []
    for event in train(config, images, run, control, pace=EVERY_STEP):
        if isinstance(event, Progressed) and event.step == 2:
            control.request_snapshot()
        if isinstance(event, SnapshotTaken) and event.saved:
            saved.append(event.snapshot.step)
    assert saved == [0, 3, 5, 15]


def test_that_an_error_in_the_consumer_still_saves(
    tmp_path: Path, config: RunConfig, images: ImageSet
) -> None:
    run = _run(tmp_path, config, images)
    events = train(config, images, run, pace=EVERY_STEP)
    for event in events:
        if isinstance(event, Progressed) and event.step == 4:
            with pytest.raises(ZeroDivisionError):
                events.throw(ZeroDivisionError())  # type: ignore[attr-defined]  # a generator
            break
    opened = RunFolder.open(run.path)
    assert opened.info.status == "stopped"
    assert opened.load_snapshot().step == 4


def test_that_two_trainings_never_share_a_folder(tmp_path: Path, config: RunConfig, images: ImageSet) -> None:
    run = _run(tmp_path, config, images)
    first = train(config, images, run)
    next(first)
    with pytest.raises(RunError, match="being trained already"):
        list(train(config, images, RunFolder.open(run.path)))
    assert isinstance(list(first)[-1], Finished)
    more = config.model_copy(update={"epochs": 4})
    assert isinstance(list(train(more, images, run))[-1], Finished)


def test_that_weights_half_written_at_a_kill_are_swept_away(
    tmp_path: Path, config: RunConfig, images: ImageSet
) -> None:
    run = _run(tmp_path, config, images)
    (run.path / "snapshots").mkdir()
    left = [
        run.path / ".resume.safetensors.k1ll3d.tmp",
        run.path / "snapshots" / ".step-0000000007.safetensors.k1ll3d.tmp",
    ]
    for file in left:
        file.write_bytes(b"half")
    kept = run.path / ".latents.npz.written-now.tmp"  # of the window, which holds no lock
    kept.touch()
    list(train(config, images, run))
    assert not any(file.exists() for file in left)
    assert kept.exists()


def _content(run: RunFolder) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}


@pytest.mark.parametrize(("planned", "stop_at", "asked"), [(3, 15, 3), (3, 15, 2), (9, 12, 1), (9, 12, 2)])
def test_that_fewer_epochs_than_were_done_change_nothing(
    tmp_path: Path, config: RunConfig, images: ImageSet, planned: int, stop_at: int, asked: int
) -> None:
    config = config.model_copy(update={"epochs": planned})
    run = _run(tmp_path, config, images)
    if planned == 3:
        list(train(config, images, run))
    else:
        _train_until(stop_at, config, images, run)
    before = _content(run)
    with pytest.raises(ConfigError, match=rf"has done {stop_at // 5} epochs already.*not {asked}\."):
        list(train(config.model_copy(update={"epochs": asked}), images, RunFolder.open(run.path)))
    assert _content(run) == before


def test_that_a_run_cut_off_in_its_final_figures_still_gets_them(
    tmp_path: Path, config: RunConfig, images: ImageSet
) -> None:
    _, expected = _uninterrupted(config, images)
    run = _run(tmp_path, config, images)
    events = train(config, images, run, pace=EVERY_STEP)
    for event in events:
        if isinstance(event, EpochFinished) and event.record.epoch == 3:
            break
    events.close()  # type: ignore[attr-defined]  # a generator
    assert RunFolder.open(run.path).info.status == "stopped"
    rest = list(train(config, images, RunFolder.open(run.path)))
    assert isinstance(rest[-1], Finished)
    _assert_same(rest[-1], expected)


def test_that_a_shipped_model_is_never_trained_on(
    tmp_path: Path, config: RunConfig, images: ImageSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = _run(tmp_path, config, images)
    before = _content(run)
    monkeypatch.setattr("vae_explorer.runs.folder.models_folder", lambda: tmp_path)
    with pytest.raises(RunError, match="ships with the program and cannot be trained on; train a new run"):
        list(train(config, images, run))
    assert _content(run) == before


def test_that_a_trained_run_without_its_state_is_not_trained_over(
    tmp_path: Path, config: RunConfig, images: ImageSet
) -> None:
    run = _run(tmp_path, config, images)
    _train_until(7, config, images, run)
    (run.path / "resume.safetensors").unlink()
    before = _content(run)
    with pytest.raises(RunError, match="holds no state to go on from"):
        list(train(config, images, RunFolder.open(run.path)))
    assert _content(run) == before

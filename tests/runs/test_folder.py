"""Run folders: round trips, refusals in words for every kind of damage, nothing lost by a kill."""

from __future__ import annotations

import json
import os
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from vae_explorer.data.image_set import ImageSet
from vae_explorer.errors import RunError
from vae_explorer.runs import files
from vae_explorer.runs.config import RunConfig
from vae_explorer.runs.folder import RunFolder
from vae_explorer.runs.history import EpochRecord, History, Losses, SettingMark
from vae_explorer.runs.info import Machine, RunInfo, Summary
from vae_explorer.runs.snapshot import Snapshot
from vae_explorer.vae.config import ObjectiveConfig

CONFIG = RunConfig(epochs=3, seed=5)
LOSSES = Losses(recon=80.25, kl=25.125)


def _images() -> ImageSet:
    x = np.zeros((4, 1, 8, 8), dtype=np.uint8)
    return ImageSet("four", x, np.zeros(4, np.uint8), "abc", np.arange(4), ("a", "b", "c", "d"))


def _snapshot(step: int = 7, name: str = "r") -> Snapshot:
    weights = {"w": torch.arange(6.0).reshape(2, 3) / 7 + step, "b": torch.tensor(0.5)}
    return Snapshot(name, step, step / 2, CONFIG.model, CONFIG.objective, (1, 8, 8), weights)


def _run(tmp_path: Path) -> RunFolder:
    return RunFolder.create(tmp_path / "r", CONFIG, _images())


def test_that_a_run_opens_as_it_was_created(tmp_path: Path) -> None:
    created = _run(tmp_path)
    created.update(
        status="finished",
        summary=Summary(train=LOSSES, validation=None, test=LOSSES),
        machine=Machine(device="CPU · 1 thread", n_threads=1),
    )
    opened = RunFolder.open(tmp_path / "r")
    assert opened.info == created.info
    assert opened.info.config == CONFIG
    assert opened.info.data.class_names == ("a", "b", "c", "d")
    assert opened.name == opened.info.title == "r"
    assert torch.__version__.startswith(opened.info.versions["torch"])
    assert RunFolder.open(tmp_path / "r" / "run.json").path == opened.path


def test_that_updates_change_only_what_they_name(tmp_path: Path) -> None:
    run = _run(tmp_path)
    before = run.info
    run.update(title="Blooms", epochs=9)
    opened = RunFolder.open(run.path).info
    assert opened.title == "Blooms"
    assert opened.config.epochs == 9
    assert opened.model_copy(update={"title": before.title, "config": before.config}) == before


def test_that_history_survives_the_disk_exactly(tmp_path: Path) -> None:
    run = _run(tmp_path)
    assert run.history() == History()
    record = EpochRecord(
        epoch=1, step=9, train=LOSSES, validation=None, beta=0.1 + 0.2, learning_rate=1e-3, seconds=1 / 3
    )
    history = History(epochs=(record,), marks=(SettingMark(step=4, epoch=0.3, name="beta", value=2.0),))
    run.write_history(history)
    assert RunFolder.open(run.path).history() == history


def test_that_a_snapshot_loads_bit_for_bit_and_the_newest_by_default(tmp_path: Path) -> None:
    run = _run(tmp_path)
    for step in (3, 12, 7):
        run.save_snapshot(_snapshot(step))
    assert [ref.step for ref in run.snapshots()] == [3, 7, 12]
    loaded, newest = run.load_snapshot(7), run.load_snapshot()
    assert newest.step == 12
    original = _snapshot(7)
    assert (loaded.run_name, loaded.epoch, loaded.image_shape) == ("r", 3.5, (1, 8, 8))
    assert (loaded.model, loaded.objective) == (CONFIG.model, CONFIG.objective)
    assert loaded.weights.keys() == original.weights.keys()
    for name, tensor in original.weights.items():
        assert torch.equal(loaded.weights[name], tensor)


def test_that_a_half_precision_snapshot_is_smaller_and_loads_as_float32(tmp_path: Path) -> None:
    run = _run(tmp_path)
    snapshot = _snapshot()
    path = run.save_snapshot(snapshot, half=True).path
    loaded = run.load_snapshot().weights
    assert all(tensor.dtype == torch.float32 for tensor in loaded.values())
    torch.testing.assert_close(dict(loaded), dict(snapshot.weights), rtol=1e-3, atol=1e-3)
    half = path.stat().st_size
    assert half < run.save_snapshot(snapshot).path.stat().st_size


def test_that_long_runs_keep_few_snapshots(tmp_path: Path) -> None:
    run = _run(tmp_path)
    for step in range(0, 400, 5):
        run.save_snapshot(_snapshot(step))
    steps = [ref.step for ref in run.snapshots()]
    assert len(steps) <= 13
    assert steps[0] == 0
    assert steps[-3:] == [385, 390, 395]


def test_that_resume_state_and_latents_come_back(tmp_path: Path) -> None:
    run = _run(tmp_path)
    assert run.load_resume_state() is None
    assert run.load_latents() is None
    run.save_resume_state({"a": torch.arange(3)}, {"step": 4, "beta": 0.1})
    arrays = {"mu": np.random.default_rng(0).normal(size=(5, 2)).astype(np.float32), "step": np.array(4)}
    run.save_latents(arrays)
    state, latents = run.load_resume_state(), run.load_latents()
    assert state is not None
    assert latents is not None
    assert torch.equal(state.tensors["a"], torch.arange(3))
    assert state.meta == {"step": 4, "beta": 0.1}
    assert latents.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(latents[name], array)


def test_that_a_folder_in_use_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "novel.txt").write_text("chapter one")
    with pytest.raises(RunError, match="not empty"):
        _run(tmp_path)
    with pytest.raises(RunError, match="is a file"):
        RunFolder.create(tmp_path / "r" / "novel.txt", CONFIG, _images())


def test_that_foreign_and_missing_folders_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="nowhere does not exist; choose"):
        RunFolder.open(tmp_path / "nowhere")
    (tmp_path / "letter.txt").write_text("hello")
    with pytest.raises(RunError, match=r"letter\.txt is a file; choose"):
        RunFolder.open(tmp_path / "letter.txt")
    with pytest.raises(RunError, match="not a run folder"):
        RunFolder.open(tmp_path)
    (tmp_path / "run.json").write_text('{"name": "something else"}')
    with pytest.raises(RunError, match="not written by vae-explorer"):
        RunFolder.open(tmp_path)


def test_that_a_newer_format_asks_for_an_update(tmp_path: Path) -> None:
    run = _run(tmp_path)
    content = json.loads((run.path / "run.json").read_text())
    content |= {"format_version": 2, "surprise": True}
    (run.path / "run.json").write_text(json.dumps(content))
    with pytest.raises(RunError, match=r"newer vae-explorer.*update the program"):
        RunFolder.open(run.path)


def _filled(tmp_path: Path) -> RunFolder:
    run = _run(tmp_path)
    run.save_snapshot(_snapshot())
    run.save_resume_state({"a": torch.arange(300.0)}, {"step": 4})
    run.save_latents({"mu": np.random.default_rng(0).normal(size=(50, 2))})
    return run


def _read_everything(path: Path) -> None:
    run = RunFolder.open(path)
    run.history()
    run.load_snapshot()
    run.load_resume_state()
    run.load_latents()


FILES = (
    "run.json",
    "history.json",
    "snapshots/step-0000000007.safetensors",
    "resume.safetensors",
    "latents.npz",
)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", ["empty", "half", "noise", "pickle", "flip"])
def test_that_every_damaged_file_is_refused_in_words(
    tmp_path: Path, name: str, damage: str, expected_log: list[str]
) -> None:
    expected_log.append("damaged")
    run = _filled(tmp_path)
    _read_everything(run.path)
    path = run.path / name
    content = path.read_bytes()
    flipped = bytearray(content)
    flipped[len(content) // 2] ^= 0xFF
    path.write_bytes(
        {
            "empty": b"",
            "half": content[: len(content) // 2],
            "noise": np.random.default_rng(1).bytes(len(content)),
            "pickle": pickle.dumps({"weights": [1, 2, 3]}),
            "flip": bytes(flipped),
        }[damage]
    )
    with pytest.raises(RunError, match=r"damaged|not written by vae-explorer") as caught:
        _read_everything(run.path)
    assert path.name in str(caught.value)
    said = str(caught.value).removeprefix(str(path))
    assert not any(
        word in said for word in ("line", "column", "char", "Error", "(", "Invalid", "zip", "magic")
    )


@pytest.mark.parametrize("content", ["[]", "3", "null"])
def test_that_json_of_another_kind_is_refused_in_words(tmp_path: Path, content: str) -> None:
    run = _filled(tmp_path)
    (run.path / "history.json").write_text(content)
    with pytest.raises(RunError, match=r"history\.json is damaged: it holds no settings or records\.$"):
        run.history()


@pytest.mark.parametrize("name", ["run.json", "history.json"])
def test_that_a_missing_file_is_refused_in_words(tmp_path: Path, name: str) -> None:
    run = _filled(tmp_path)
    (run.path / name).unlink()
    with pytest.raises(RunError, match=name):
        _read_everything(run.path)


def test_that_arrays_with_python_objects_are_never_unpickled(tmp_path: Path) -> None:
    run = _filled(tmp_path)
    np.savez(run.path / "latents.npz", mu=np.array([{"a": 1}], dtype=object))
    with pytest.raises(RunError, match="damaged"):
        run.load_latents()


def test_that_tensors_of_another_program_are_refused(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    run = _filled(tmp_path)
    save_file({"w": torch.zeros(2)}, run.path / "snapshots" / "step-0000000007.safetensors")
    with pytest.raises(RunError, match="not written by vae-explorer"):
        files.read_tensors(run.path / "snapshots" / "step-0000000007.safetensors")


def test_that_an_older_snapshot_stands_in_for_a_damaged_newest_one(
    tmp_path: Path, expected_log: list[str]
) -> None:
    expected_log.append("damaged")
    run = _run(tmp_path)
    run.save_snapshot(_snapshot(7))
    newest = run.save_snapshot(_snapshot(9)).path
    newest.write_bytes(newest.read_bytes()[:100])
    assert run.load_snapshot().step == 7
    with pytest.raises(RunError, match="damaged"):
        run.load_snapshot(9)


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [("model", "latent_dim", 3), ("model", "likelihood", "gaussian"), ("objective", "name", "autoencoder")],
)
def test_that_weights_of_another_model_than_run_json_says_are_refused(
    tmp_path: Path, part: str, name: str, value: object
) -> None:
    run = _filled(tmp_path)
    content = json.loads((run.path / "run.json").read_text())
    content["config"][part][name] = value
    (run.path / "run.json").write_text(json.dumps(content))
    with pytest.raises(RunError, match=rf"run\.json and the snapshot of step 7 disagree.*is {value} in one"):
        RunFolder.open(run.path).load_snapshot()


def test_that_weights_for_images_of_another_size_are_refused(tmp_path: Path) -> None:
    run = _run(tmp_path)
    run.save_snapshot(replace(_snapshot(), image_shape=(1, 8, 9)))
    with pytest.raises(RunError, match=r"disagree: image shape is \(1, 8, 8\) in one and \(1, 8, 9\)"):
        run.load_snapshot()


def test_that_another_beta_is_the_same_model(tmp_path: Path) -> None:
    run = _run(tmp_path)
    run.save_snapshot(replace(_snapshot(), objective=ObjectiveConfig(beta=4.0)))
    assert run.load_snapshot().objective.beta == 4.0


def test_that_a_run_without_weights_says_so(tmp_path: Path) -> None:
    run = _run(tmp_path)
    with pytest.raises(RunError, match="no weights to load"):
        run.load_snapshot()
    run.save_snapshot(_snapshot(7))
    with pytest.raises(RunError, match="no snapshot of step 8"):
        run.load_snapshot(8)


@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_that_a_kill_while_writing_leaves_the_last_good_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    run = _filled(tmp_path)

    class Killed(BaseException):
        pass

    def kill(*_: object) -> None:
        raise Killed

    if moment == "fsync":
        monkeypatch.setattr(os, "fsync", kill)
    else:
        monkeypatch.setattr(Path, "replace", kill)
    before = run.info
    for write in (
        lambda: run.update(title="new"),
        lambda: run.save_snapshot(_snapshot(7)),
        lambda: run.save_resume_state({"a": torch.zeros(1)}, {}),
        lambda: run.save_latents({"mu": np.zeros(3)}),
    ):
        with pytest.raises(Killed):
            write()
    monkeypatch.undo()
    opened = RunFolder.open(run.path)
    assert opened.info == before
    assert len(opened.snapshots()) == 1
    assert opened.load_snapshot().weights["b"] == 0.5
    _read_everything(run.path)


def test_that_a_full_disk_is_said_in_words_and_leaves_no_debris(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = _filled(tmp_path)
    before = sorted(run.path.rglob("*"))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RunError, match=r"cannot be written .*No space left"):
        run.save_latents({"mu": np.zeros(3)})
    assert sorted(run.path.rglob("*")) == before


def test_that_run_json_is_checked_field_by_field(tmp_path: Path) -> None:
    run = _run(tmp_path)
    content = json.loads((run.path / "run.json").read_text())
    content["config"]["epochs"] = -3
    (run.path / "run.json").write_text(json.dumps(content))
    with pytest.raises(RunError, match=r"damaged: config\.epochs"):
        RunFolder.open(run.path)
    assert RunInfo.model_fields["format_version"].default == 1


def test_that_shipped_and_read_only_runs_are_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = _run(tmp_path)
    assert run.is_writable()
    monkeypatch.setattr("vae_explorer.runs.folder.models_folder", lambda: tmp_path)
    assert not run.is_writable()
    monkeypatch.undo()
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert not run.is_writable()


def test_that_a_run_says_whether_training_can_go_on(tmp_path: Path) -> None:
    run = _run(tmp_path)
    assert not run.has_resume_state()
    run.save_resume_state({"a": torch.zeros(1)}, {})
    assert run.has_resume_state()

"""Files, data and training as the person drives them, without the window: real training on digits."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from vae_explorer.data.image_set import ImageSet
from vae_explorer.data.load import LoadEvent, load, load_now
from vae_explorer.data.spec import DataSpec
from vae_explorer.errors import DataError
from vae_explorer.locations import runs_folder
from vae_explorer.runs.config import RunConfig
from vae_explorer.runs.folder import RunFolder
from vae_explorer.runs.recent import recent_runs
from vae_explorer.training.train import train
from vae_explorer.ui import data_loader
from vae_explorer.ui.preferences import Preferences
from vae_explorer.ui.run_codes import are_pictures_of
from vae_explorer.ui.session import Session, TrainingState
from vae_explorer.ui.workspace import Workspace
from vae_explorer.vae.config import ModelConfig

WAIT_MS = 30_000


@pytest.fixture
def workspace(qtbot: QtBot, home: Path) -> Iterator[Workspace]:
    session = Session()
    workspace = Workspace(session, Preferences())
    yield workspace
    workspace.shut_down()


def session_of(workspace: Workspace) -> Session:
    return workspace._session


def small(epochs: int = 2, **model: object) -> RunConfig:
    return RunConfig(
        data=DataSpec(source="digits"),
        model=ModelConfig(network="mlp", hidden=(32,), latent_dim=2, **model),  # type: ignore[arg-type]
        epochs=epochs,
    )


def train_to_the_end(workspace: Workspace, qtbot: QtBot, config: RunConfig) -> RunFolder:
    with qtbot.waitSignal(workspace.training_ended, timeout=WAIT_MS):
        workspace.start_training(config)
    session = session_of(workspace)
    qtbot.waitUntil(lambda: session.encodings is not None and len(session.encodings) == 1797, timeout=WAIT_MS)
    assert workspace.run is not None
    return workspace.run


def test_that_training_loads_its_data_and_fills_the_map(workspace: Workspace, qtbot: QtBot) -> None:
    session = session_of(workspace)
    states: list[TrainingState] = []
    session.training_state_changed.connect(states.append)
    run = train_to_the_end(workspace, qtbot, small())
    assert states == [TrainingState.LOADING, TrainingState.RUNNING, TrainingState.IDLE]
    assert session.images is not None
    assert session.explorer is not None
    assert len(session.history.epochs) == 2
    assert run.info.status == "finished"
    assert [card.path for card in recent_runs(5)] == [run.path]


def test_that_an_opened_run_shows_what_training_left(workspace: Workspace, qtbot: QtBot) -> None:
    session = session_of(workspace)
    run = train_to_the_end(workspace, qtbot, small())
    qtbot.waitUntil(lambda: session.slow.is_idle, timeout=WAIT_MS)
    codes = session.encodings.mu
    session.replace_model("nothing", 0)
    workspace.open_run(run.path)
    qtbot.waitUntil(lambda: session.explorer is not None and session.images is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: session.encodings is not None, timeout=WAIT_MS)
    np.testing.assert_allclose(session.encodings.mu, codes, atol=1e-5)
    assert len(session.history.epochs) == 2


def test_that_pause_keeps_the_model_explorable_and_stop_leaves_a_run_that_continues(
    workspace: Workspace, qtbot: QtBot
) -> None:
    session = session_of(workspace)
    workspace.start_training(small(epochs=5_000))
    qtbot.waitUntil(lambda: session.explorer is not None, timeout=WAIT_MS)
    workspace.desk.pause()
    assert session.training_state is TrainingState.PAUSED
    with qtbot.waitSignal(session.decoded_changed, timeout=WAIT_MS):
        session.set_cursor([0.5, 0.5])
    workspace.desk.resume()
    with qtbot.waitSignal(workspace.training_ended, timeout=WAIT_MS):
        workspace.stop_training()
    assert workspace.is_resumable
    stopped_at = max((record.epoch for record in session.history.epochs), default=0)
    with qtbot.waitSignal(workspace.training_ended, timeout=WAIT_MS):
        workspace.continue_training(small(epochs=stopped_at + 2))
    assert session.history.epochs[-1].epoch == stopped_at + 2
    assert [record.epoch for record in session.history.epochs] == list(range(1, stopped_at + 3))


def test_that_a_change_of_beta_while_training_is_marked(workspace: Workspace, qtbot: QtBot) -> None:
    session = session_of(workspace)
    workspace.start_training(small(epochs=5_000))
    qtbot.waitUntil(lambda: session.explorer is not None, timeout=WAIT_MS)
    with qtbot.waitSignal(session.history_changed, timeout=WAIT_MS, check_params_cb=lambda h: bool(h.marks)):
        workspace.desk.set_beta(4.0)
    with qtbot.waitSignal(workspace.training_ended, timeout=WAIT_MS):
        workspace.stop_training()
    assert [(mark.name, mark.value) for mark in session.history.marks] == [("beta", 4.0)]


@pytest.mark.parametrize("damage", ["empty", "foreign", "truncated", "missing"])
def test_that_a_bad_run_folder_is_refused_in_words_and_the_screen_stays(
    workspace: Workspace, qtbot: QtBot, tmp_path: Path, damage: str
) -> None:
    session = session_of(workspace)
    session.replace_model("on screen", 2)
    folder = tmp_path / "bad"
    if damage != "missing":
        folder.mkdir()
    if damage == "foreign":
        (folder / "run.json").write_text('{"who": "somebody else"}', encoding="utf-8")
    if damage == "truncated":
        (folder / "run.json").write_text('{"format": "vae-explorer run", "conf', encoding="utf-8")
    with qtbot.waitSignal(session.problem, timeout=WAIT_MS) as problem:
        workspace.open_run(folder)
    sentence = problem.args[0]
    assert "bad" in sentence
    assert sentence.endswith(".")
    assert session.latent_dim == 2


def test_that_data_that_cannot_be_read_leaves_the_program_ready(
    workspace: Workspace, qtbot: QtBot, tmp_path: Path
) -> None:
    session = session_of(workspace)
    config = small().model_copy(update={"data": DataSpec(source="folder", path=tmp_path)})
    with qtbot.waitSignal(workspace.data.failed, timeout=WAIT_MS) as failed:
        workspace.start_training(config)
    assert failed.args[0]
    assert session.training_state is TrainingState.IDLE


def test_that_a_missing_set_asks_before_any_download(
    workspace: Workspace, qtbot: QtBot, tmp_path: Path
) -> None:
    with qtbot.waitSignal(workspace.data.download_wanted, timeout=WAIT_MS) as wanted:
        workspace.data.load(DataSpec(source="kmnist", data_root=tmp_path))
    assert wanted.args[1].size_mb > 0
    assert not any(tmp_path.iterdir())


def test_that_a_run_without_its_pictures_offers_them_and_takes_them_once_they_are_there(
    workspace: Workspace, qtbot: QtBot, tiny_mnist: Path
) -> None:
    session = session_of(workspace)
    data = DataSpec(source="mnist", data_root=tiny_mnist)
    with qtbot.waitSignal(workspace.training_ended, timeout=WAIT_MS):
        workspace.start_training(small().model_copy(update={"data": data}))
    qtbot.waitUntil(lambda: session.encodings is not None and session.slow.is_idle, timeout=WAIT_MS)
    run, codes = workspace.run, session.encodings
    assert run is not None
    assert codes.labels is not None
    qtbot.waitUntil(lambda: run.load_latents() is not None, timeout=WAIT_MS)
    elsewhere = tiny_mnist.rename(tiny_mnist.with_name("elsewhere"))
    with qtbot.waitSignal(workspace.pictures_missing, timeout=WAIT_MS) as missing:
        workspace.open_run(run.path)
    sentence, offer = missing.args
    assert (sentence, offer.source, offer.root) == ("", "mnist", tiny_mnist)
    assert session.images is None
    np.testing.assert_array_equal(session.encodings.labels, codes.labels)
    assert session.encodings.class_names == tuple("0123456789")
    workspace._preferences.data_root = elsewhere
    with qtbot.waitSignal(workspace.data.ready, timeout=WAIT_MS):
        workspace.load_run_images()
    assert session.images is not None
    assert session.images.fingerprint == run.info.data.fingerprint


def test_that_a_download_that_fails_says_why_and_stays_on_offer(
    workspace: Workspace, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vae_explorer.locations import models_folder

    def fail(*_: object) -> Iterator[object]:
        raise DataError("MNIST cannot be downloaded: there is no network.")
        yield

    monkeypatch.setattr("vae_explorer.data.download.download_set", fail)
    with qtbot.waitSignal(workspace.pictures_missing, timeout=WAIT_MS):
        workspace.open_run(models_folder() / "mnist-2d")
    with qtbot.waitSignal(workspace.pictures_missing, timeout=WAIT_MS) as missing:
        workspace.load_run_images(download=True)
    assert missing.args[0] == "MNIST cannot be downloaded: there is no network."
    assert missing.args[1].size_mb == pytest.approx(11.6)


def test_that_a_run_that_lost_its_folder_while_training_ends_in_words(
    workspace: Workspace, qtbot: QtBot, expected_log: list[str]
) -> None:
    session = session_of(workspace)
    workspace.start_training(small(epochs=5_000))
    qtbot.waitUntil(lambda: session.explorer is not None, timeout=WAIT_MS)
    run = workspace.run
    assert run is not None
    run.path.rename(run.path.with_name("taken away"))
    run.path.write_text("a file where the folder was", encoding="utf-8")
    expected_log.append("")
    with (
        qtbot.waitSignal(session.problem, timeout=WAIT_MS),
        qtbot.waitSignal(workspace.training_ended, timeout=WAIT_MS),
    ):
        workspace.stop_training()
    assert session.training_state is TrainingState.IDLE


def test_that_choosing_other_data_gives_up_a_training_that_waits_for_its_pictures(
    workspace: Workspace, qtbot: QtBot
) -> None:
    session = session_of(workspace)
    workspace.start_training(small())
    with qtbot.waitSignal(workspace.data.chosen, timeout=WAIT_MS):
        workspace.data.load(DataSpec(source="blooms", n_images=64))
    assert session.training_state is TrainingState.IDLE
    assert not workspace.is_training


def test_that_opening_a_run_gives_up_a_training_that_waits_for_its_pictures(
    workspace: Workspace, qtbot: QtBot
) -> None:
    session = session_of(workspace)
    run = train_to_the_end(workspace, qtbot, small())
    other = small().model_copy(update={"data": DataSpec(source="blooms", n_images=64)})
    workspace.start_training(other)
    with qtbot.waitSignal(workspace.run_opened, timeout=WAIT_MS):
        workspace.open_run(run.path)
    qtbot.waitUntil(lambda: session.images is not None, timeout=WAIT_MS)
    assert session.training_state is TrainingState.IDLE
    assert not workspace.is_training


def test_that_a_training_keeps_the_screen_from_a_run_that_was_still_being_opened(
    workspace: Workspace, qtbot: QtBot
) -> None:
    run = train_to_the_end(workspace, qtbot, small())
    session_of(workspace).slow.request("hold", lambda _: time.sleep(0.3), lambda _: None, priority=-20)
    workspace.open_run(run.path)
    with qtbot.waitSignal(workspace.training_ended, timeout=WAIT_MS):
        workspace.start_training(small())
    assert workspace.run is not None
    assert workspace.run.path != run.path


def test_that_pictures_of_the_run_before_that_come_late_are_not_kept_beside_those_of_a_training(
    workspace: Workspace, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = small(epochs=1).model_copy(update={"data": DataSpec(source="digits", n_images=200)})
    before = RunFolder.create(runs_folder() / "before", few, load_now(few.data))
    list(train(few, load_now(few.data), before))
    due = threading.Event()

    def load_late(spec: DataSpec, *, download: bool = False) -> Iterator[LoadEvent]:
        if spec == few.data:
            due.wait(WAIT_MS / 1000.0)
        return load(spec, download=download)

    monkeypatch.setattr(data_loader, "load", load_late)
    workspace.open_run(before.path)
    qtbot.waitUntil(lambda: workspace._pictures._loader.is_loading, timeout=WAIT_MS)
    shown: list[int] = []
    workspace.data.ready.connect(lambda images, _: (shown.append(len(images)), due.set()))
    with qtbot.waitSignal(workspace.training_ended, timeout=WAIT_MS):
        workspace.start_training(small(epochs=1))
    qtbot.waitUntil(lambda: not workspace._pictures._loader._runner.is_running, timeout=WAIT_MS)
    assert shown == [1797]
    assert workspace.data._images is session_of(workspace).images


def test_that_pictures_of_the_run_on_screen_that_gave_way_to_a_training_come_if_it_cannot_begin(
    workspace: Workspace, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    few = small(epochs=1).model_copy(update={"data": DataSpec(source="digits", n_images=200)})
    run = RunFolder.create(runs_folder() / "on screen", few, load_now(few.data))
    list(train(few, load_now(few.data), run))
    due = threading.Event()

    def load_late(spec: DataSpec, *, download: bool = False) -> Iterator[LoadEvent]:
        if spec == few.data:
            due.wait(WAIT_MS / 1000.0)
        return load(spec, download=download)

    monkeypatch.setattr(data_loader, "load", load_late)
    workspace.open_run(run.path)
    qtbot.waitUntil(lambda: workspace._pictures._loader.is_loading, timeout=WAIT_MS)
    absent = DataSpec(source="array", path=tmp_path / "absent.npy")
    with qtbot.waitSignal(workspace.data.failed, timeout=WAIT_MS):
        workspace.start_training(small().model_copy(update={"data": absent}))
    due.set()
    session = session_of(workspace)
    qtbot.waitUntil(lambda: session.images is not None, timeout=WAIT_MS)
    assert session.images is not None
    assert len(session.images) == 200


def test_that_stored_codes_of_older_weights_are_not_shown(workspace: Workspace, qtbot: QtBot) -> None:
    session = session_of(workspace)
    run = train_to_the_end(workspace, qtbot, small())
    qtbot.waitUntil(lambda: session.slow.is_idle and run.load_latents() is not None, timeout=WAIT_MS)
    images = session.images
    assert images is not None
    session.replace_model("nothing", 0)
    for _ in train(run.info.config.model_copy(update={"epochs": 6}), images, RunFolder.open(run.path)):
        pass  # trained on where no window keeps codes: by the command line, or until a power cut
    workspace.open_run(run.path)
    qtbot.waitUntil(lambda: session.encodings is not None, timeout=WAIT_MS)
    assert session.explorer is not None
    assert session.encodings.step == session.explorer.step


def test_that_damaged_codes_are_computed_anew(workspace: Workspace, qtbot: QtBot) -> None:
    session = session_of(workspace)
    run = train_to_the_end(workspace, qtbot, small())
    qtbot.waitUntil(lambda: session.slow.is_idle, timeout=WAIT_MS)
    session.replace_model("nothing", 0)
    (run.path / "latents.npz").write_bytes(b"PK damaged")
    workspace.open_run(run.path)
    qtbot.waitUntil(lambda: session.encodings is not None and len(session.encodings) == 1797, timeout=WAIT_MS)


def test_that_epochs_that_follow_each_other_fast_do_not_flood_the_window(
    workspace: Workspace, qtbot: QtBot
) -> None:
    session = session_of(workspace)
    histories: list[int] = []
    session.history_changed.connect(lambda history: histories.append(len(history.epochs)))
    began = time.monotonic()
    config = small(epochs=60).model_copy(update={"batch_size": 2_000})  # an epoch is one step
    with qtbot.waitSignal(workspace.training_ended, timeout=WAIT_MS):
        workspace.start_training(config)
    assert histories[-1] == 60
    assert len(histories) <= 3 + (time.monotonic() - began) / 0.2


def test_that_a_training_waits_for_pictures_that_the_person_finds(
    workspace: Workspace, qtbot: QtBot, tmp_path: Path, test_data: Path
) -> None:
    session = session_of(workspace)
    config = small().model_copy(update={"data": DataSpec(source="mnist", data_root=tmp_path)})
    with qtbot.waitSignal(workspace.data.download_wanted, timeout=WAIT_MS) as wanted:
        workspace.start_training(config)
    workspace.load_wanted(wanted.args[0].model_copy(update={"data_root": test_data}))
    qtbot.waitUntil(lambda: session.training_state is TrainingState.RUNNING, timeout=WAIT_MS)
    with qtbot.waitSignal(workspace.training_ended, timeout=WAIT_MS):
        workspace.stop_training()
    assert workspace.run is not None
    assert workspace.run.info.data.name == "MNIST"


def test_that_drawn_pictures_may_differ_by_a_rounding_but_others_may_not(tmp_path: Path) -> None:
    images = ImageSet("Blooms", np.zeros((4, 3, 8, 8), np.uint8), np.zeros(4, np.uint8), "here")
    rounded = replace(images, fingerprint="elsewhere")
    drawn = RunFolder.create(tmp_path / "drawn", RunConfig(data=DataSpec(source="blooms")), images)
    found = RunFolder.create(tmp_path / "found", RunConfig(data=DataSpec(source="mnist")), images)
    assert are_pictures_of(drawn, rounded)
    assert not are_pictures_of(found, rounded)
    fewer = replace(rounded, images=rounded.images[:3], split=rounded.split[:3])
    assert not are_pictures_of(drawn, fewer)

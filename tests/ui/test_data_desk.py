"""The pictures of the next training: read, kept, given up; a training that waits for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from vae_explorer.data.image_set import ImageSet
from vae_explorer.data.load import LoadFinished, SkippedFile
from vae_explorer.data.spec import DataSpec
from vae_explorer.ui.data_desk import DataDesk
from vae_explorer.ui.preferences import Preferences
from vae_explorer.ui.session import Session, TrainingState

WAIT_MS = 30_000
DIGITS, BLOOMS = DataSpec(source="digits"), DataSpec(source="blooms", n_images=64)


@pytest.fixture
def preferences() -> Preferences:
    return Preferences()


@pytest.fixture
def desk(session: Session, preferences: Preferences, home: Path) -> Iterator[DataDesk]:
    desk = DataDesk(session, preferences)
    yield desk
    desk.shut_down()


def pictures(name: str = "squares") -> ImageSet:
    return ImageSet(name, np.zeros((4, 1, 8, 8), np.uint8), np.zeros(4, np.uint8), name)


def test_that_a_choice_is_read_told_and_kept(desk: DataDesk, qtbot: QtBot) -> None:
    told: list[str] = []
    desk.ready.connect(lambda images, spec: told.append(f"ready {images.name} {spec.source}"))
    desk.chosen.connect(lambda images: told.append(f"chosen {images.name}"))
    with qtbot.waitSignal(desk.chosen, timeout=WAIT_MS) as chosen:
        desk.load(DIGITS)
        assert desk.is_loading
    assert told == ["ready Digits digits", "chosen Digits"]
    assert desk.images_of(DIGITS) is chosen.args[0]
    assert desk.images_of(BLOOMS) is None


def test_that_known_sets_are_looked_for_in_the_persons_folder(
    desk: DataDesk, preferences: Preferences, tmp_path: Path
) -> None:
    wanted = DataSpec(source="mnist")
    assert desk.located(wanted) == wanted
    preferences.data_root = tmp_path
    assert desk.located(wanted).data_root == tmp_path
    assert desk.located(wanted.model_copy(update={"data_root": tmp_path / "gone"})).data_root == tmp_path
    assert desk.located(DIGITS) == DIGITS


def test_that_a_set_that_is_known_to_lie_elsewhere_is_read_there(
    desk: DataDesk, preferences: Preferences, tmp_path: Path, tiny_mnist: Path
) -> None:
    preferences.data_root = tmp_path
    elsewhere = DataSpec(source="mnist", data_root=tiny_mnist)
    assert desk.located(elsewhere) == elsewhere


def test_that_the_pictures_of_a_run_do_not_replace_a_choice_until_another_run_comes(desk: DataDesk) -> None:
    desk.offer(pictures("first"), BLOOMS)
    assert desk.images_of(BLOOMS) is not None
    desk.load(DIGITS)
    offered = pictures("second")
    desk.offer(offered, BLOOMS)
    assert desk.images_of(BLOOMS) is not offered
    desk.forget_choice()
    desk.offer(offered, BLOOMS)
    assert desk.images_of(BLOOMS) is offered


def test_that_a_training_waits_for_what_it_fetches(desk: DataDesk, session: Session, qtbot: QtBot) -> None:
    delivered: list[LoadFinished] = []
    desk.fetch(BLOOMS, delivered.append)
    assert session.training_state is TrainingState.LOADING
    qtbot.waitUntil(lambda: bool(delivered), timeout=WAIT_MS)
    assert len(delivered[0].images) == 64
    assert session.training_state is TrainingState.LOADING  # until the training says that it runs


@pytest.mark.parametrize("newer", ["choice", "cancel"])
def test_that_a_wait_ends_with_a_newer_wish(
    desk: DataDesk, session: Session, qtbot: QtBot, newer: str
) -> None:
    delivered: list[LoadFinished] = []
    desk.fetch(DIGITS, delivered.append)
    with qtbot.waitSignal(desk.progressed, timeout=WAIT_MS, check_params_cb=lambda p: p is None):
        if newer == "choice":
            desk.load(BLOOMS)
        else:
            desk.cancel()
    assert session.training_state is TrainingState.IDLE
    assert not delivered


def test_that_a_wait_ends_in_words_when_the_pictures_cannot_be_read(
    desk: DataDesk, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    with qtbot.waitSignal(desk.failed, timeout=WAIT_MS) as failed:
        desk.fetch(DataSpec(source="array", path=tmp_path / "gone.npy"), lambda _: None)
    assert "gone.npy" in failed.args[0]
    assert session.training_state is TrainingState.IDLE


def test_that_a_wait_ends_while_a_person_is_asked_about_a_download(
    desk: DataDesk, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    with qtbot.waitSignal(desk.download_wanted, timeout=WAIT_MS) as wanted:
        desk.fetch(DataSpec(source="kmnist", data_root=tmp_path), lambda _: None)
    assert wanted.args[0].source == "kmnist"
    assert session.training_state is TrainingState.IDLE


def test_that_files_left_out_are_told_last(desk: DataDesk) -> None:
    told: list[str] = []
    desk.ready.connect(lambda *_: told.append("ready"))
    desk.chosen.connect(lambda *_: told.append("chosen"))
    desk.files_skipped.connect(lambda files: told.append(str(files[0].path)))
    loaded = LoadFinished(pictures(), (SkippedFile(Path("cat.png"), "it is empty"),), from_cache=False)
    desk.hold(loaded, DIGITS, is_choice=True)
    desk.hold(replace(loaded, skipped=()), DIGITS)
    assert told == ["ready", "chosen", "cat.png", "ready"]

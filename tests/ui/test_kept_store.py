"""Favourites come back at the next launch, for own runs and for shipped models."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from vae_explorer.data.image_set import ImageSet
from vae_explorer.runs.config import RunConfig
from vae_explorer.runs.folder import RunFolder
from vae_explorer.ui.kept import kept_tray
from vae_explorer.ui.kept_store import KeptStore, kept_path
from vae_explorer.ui.session import Session


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    images = ImageSet("fake", np.zeros((4, 1, 8, 8), dtype=np.uint8), np.zeros(4, dtype=np.uint8), "f")
    return RunFolder.create(tmp_path / "run", RunConfig(), images)


@pytest.fixture
def another_session(qtbot: QtBot) -> Iterator[Session]:
    session = Session()
    yield session
    session.shut_down()


def show(session: Session, run: RunFolder, qtbot: QtBot) -> KeptStore:
    store = KeptStore(session)
    session.replace_model(run.name, 2)
    store.open(run)
    qtbot.waitUntil(lambda: session.slow.is_idle)
    return store


def test_that_favourites_come_back_with_their_pictures(
    session: Session, another_session: Session, run: RunFolder, qtbot: QtBot
) -> None:
    show(session, run, qtbot)
    picture = np.arange(64, dtype=np.uint8).reshape(1, 8, 8)
    kept_tray(session).keep(np.array([0.25, -1.5]), picture)
    kept_tray(session).keep(np.array([3.0, 1.0]), 255 - picture)
    qtbot.waitUntil(lambda: session.slow.is_idle)
    show(another_session, run, qtbot)
    items = kept_tray(another_session).items
    np.testing.assert_array_equal([kept.z for kept in items], [[0.25, -1.5], [3.0, 1.0]])
    np.testing.assert_array_equal(items[0].image, picture)


def test_that_what_was_kept_before_the_file_was_read_is_not_lost(
    session: Session, another_session: Session, run: RunFolder, qtbot: QtBot
) -> None:
    picture = np.zeros((1, 8, 8), dtype=np.uint8)
    show(session, run, qtbot)
    kept_tray(session).keep(np.zeros(2), picture)
    qtbot.waitUntil(lambda: session.slow.is_idle)
    store = KeptStore(another_session)
    another_session.replace_model(run.name, 2)
    store.open(run)
    kept_tray(another_session).keep(np.ones(2), picture)
    qtbot.waitUntil(lambda: another_session.slow.is_idle)
    np.testing.assert_array_equal(
        [kept.z for kept in kept_tray(another_session).items], [[0.0, 0.0], [1.0, 1.0]]
    )


def test_that_an_emptied_tray_leaves_no_file(session: Session, run: RunFolder, qtbot: QtBot) -> None:
    show(session, run, qtbot)
    kept_tray(session).keep(np.zeros(2), np.zeros((1, 8, 8), dtype=np.uint8))
    qtbot.waitUntil(lambda: session.slow.is_idle)
    assert kept_path(run).is_file()
    kept_tray(session).remove([0])
    qtbot.waitUntil(lambda: session.slow.is_idle)
    assert not kept_path(run).exists()


def test_that_a_damaged_file_leaves_an_empty_tray(session: Session, run: RunFolder, qtbot: QtBot) -> None:
    kept_path(run).write_bytes(b"not an archive")
    show(session, run, qtbot)
    assert kept_tray(session).items == ()


def test_that_a_file_that_cannot_be_read_is_set_aside_not_replaced(
    session: Session, run: RunFolder, qtbot: QtBot
) -> None:
    kept_path(run).write_bytes(b"not an archive")
    show(session, run, qtbot)
    kept_tray(session).keep(np.zeros(2), np.zeros((1, 8, 8), dtype=np.uint8))
    qtbot.waitUntil(lambda: session.slow.is_idle)
    assert (run.path / "kept-unreadable.npz").read_bytes() == b"not an archive"
    assert kept_path(run).stat().st_size > 100


def test_that_a_favourite_kept_just_before_the_window_closes_is_not_lost(
    session: Session, another_session: Session, run: RunFolder, qtbot: QtBot
) -> None:
    show(another_session, run, qtbot)
    another_session.slow.request("busy", lambda _: time.sleep(0.2), lambda _: None)
    kept_tray(another_session).keep(np.ones(2), np.zeros((1, 8, 8), dtype=np.uint8))
    another_session.shut_down()
    show(session, run, qtbot)
    assert len(kept_tray(session).items) == 1


def test_that_runs_of_one_name_in_two_folders_do_not_share_favourites(
    session: Session, run: RunFolder, tmp_path: Path, qtbot: QtBot
) -> None:
    images = ImageSet("fake", np.zeros((4, 1, 8, 8), dtype=np.uint8), np.zeros(4, dtype=np.uint8), "f")
    namesake = RunFolder.create(tmp_path / "elsewhere" / run.name, RunConfig(), images)
    store = show(session, run, qtbot)
    kept_tray(session).keep(np.ones(2), np.zeros((1, 8, 8), dtype=np.uint8))
    session.replace_model(namesake.name, 2)
    store.open(namesake)
    qtbot.waitUntil(lambda: session.slow.is_idle)
    assert kept_tray(session).items == ()
    assert not kept_path(namesake).exists()

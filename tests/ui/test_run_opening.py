"""Runs opened behind the window: what is delivered, what is refused, what does not come any more."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from vae_explorer.latent.explorer import Explorer
from vae_explorer.locations import models_folder
from vae_explorer.runs.folder import RunFolder
from vae_explorer.ui.run_opening import OpenedRun, give_up_opening, load_model_behind, open_run_behind
from vae_explorer.ui.session import Session

WAIT_MS = 30_000


@pytest.fixture(autouse=True)
def _own_home(home: Path) -> None:
    """The list of recent runs is the test's own."""


def test_that_a_run_comes_with_its_history_and_the_codes_of_its_newest_weights(
    session: Session, qtbot: QtBot
) -> None:
    delivered: list[OpenedRun] = []
    open_run_behind(session, models_folder() / "digits-2d", delivered.append)
    qtbot.waitUntil(lambda: bool(delivered), timeout=WAIT_MS)
    (opened,) = delivered
    assert opened.folder.name == "digits-2d"
    assert opened.history.epochs
    assert opened.encodings is not None
    assert opened.encodings.step == opened.folder.snapshots()[-1].step


def test_that_a_folder_that_is_no_run_is_a_problem_and_delivers_nothing(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    delivered: list[OpenedRun] = []
    with qtbot.waitSignal(session.problem, timeout=WAIT_MS) as problem:
        open_run_behind(session, tmp_path, delivered.append)
    assert tmp_path.name in problem.args[0]
    assert not delivered


def test_that_a_run_given_up_while_it_waits_does_not_come(session: Session, qtbot: QtBot) -> None:
    go_on = threading.Event()
    delivered: list[OpenedRun] = []
    session.slow.request("hold", lambda _: go_on.wait(WAIT_MS / 1000), lambda _: None, priority=-20)
    open_run_behind(session, models_folder() / "digits-2d", delivered.append)
    give_up_opening(session)
    go_on.set()
    qtbot.waitUntil(lambda: session.slow.is_idle, timeout=WAIT_MS)
    assert not delivered


def test_that_the_newest_weights_become_a_model(session: Session, qtbot: QtBot) -> None:
    run = RunFolder.open(models_folder() / "digits-2d")
    delivered: list[Explorer] = []
    load_model_behind(session, run, delivered.append)
    qtbot.waitUntil(lambda: bool(delivered), timeout=WAIT_MS)
    assert delivered[0].step == run.snapshots()[-1].step
    assert delivered[0].latent_dim == run.info.config.model.latent_dim

"""Work on a thread that tells whether it was done, cancelled or failed."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from vae_explorer.errors import DataError
from vae_explorer.ui.threads.ending_runner import Ending, EndingRunner


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[EndingRunner]:
    runner = EndingRunner("test")
    yield runner
    runner.shut_down()


def cancelled(runner: EndingRunner, qtbot: QtBot) -> Ending:
    """How work ends that is cancelled after its first event."""
    go_on = threading.Event()

    def wait() -> Iterator[int]:
        yield 0
        go_on.wait(5)
        yield 1

    with qtbot.waitSignal(runner.event_received):
        runner.start(wait)
    runner.cancel()
    with qtbot.waitSignal(runner.ended) as ended:
        go_on.set()
    assert isinstance(ended.args[0], Ending)
    return ended.args[0]


def test_that_work_that_comes_to_its_end_is_done(runner: EndingRunner, qtbot: QtBot) -> None:
    got: list[object] = []
    runner.event_received.connect(got.append)
    with qtbot.waitSignal(runner.ended) as ended:
        runner.start(lambda: iter(range(3)))
        assert runner.is_running
    assert got == [0, 1, 2]
    assert ended.args == [Ending.DONE]
    assert not runner.is_running


def test_that_cancelled_work_says_so_and_the_next_begins_afresh(runner: EndingRunner, qtbot: QtBot) -> None:
    assert cancelled(runner, qtbot) is Ending.CANCELLED
    assert runner.is_cancelled
    with qtbot.waitSignal(runner.ended) as ended:
        runner.start(lambda: iter(()))
        assert not runner.is_cancelled
    assert ended.args == [Ending.DONE]


def test_that_failure_is_told_in_a_sentence_before_the_end(runner: EndingRunner, qtbot: QtBot) -> None:
    def fail() -> Iterator[int]:
        yield 0
        raise DataError("The file is damaged.")

    told: list[object] = []
    runner.failed.connect(told.append)
    runner.ended.connect(told.append)
    with qtbot.waitSignal(runner.ended):
        runner.start(fail)
    assert told == ["The file is damaged.", Ending.FAILED]


def test_that_cancelling_nothing_is_nothing(runner: EndingRunner) -> None:
    runner.cancel()
    assert not runner.is_cancelled


def test_that_a_shut_down_tells_no_end(runner: EndingRunner, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(runner.ended, wait=50):
        runner.start(lambda: iter(range(3)))
        runner.shut_down()

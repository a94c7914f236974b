"""Newest wins, on a thread of its own."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from vae_explorer.errors import Cancelled, DataError
from vae_explorer.ui.threads.latest_runner import LatestRunner
from vae_explorer.ui.threads.standing_back import Place


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[LatestRunner]:
    runner = LatestRunner("test")
    yield runner
    runner.shut_down()


def test_that_work_runs_elsewhere_and_the_answer_comes_back_to_this_thread(
    runner: LatestRunner, qtbot: QtBot
) -> None:
    threads: list[int] = []

    def work(_is_stale: object) -> int:
        threads.append(threading.get_ident())
        return 42

    def deliver(value: int) -> None:
        threads.append(threading.get_ident())
        threads.append(value)

    runner.request("a", work, deliver)
    qtbot.waitUntil(lambda: len(threads) == 3)
    assert threads[0] != threading.get_ident()
    assert threads[1:] == [threading.get_ident(), 42]


def test_that_its_thread_computes_alone_whatever_torch_was_told_last(qtbot: QtBot) -> None:
    import torch

    from vae_explorer.training.devices import threads_set

    with threads_set(2):  # as a training on two threads begins
        runner = LatestRunner("test")
        found: list[int] = []
        runner.request("a", lambda _: torch.get_num_threads(), found.append)
        qtbot.waitUntil(lambda: bool(found))
        runner.shut_down()
        assert torch.get_num_threads() == 2  # of this thread
    assert found == [1]


def test_that_a_training_leaves_it_a_core_while_it_works(runner: LatestRunner, qtbot: QtBot) -> None:
    from vae_explorer.cores import is_core_taken

    found: list[bool] = []
    runner.request("a", lambda _: is_core_taken(), found.append)
    qtbot.waitUntil(lambda: bool(found))
    assert found == [True]
    assert not is_core_taken()


def test_that_only_the_newest_request_of_a_channel_is_answered(runner: LatestRunner, qtbot: QtBot) -> None:
    release, answers, ran = threading.Event(), [], []

    def first(_is_stale: object) -> int:
        ran.append(0)
        release.wait(5)
        return 0

    runner.request("a", first, answers.append)
    qtbot.waitUntil(lambda: ran == [0])
    for i in range(1, 50):
        runner.request("a", lambda _s, i=i: ran.append(i) or i, answers.append)
    release.set()
    qtbot.waitUntil(lambda: runner.is_idle)
    assert answers == [49]
    assert ran == [0, 49]


def test_that_channels_do_not_replace_each_other_and_urgent_ones_go_first(
    runner: LatestRunner, qtbot: QtBot
) -> None:
    release, started, order = threading.Event(), threading.Event(), []

    def hold(_is_stale: object) -> None:
        started.set()
        release.wait(5)

    runner.request("hold", hold, lambda _: None)
    assert started.wait(5)
    runner.request("late", lambda _: "late", order.append, priority=5)
    runner.request("soon", lambda _: "soon", order.append, priority=1)
    release.set()
    qtbot.waitUntil(lambda: len(order) == 2)
    assert order == ["soon", "late"]


def test_that_work_can_see_that_it_is_stale_and_leave(runner: LatestRunner, qtbot: QtBot) -> None:
    started, left, answers = threading.Event(), threading.Event(), []

    def long(is_stale: Callable[[], bool]) -> str:
        started.set()
        while not is_stale():
            pass
        left.set()
        raise Cancelled("stale")

    runner.request("a", long, answers.append)
    assert started.wait(5)
    runner.request("a", lambda _: "new", answers.append)
    qtbot.waitUntil(lambda: answers == ["new"])
    assert left.is_set()


def test_that_a_cancelled_channel_is_not_answered(runner: LatestRunner, qtbot: QtBot) -> None:
    release, answers = threading.Event(), []
    runner.request("a", lambda _: release.wait(5), answers.append)
    runner.cancel("a")
    release.set()
    runner.request("b", lambda _: "b", answers.append)
    qtbot.waitUntil(lambda: answers == ["b"])


def test_that_an_expected_error_is_one_sentence_and_the_thread_lives_on(
    runner: LatestRunner, qtbot: QtBot
) -> None:
    def fail(_is_stale: object) -> None:
        raise DataError("No pictures there; choose another folder.")

    with qtbot.waitSignal(runner.failed) as failed:
        runner.request("a", fail, lambda _: None)
    assert failed.args == ["No pictures there; choose another folder."]
    answers: list[int] = []
    runner.request("a", lambda _: 1, answers.append)
    qtbot.waitUntil(lambda: answers == [1])


def test_that_an_unexpected_error_is_logged_with_its_traceback(
    runner: LatestRunner, qtbot: QtBot, expected_log: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    expected_log.append("request on channel 'a' failed")
    errors: list[Exception] = []
    runner.request("a", lambda _: 1 / 0, lambda _: None, on_error=errors.append)
    qtbot.waitUntil(lambda: len(errors) == 1)
    assert isinstance(errors[0], ZeroDivisionError)
    assert caplog.records[-1].exc_info is not None


def test_that_only_what_must_run_is_still_done_when_the_runner_shuts_down(qtbot: QtBot) -> None:
    runner = LatestRunner("test")
    started, release, ran = threading.Event(), threading.Event(), []

    def hold(is_stale: Callable[[], bool]) -> None:
        started.set()
        while not is_stale():
            release.wait(0.01)

    runner.request("hold", hold, lambda _: None)
    assert started.wait(5)
    runner.request("write", lambda _: ran.append("old"), lambda _: None, priority=15, must_run=True)
    runner.request("write", lambda _: ran.append("new"), lambda _: None, priority=15, must_run=True)
    runner.request("show", lambda _: ran.append("show"), lambda _: None)
    runner.shut_down()
    assert ran == ["new"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only there each thread has a niceness")
@pytest.mark.parametrize("place", list(Place))
def test_that_long_work_gives_way_to_the_window(qtbot: QtBot, place: Place) -> None:
    runner = LatestRunner("test", place=place)
    found: list[int] = []
    runner.request(
        "niceness", lambda _: os.getpriority(os.PRIO_PROCESS, threading.get_native_id()), found.append
    )
    qtbot.waitUntil(lambda: bool(found))
    runner.shut_down()
    assert found == [place]

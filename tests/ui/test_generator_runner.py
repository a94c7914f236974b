"""A generator on a thread: events, pause, stop, failure, end."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from vae_explorer.errors import DataError
from vae_explorer.ui.threads.generator_runner import GeneratorRunner


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[GeneratorRunner]:
    runner = GeneratorRunner("test")
    yield runner
    runner.shut_down()


def test_that_all_events_arrive_in_order_before_the_end(runner: GeneratorRunner, qtbot: QtBot) -> None:
    got: list[object] = []
    runner.event_received.connect(got.append)
    with qtbot.waitSignal(runner.ended):
        runner.start(lambda: iter(range(100)))
    assert got == list(range(100))
    assert not runner.is_running


def test_that_pausing_holds_the_generator_and_resuming_lets_it_go_on(
    runner: GeneratorRunner, qtbot: QtBot
) -> None:
    gate = threading.Semaphore(0)
    drawn: list[int] = []

    def count() -> Iterator[int]:
        for i in range(6):
            gate.acquire(timeout=5)
            drawn.append(i)
            yield i

    with qtbot.waitSignal(runner.event_received):
        runner.start(count)
        gate.release()
    runner.pause()
    gate.release(5)
    qtbot.waitUntil(lambda: len(drawn) >= 1)
    held = len(drawn)
    assert held <= 2  # at most the step that was under way when pause came
    with qtbot.waitSignal(runner.ended):
        runner.resume()
    assert drawn == list(range(6))


def test_that_stopping_runs_the_generators_finally_on_its_thread(
    runner: GeneratorRunner, qtbot: QtBot
) -> None:
    closed_in: list[int] = []
    gate = threading.Event()

    def endless() -> Iterator[int]:
        try:
            while True:
                yield 0
                gate.wait(0.001)
        finally:
            closed_in.append(threading.get_ident())

    with qtbot.waitSignal(runner.event_received):
        runner.start(endless)
    with qtbot.waitSignal(runner.ended):
        runner.request_stop()
    assert len(closed_in) == 1
    assert closed_in[0] != threading.get_ident()


def test_that_stopping_works_while_paused(runner: GeneratorRunner, qtbot: QtBot) -> None:
    with qtbot.waitSignal(runner.event_received):
        runner.start(lambda: iter(lambda: 1, 2))
    runner.pause()
    with qtbot.waitSignal(runner.ended):
        runner.request_stop()


def test_that_a_failure_is_told_before_the_end(runner: GeneratorRunner, qtbot: QtBot) -> None:
    def fail() -> Iterator[int]:
        yield 1
        raise DataError("The folder is empty; choose another.")

    order: list[str] = []
    runner.failed.connect(order.append)
    runner.ended.connect(lambda: order.append("ended"))
    with qtbot.waitSignal(runner.ended):
        runner.start(fail)
    assert order == ["The folder is empty; choose another.", "ended"]


def test_that_a_second_start_is_refused_while_running(runner: GeneratorRunner, qtbot: QtBot) -> None:
    with qtbot.waitSignal(runner.event_received):
        runner.start(lambda: iter(lambda: 1, 2))
    with pytest.raises(RuntimeError, match="still running"):
        runner.start(lambda: iter(()))


def test_that_another_generator_may_start_after_the_end(runner: GeneratorRunner, qtbot: QtBot) -> None:
    for _ in range(3):
        with qtbot.waitSignal(runner.ended):
            runner.start(lambda: iter((1,)))

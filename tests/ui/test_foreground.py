"""The window's process answers first: garbage waits for its thread, and what the imports brought is left out."""

from __future__ import annotations

import gc
import sys
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from vae_explorer.ui import foreground
from vae_explorer.ui.foreground import SWITCH_INTERVAL_S, GarbageRounds, answer_first


@pytest.fixture(autouse=True)
def _collector_as_before() -> Iterator[None]:
    interval = sys.getswitchinterval()
    yield
    sys.setswitchinterval(interval)
    gc.unfreeze()
    gc.enable()


class _Loop:
    """Refers to itself, so that only the collector can free it."""

    def __init__(self, freed: list[int]) -> None:
        self.me = self
        weakref.finalize(self, lambda: freed.append(threading.get_ident()))


def test_that_garbage_waits_for_the_windows_thread(qtbot: QtBot) -> None:
    owner = QObject()
    GarbageRounds(owner).settle()
    freed: list[int] = []

    def litter() -> None:
        for _ in range(5_000):
            _Loop(freed)

    thread = threading.Thread(target=litter)
    thread.start()
    thread.join()
    assert freed == []
    qtbot.waitUntil(lambda: len(freed) == 5_000, timeout=20_000)
    assert set(freed) == {threading.get_ident()}


def test_that_what_was_alive_when_the_process_settled_is_not_looked_at_again(qtbot: QtBot) -> None:
    owner = QObject()
    rounds = GarbageRounds(owner)
    freed: list[int] = []
    loop = _Loop(freed)
    rounds.settle()
    assert gc.get_freeze_count() > 0
    del loop
    gc.collect()
    assert freed == []


def test_that_no_round_comes_before_the_imports_are_settled(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foreground, "ROUND_MS", 5)
    monkeypatch.setattr(foreground, "YOUNG_OBJECTS", 0)
    monkeypatch.setattr(foreground, "UNSETTLED_ROUNDS", 1_000)
    owner = QObject()
    rounds = GarbageRounds(owner)
    freed: list[int] = []
    _Loop(freed)
    qtbot.wait(100)
    assert freed == []
    rounds.settle()
    _Loop(freed)
    qtbot.waitUntil(lambda: len(freed) == 1, timeout=20_000)  # the newer one


def test_that_a_window_whose_imports_never_end_collects_its_garbage_at_last(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foreground, "ROUND_MS", 5)
    monkeypatch.setattr(foreground, "YOUNG_OBJECTS", 0)
    owner = QObject()
    GarbageRounds(owner)
    qtbot.waitUntil(lambda: gc.get_freeze_count() > 0, timeout=20_000)
    freed: list[int] = []
    _Loop(freed)
    qtbot.waitUntil(lambda: len(freed) == 1, timeout=20_000)


def test_that_the_lock_is_handed_over_soon(qtbot: QtBot) -> None:
    owner = QObject()
    answer_first(owner)
    assert sys.getswitchinterval() == pytest.approx(SWITCH_INTERVAL_S)
    assert not gc.isenabled()

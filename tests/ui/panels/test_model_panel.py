from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from pytestqt.qtbot import QtBot

from vae_explorer.errors import ConfigError
from vae_explorer.ui.panels.model_panel import Job, ModelPanel
from vae_explorer.ui.session import Session


class Counting(ModelPanel):
    """Computes the step of the explorer and the cursor; counts how often."""

    def __init__(self, session: Session) -> None:
        super().__init__(session, "counting")
        self.taken: list[Any] = []
        self.asked = 0
        self.fails = False
        self.resets = 0

    def _job(self) -> Job:
        self.asked += 1
        explorer, cursor, fails = self._session.explorer, self._session.cursor, self.fails

        def work(_is_stale: Callable[[], bool]) -> Any:
            if fails:
                raise ConfigError("This cannot be shown.")
            return explorer.step if explorer else None, cursor

        return work

    def _take(self, answer: Any) -> None:
        self.taken.append(answer)

    def _reset(self) -> None:
        self.resets += 1


def _panel(qtbot: QtBot, session: Session) -> Counting:
    panel = Counting(session)
    qtbot.addWidget(panel)
    return panel


def pass_through(qtbot: QtBot, session: Session) -> None:
    """Return when the slow thread has done all that was asked of it before."""
    done: list[int] = []
    session.slow.request("test:last", lambda _is_stale: 1, done.append, priority=99)
    qtbot.waitUntil(lambda: done == [1])


def test_that_a_hidden_panel_computes_nothing_until_it_is_shown(qtbot: QtBot, world: Any) -> None:
    panel = _panel(qtbot, world.session)
    panel.refresh()
    world.newer_weights()
    assert panel.asked == 0
    panel.show()
    qtbot.waitUntil(lambda: len(panel.taken) == 1)
    assert panel.taken[0][0] == 2


def test_that_a_panel_without_a_model_says_what_to_do(qtbot: QtBot, session: Session) -> None:
    panel = _panel(qtbot, session)
    panel.show()
    assert panel.is_empty
    assert "Start training or open a run" in panel.empty_state.words
    assert panel.asked == 0


def test_that_requests_while_one_is_under_way_become_one_with_the_newest_inputs(
    qtbot: QtBot, world: Any
) -> None:
    panel = _panel(qtbot, world.session)
    panel.show()
    session = world.session
    session.cursor_changed.connect(panel.refresh)
    for x in np.linspace(0.1, 1.0, 10):
        session.set_cursor([x, 0.0])
    qtbot.waitUntil(lambda: not panel.is_busy)
    assert len(panel.taken) <= 2
    np.testing.assert_array_equal(panel.taken[-1][1], [1.0, 0.0])


def test_that_newer_weights_are_shown_at_most_once_a_second(qtbot: QtBot, world: Any) -> None:
    panel = _panel(qtbot, world.session)
    panel.show()
    qtbot.waitUntil(lambda: len(panel.taken) == 1)
    world.newer_weights()
    qtbot.waitUntil(lambda: len(panel.taken) == 2)
    for _ in range(5):
        world.newer_weights()
    pass_through(qtbot, world.session)
    assert len(panel.taken) == 2
    qtbot.waitUntil(lambda: len(panel.taken) == 3, timeout=3000)
    assert panel.taken[-1][0] == 7


def test_that_an_answer_of_the_model_before_is_dropped(qtbot: QtBot, world: Any) -> None:
    panel = _panel(qtbot, world.session)
    panel.show()
    assert panel.is_busy
    world.session.replace_model("another", 3)
    pass_through(qtbot, world.session)
    assert panel.taken == []
    assert panel.resets == 1
    assert panel.is_empty


def test_that_a_failure_is_said_in_the_panel_and_goes_with_the_next_answer(qtbot: QtBot, world: Any) -> None:
    panel = _panel(qtbot, world.session)
    panel.fails = True
    panel.show()
    qtbot.waitUntil(lambda: panel.error.isVisible())
    assert panel.error.text() == "This cannot be shown."
    panel.fails = False
    panel.refresh()
    qtbot.waitUntil(lambda: len(panel.taken) == 1)
    assert not panel.error.isVisible()

"""Points on their way to newer places: few pictures, the last one exact."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from pytestqt.qtbot import QtBot

from vae_explorer.ui.widgets.map.glide import STEP_PX, PointGlide

Pictures = list[tuple[NDArray[np.float32], bool]]


@pytest.fixture
def glide(qtbot: QtBot) -> PointGlide:
    return PointGlide()


def _pictures(glide: PointGlide) -> Pictures:
    seen: Pictures = []
    glide.moved.connect(lambda xy, is_end: seen.append((xy, is_end)))
    return seen


def _places(px: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Fifty points that go `px` to the right, at a scale of 1."""
    before = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)
    return before, before + np.array([px, 0], dtype=np.float32)


def test_that_a_long_way_is_seen_in_several_pictures_that_lie_apart(qtbot: QtBot, glide: PointGlide) -> None:
    before, after = _places(200.0)
    seen = _pictures(glide)
    glide.start(before, after, scale=1.0)
    qtbot.waitUntil(lambda: bool(seen) and seen[-1][1])
    assert not glide.is_running
    assert np.array_equal(seen[-1][0], after)
    assert [is_end for _, is_end in seen] == [False] * (len(seen) - 1) + [True]
    ways = [float((xy - before)[0, 0]) for xy, _ in seen]
    assert len(ways) >= 2
    assert all(b - a >= STEP_PX for a, b in zip([0.0, *ways], ways[:-1], strict=False))


def test_that_points_that_hardly_move_are_there_at_once(qtbot: QtBot, glide: PointGlide) -> None:
    before, after = _places(1.0)
    seen = _pictures(glide)
    glide.start(before, after, scale=1.0)
    qtbot.waitUntil(lambda: bool(seen))
    assert len(seen) == 1
    assert seen[0][1]
    assert np.array_equal(seen[0][0], after)


def test_that_the_same_way_needs_more_pictures_in_a_closer_view(qtbot: QtBot, glide: PointGlide) -> None:
    before, after = _places(1.0)
    seen = _pictures(glide)
    glide.start(before, after, scale=200.0)
    qtbot.waitUntil(lambda: bool(seen) and seen[-1][1])
    assert len(seen) >= 2


def test_that_points_without_a_place_do_not_hold_up_the_others(qtbot: QtBot, glide: PointGlide) -> None:
    before, after = _places(50.0)
    after[3] = np.nan
    seen = _pictures(glide)
    glide.start(before, after, scale=1.0)
    qtbot.waitUntil(lambda: bool(seen) and seen[-1][1])
    assert np.array_equal(seen[-1][0], after, equal_nan=True)


def test_that_a_glide_that_is_stopped_says_no_more(qtbot: QtBot, glide: PointGlide) -> None:
    before, after = _places(200.0)
    seen = _pictures(glide)
    glide.start(before, after, scale=1.0)
    qtbot.waitUntil(lambda: bool(seen))
    glide.stop()
    n = len(seen)
    qtbot.wait(250)
    assert len(seen) == n
    assert not seen[-1][1]

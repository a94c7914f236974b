"""The shared state: one signal a change, undo for pins and moves, decoding that is never stale."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from vae_explorer.ui.session import Session, pin_name


class FakeExplorer:
    """Decodes z to an image of constant grey 10·z[0]."""

    latent_dim = 2
    label = None

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()

    def decode(self, z: np.ndarray) -> np.ndarray:
        self.gate.wait(5)
        return np.full((len(z), 1, 4, 4), 10 * z[0, 0], dtype=np.uint8)


@pytest.fixture
def walking(session: Session) -> Session:
    session.replace_model("fake", 2)
    return session


def test_that_the_cursor_signal_comes_once_and_only_for_a_new_place(walking: Session) -> None:
    places: list[np.ndarray] = []
    walking.cursor_changed.connect(places.append)
    walking.set_cursor([1.0, 2.0])
    walking.set_cursor([1.0, 2.0])
    assert len(places) == 1
    np.testing.assert_array_equal(places[0], [1.0, 2.0])


@pytest.mark.parametrize("bad", [[1.0], [1.0, 2.0, 3.0], [np.nan, 0.0], [np.inf, 0.0]])
def test_that_a_place_that_is_not_in_the_latent_space_is_ignored(walking: Session, bad: list[float]) -> None:
    walking.set_cursor(bad)
    np.testing.assert_array_equal(walking.cursor, [0.0, 0.0])


def test_that_a_jump_can_be_undone_and_redone_and_a_hover_leaves_no_trace(walking: Session) -> None:
    walking.set_cursor([5.0, 5.0])
    assert walking.undo_stack.count() == 0
    walking.jump_cursor([1.0, 0.0])
    walking.jump_cursor([2.0, 0.0])
    walking.undo_stack.undo()
    np.testing.assert_array_equal(walking.cursor, [1.0, 0.0])
    walking.undo_stack.undo()
    np.testing.assert_array_equal(walking.cursor, [5.0, 5.0])
    walking.undo_stack.redo()
    np.testing.assert_array_equal(walking.cursor, [1.0, 0.0])


def test_that_pins_take_the_first_free_letter_and_undo_restores_them(walking: Session) -> None:
    for x in (0.0, 1.0, 2.0):
        walking.add_pin([x, 0.0])
    walking.remove_pin("B")
    assert [pin.name for pin in walking.pins] == ["A", "C"]
    walking.add_pin([9.0, 9.0])
    assert [pin.name for pin in walking.pins] == ["A", "C", "B"]
    walking.undo_stack.undo()
    walking.undo_stack.undo()
    assert [pin.name for pin in walking.pins] == ["A", "B", "C"]


def test_that_dragging_one_pin_undoes_as_one_move(walking: Session) -> None:
    walking.add_pin([0.0, 0.0])
    for x in range(1, 20):
        walking.move_pin("A", [float(x), 0.0])
    walking.undo_stack.undo()
    np.testing.assert_array_equal(walking.pins[0].z, [0.0, 0.0])


def test_that_the_decoded_picture_belongs_to_the_newest_place(walking: Session, qtbot: QtBot) -> None:
    explorer = FakeExplorer()
    shown: list[int] = []
    walking.decoded_changed.connect(lambda image: shown.append(-1 if image is None else int(image[0, 0, 0])))
    explorer.gate.clear()
    walking.set_explorer(explorer)  # type: ignore[arg-type]  # a fake with the two members that are used
    for x in range(1, 21):
        walking.set_cursor([float(x), 0.0])
    explorer.gate.set()
    qtbot.waitUntil(lambda: walking.fast.is_idle)
    assert shown[-1] == 200
    assert shown == sorted(shown)
    assert len(shown) <= 2


def test_that_newer_weights_decode_the_cursor_again(walking: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignal(walking.decoded_changed):
        walking.set_explorer(FakeExplorer())  # type: ignore[arg-type]
    with qtbot.waitSignal(walking.decoded_changed):
        walking.set_explorer(FakeExplorer())  # type: ignore[arg-type]


def test_that_another_model_starts_afresh(walking: Session) -> None:
    walking.add_pin([1.0, 1.0])
    walking.set_selection(3)
    walking.set_lasso(np.array([1, 2]))
    walking.replace_model("other", 5)
    assert walking.pins == ()
    assert walking.selection is None
    assert walking.lasso.size == 0
    assert walking.undo_stack.count() == 0
    assert walking.cursor is not None
    assert walking.cursor.shape == (5,)
    assert walking.plane is not None
    assert walking.plane.latent_dim == 5


@given(st.integers(min_value=0, max_value=100_000))
def test_that_pin_names_count_like_spreadsheet_columns(number: int) -> None:
    value = 0
    for letter in pin_name(number):
        value = value * 26 + ord(letter) - ord("A") + 1
    assert value == number + 1

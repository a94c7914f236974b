"""The verbs of the Edit and Explore menus, on a session alone."""

from __future__ import annotations

import numpy as np

from vae_explorer.ui.explore_commands import ExploreCommands
from vae_explorer.ui.session import Session


def test_that_a_random_place_can_be_undone(session: Session) -> None:
    session.replace_model("fake", 3)
    ExploreCommands(session).jump_to_random()
    assert np.linalg.norm(session.cursor) > 0
    session.undo_stack.undo()
    np.testing.assert_array_equal(session.cursor, np.zeros(3))


def test_that_the_cursor_comes_back_to_the_centre_of_the_prior(session: Session) -> None:
    session.replace_model("fake", 2)
    session.set_cursor([1.5, -2.0])
    ExploreCommands(session).jump_to_origin()
    np.testing.assert_array_equal(session.cursor, np.zeros(2))


def test_that_the_cursor_is_pinned_where_it_is(session: Session) -> None:
    session.replace_model("fake", 2)
    session.set_cursor([1.5, -2.0])
    ExploreCommands(session).pin_cursor()
    (pin,) = session.pins
    np.testing.assert_array_equal(pin.z, [1.5, -2.0])


def test_that_neither_an_image_nor_a_set_stays_selected(session: Session) -> None:
    session.replace_model("fake", 2)
    session.set_selection(3)
    session.set_lasso(np.array([1, 2, 3]))
    ExploreCommands(session).clear_selection()
    assert session.selection is None
    assert session.lasso.size == 0


def test_that_nothing_happens_without_a_model(session: Session) -> None:
    commands = ExploreCommands(session)
    for command in (commands.jump_to_random, commands.jump_to_origin, commands.pin_cursor):
        command()
    assert session.latent_dim == 0
    assert not session.pins
    assert not session.undo_stack.canUndo()

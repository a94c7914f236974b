"""Colours of points and their legend."""

from __future__ import annotations

import numpy as np

from vae_explorer.ui.widgets.map.point_colours import by_category, by_value

GREY = (100, 100, 100)
COLOURS = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255]], dtype=np.uint8)
NAMES = ("a", "b", "c")


def colours_of(colouring):
    return colouring.palette[colouring.index]


def test_that_categories_get_their_colours_and_counts():
    colouring = by_category(np.array([0, 2, 2, 1]), NAMES, COLOURS, GREY)
    np.testing.assert_array_equal(colours_of(colouring)[:, :3], COLOURS[[0, 2, 2, 1]])
    assert [entry.count for entry in colouring.entries] == [1, 1, 2]


def test_that_a_category_switched_off_is_grey_and_keeps_its_count():
    colouring = by_category(np.array([0, 2, 2, 1]), NAMES, COLOURS, GREY, {2})
    np.testing.assert_array_equal(colouring.greyed, [False, True, True, False])
    np.testing.assert_array_equal(colours_of(colouring)[1, :3], GREY)
    assert colouring.entries[2].count == 2


def test_that_unknown_categories_are_grey():
    colouring = by_category(np.array([-1, 7, 0]), NAMES, COLOURS, GREY)
    np.testing.assert_array_equal(colouring.greyed, [True, True, False])


def test_that_values_run_through_the_colours_and_strays_do_not_stretch_them():
    lut = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    values = np.concatenate((np.linspace(0.0, 100.0, 1_000), [1e9]))
    colouring = by_value(values, lut, GREY)
    shades = colours_of(colouring)[:1_000, 0].astype(int)
    assert np.all(np.diff(shades) >= 0)
    assert shades[500] in range(122, 134)
    assert colouring.value_range is not None
    assert colouring.value_range[1] < 101.0


def test_that_values_that_are_not_finite_are_grey():
    lut = np.zeros((256, 3), dtype=np.uint8)
    colouring = by_value(np.array([1.0, np.nan, 2.0, np.inf]), lut, GREY)
    np.testing.assert_array_equal(colouring.greyed, [False, True, False, True])


def test_that_equal_values_are_no_error():
    colouring = by_value(np.full(4, 3.0), np.zeros((256, 3), dtype=np.uint8), GREY)
    assert len(colouring) == 4

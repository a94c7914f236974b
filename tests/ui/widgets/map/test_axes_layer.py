"""Round numbers along the axes."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vae_explorer.ui.widgets.map.axes_layer import ticks


@given(st.floats(-1e5, 1e5), st.floats(1e-3, 1e5))
def test_that_ticks_lie_inside_and_about_as_far_apart_as_wanted(low, extent):
    wanted = extent / 6
    values, decimals = ticks(low, low + extent, wanted)
    assert all(low - 1e-6 * extent <= value <= low + extent * (1 + 1e-6) for value in values)
    steps = [b - a for a, b in itertools.pairwise(values)]
    assert all(0.6 * wanted <= step <= 1.6 * wanted for step in steps)
    assert decimals >= 0


@pytest.mark.parametrize(("wanted", "decimals"), [(0.04, 2), (0.4, 1), (1.5, 0), (80.0, 0)])
def test_that_numbers_have_the_decimals_their_step_needs(wanted, decimals):
    assert ticks(-10.0, 10.0, wanted)[1] == decimals


def test_that_zero_is_a_tick():
    assert 0.0 in ticks(-3.0, 3.0, 0.7)[0]

"""Quantiles by selection."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vae_explorer.ui.widgets.map.quantiles import middle_range, quantile

values = arrays(np.float64, st.integers(1, 60), elements=st.floats(-1e6, 1e6))


@given(values, st.floats(0.0, 1.0))
def test_that_quantiles_are_those_of_numpy(values, share):
    assert quantile(values, share) == pytest.approx(np.quantile(values, share), rel=1e-9, abs=1e-9)


def test_that_the_middle_leaves_out_as_much_at_both_ends():
    values = np.random.default_rng(0).permutation(1001).astype(np.float32)
    assert middle_range(values, 0.9) == pytest.approx((50.0, 950.0))

"""Images drawn by a shared value: always shared, never twice the same in a pair, values equally likely."""

from __future__ import annotations

import numpy as np
import pytest

from vae_explorer.errors import DataError
from vae_explorer.evaluation.disentanglement.groups import SharedValues

VALUES = np.array([2, 0, 0, 5, 2, 0, 1, 2, 0, 0])  # 1 and 5 have a single image


def test_that_a_set_shares_its_value_and_values_are_equally_likely() -> None:
    sets = SharedValues.of(VALUES).draw_sets(2000, 6, np.random.default_rng(0))
    values = VALUES[sets]
    assert (values == values[:, :1]).all()
    assert set(np.unique(values)) == {0, 2}
    assert (values[:, 0] == 0).mean() == pytest.approx(0.5, abs=0.05)
    assert set(np.unique(sets)) == set(np.flatnonzero(np.isin(VALUES, (0, 2))))


def test_that_a_pair_is_of_two_images_and_partners_are_equally_likely() -> None:
    first, second = SharedValues.of(VALUES).draw_pairs((40, 500), np.random.default_rng(0))
    assert (VALUES[first] == VALUES[second]).all()
    assert (first != second).all()
    partners = second[first == 1]
    np.testing.assert_allclose(np.bincount(partners)[[2, 5, 8, 9]] / len(partners), 0.25, atol=0.04)


def test_that_values_without_company_are_refused_in_words() -> None:
    with pytest.raises(DataError, match="No two images share"):
        SharedValues.of(np.arange(4))

"""Tensors on their way into a snapshot."""

from __future__ import annotations

import math

import pytest
import torch

from vae_explorer.training.state_tensors import all_finite


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("place", [0, 17, 31])
def test_that_one_number_that_is_not_finite_is_found(bad: float, place: int) -> None:
    spoilt = torch.zeros(32)
    spoilt[place] = bad
    assert not all_finite({"a": torch.ones(3), "b": spoilt.view(4, 8)})


def test_that_finite_numbers_of_every_kind_are() -> None:
    tensors = {
        "largest": torch.tensor([torch.finfo(torch.float32).max] * 4),  # whose sum is not
        "count": torch.tensor(7),
        "none": torch.empty(0),
        "half": torch.ones(2, dtype=torch.bfloat16),
    }
    assert all_finite(tensors)

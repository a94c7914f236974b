"""The cross-entropy of pixels: against torch's own and against finite differences."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from vae_explorer.vae.cross_entropy import cross_entropy


def _batch(dtype: torch.dtype = torch.float32) -> tuple[torch.Tensor, torch.Tensor]:
    noise = torch.Generator().manual_seed(0)
    logits = 30.0 * torch.randn(5, 1, 12, 11, generator=noise, dtype=dtype)
    return logits, torch.rand(5, 1, 12, 11, generator=noise, dtype=dtype)


@pytest.mark.parametrize("scale", [0.0, 0.01, 1.0, 3.0])
def test_that_it_equals_torchs_own_summed_over_pixels(scale: float) -> None:
    logits, x = _batch()
    expected = F.binary_cross_entropy_with_logits(scale * logits, x, reduction="none").flatten(1).sum(1)
    torch.testing.assert_close(cross_entropy(scale * logits, x), expected, rtol=1e-6, atol=132 * 6e-8)


def test_that_it_is_the_same_for_colours_that_lie_channels_last() -> None:
    noise = torch.Generator().manual_seed(0)
    logits, x = (torch.rand(3, 3, 8, 6, generator=noise) for _ in range(2))
    apart = [tensor.contiguous(memory_format=torch.channels_last) for tensor in (logits, x)]
    expected = cross_entropy(logits, x)
    for first in (logits, apart[0]):
        for second in (x, apart[1]):
            torch.testing.assert_close(cross_entropy(first, second), expected, rtol=1e-6, atol=0.0)


def test_that_its_gradients_are_those_of_finite_differences() -> None:
    logits, x = (tensor[:2, :, :3, :3].contiguous().requires_grad_() for tensor in _batch(torch.float64))
    assert torch.autograd.gradcheck(lambda a, b: cross_entropy(a / 10.0, b), (logits, x))


def test_that_its_gradient_is_p_minus_x() -> None:
    logits, x = _batch()
    ours = torch.autograd.grad(cross_entropy(leaf := logits.clone().requires_grad_(), x).sum(), leaf)[0]
    torch.testing.assert_close(ours, torch.sigmoid(logits) - x, rtol=0.0, atol=0.0)


def test_that_certain_pixels_cost_nothing_and_hopeless_ones_their_logit() -> None:
    logits = torch.tensor([[-200.0, 200.0], [-200.0, 200.0]])
    x = torch.tensor([[0.0, 1.0], [1.0, 0.0]])
    assert cross_entropy(logits, x).tolist() == [0.0, 400.0]


def test_that_one_image_may_stand_against_many_predictions() -> None:
    logits, x = _batch()
    one = x[:1]
    torch.testing.assert_close(cross_entropy(logits, one), cross_entropy(logits, one.expand_as(logits)))

"""Group norm by sums over pixels: the same as torch's, with the same gradients, in every layout."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from vae_explorer.vae.networks import group_norm
from vae_explorer.vae.networks.group_norm import GroupNorm

LAST = torch.channels_last


@pytest.fixture(autouse=True)
def _no_batch_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_norm, "_LEAST_VALUES", 1)


def _norms(channels: int, groups: int) -> tuple[GroupNorm, nn.GroupNorm]:
    ours, theirs = GroupNorm(groups, channels), nn.GroupNorm(groups, channels)
    generator = torch.Generator().manual_seed(1)
    for ours_p, theirs_p in zip(ours.parameters(), theirs.parameters(), strict=True):
        values = torch.randn(channels, generator=generator)
        ours_p.data.copy_(values)
        theirs_p.data.copy_(values)
    return ours, theirs


def _maps(n: int, channels: int, height: int, width: int) -> Tensor:
    noise = torch.randn(n, channels, height, width, generator=torch.Generator().manual_seed(2))
    return (0.7 + 2.0 * noise).contiguous(memory_format=LAST)


@pytest.mark.parametrize(
    ("channels", "groups"), [(16, 8), (32, 8), (16, 1), (16, 16), (6, 2), (64, 8)]
)  # 64: torch's own kernel
@pytest.mark.parametrize(("height", "width"), [(16, 16), (5, 7), (1, 1)])
def test_that_values_and_gradients_are_torchs(channels: int, groups: int, height: int, width: int) -> None:
    ours, theirs = _norms(channels, groups)
    results = []
    for norm in (ours, theirs):
        maps = _maps(4, channels, height, width).requires_grad_()
        out = norm(maps)
        weights = torch.arange(out.numel(), dtype=torch.float32).view_as(out).cos()
        results.append((out, *torch.autograd.grad((out * weights).sum(), (maps, *norm.parameters()))))
    for mine, known in zip(*results, strict=True):
        assert mine.shape == known.shape
        assert torch.allclose(mine, known, rtol=1e-4, atol=1e-4)


def test_that_maps_stay_channels_last() -> None:
    ours, _ = _norms(16, 8)
    out = ours(_maps(3, 16, 8, 8).requires_grad_())
    assert out.is_contiguous(memory_format=LAST)


def test_that_bfloat16_is_normalised_in_float32() -> None:
    ours, theirs = _norms(16, 8)
    maps = _maps(3, 16, 8, 8).bfloat16()
    out = ours(maps)
    assert out.dtype == torch.float32
    assert torch.allclose(out, theirs(maps.float()), atol=1e-5)


def test_that_other_layouts_are_left_to_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_norm, "_ByChannels", None)
    ours, theirs = _norms(16, 8)
    maps = _maps(3, 16, 8, 8).contiguous()
    assert torch.equal(ours(maps), theirs(maps))


def test_that_even_maps_become_the_bias() -> None:
    ours, _ = _norms(16, 8)
    maps = torch.full((2, 16, 8, 8), 300.0).contiguous(memory_format=LAST)
    out = ours(maps)
    assert torch.isfinite(out).all()
    assert torch.allclose(out, ours.bias.view(1, -1, 1, 1).expand_as(out), atol=0.2)

"""Transposed convolutions by corners equal torch's own."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest
import torch
from torch import nn

from vae_explorer.vae.networks import transposed
from vae_explorer.vae.networks.transposed import TransposedConv2d

SIZES = [(1, 1), (4, 7), (16, 16)]  # maps (H, W)


@pytest.fixture
def corners_only(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """Lets every batch be large enough, and notes the shapes that were computed by corners."""
    seen: list[tuple[int, ...]] = []
    own: Callable[[TransposedConv2d, torch.Tensor], torch.Tensor] = TransposedConv2d._by_corners

    def by_corners(self: TransposedConv2d, maps: torch.Tensor) -> torch.Tensor:
        seen.append(tuple(maps.shape))
        return own(self, maps)

    monkeypatch.setattr(transposed, "_LEAST_WINDOWS", 1)
    monkeypatch.setattr(TransposedConv2d, "_by_corners", by_corners)
    return seen


def _pair(n_in: int, n_out: int, **settings: object) -> tuple[TransposedConv2d, nn.ConvTranspose2d]:
    torch.manual_seed(0)
    ours = TransposedConv2d(n_in, n_out, 4, 2, padding=1, **settings)  # type: ignore[arg-type]
    plain = nn.ConvTranspose2d(n_in, n_out, 4, 2, padding=1, **settings)  # type: ignore[arg-type]
    plain.load_state_dict(copy.deepcopy(ours.state_dict()))
    return ours, plain


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("bias", [True, False])
def test_that_maps_by_corners_are_those_of_torch(
    size: tuple[int, int], bias: bool, corners_only: list[tuple[int, ...]]
) -> None:
    ours, plain = _pair(6, 5, bias=bias)
    maps = torch.randn(3, 6, *size)
    with torch.no_grad():
        torch.testing.assert_close(ours(maps), plain(maps), rtol=1e-5, atol=1e-5)
    assert corners_only == [(3, 6, *size)]


def test_that_gradients_by_corners_are_those_of_torch_in_bfloat16(
    corners_only: list[tuple[int, ...]],
) -> None:
    ours, plain = (layer.to(memory_format=torch.channels_last) for layer in _pair(8, 4))
    found = []
    for layer in (ours, plain):
        torch.manual_seed(1)
        maps = torch.randn(4, 8, 6, 5).contiguous(memory_format=torch.channels_last).requires_grad_()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            out = layer(maps.bfloat16())
        loss = (out.float() * torch.randn(out.shape)).sum()
        found.append([out, *torch.autograd.grad(loss, [maps, *layer.parameters()])])
    assert corners_only == [(4, 8, 6, 5)]
    for by_corners, by_torch in zip(*found, strict=True):
        scale = float(by_torch.detach().abs().max())
        torch.testing.assert_close(by_corners.float() / scale, by_torch.float() / scale, rtol=0.0, atol=0.01)


@pytest.mark.parametrize("n_out", [1, 2, 3, 4, 8, 12, 16])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32, torch.float64])
@pytest.mark.parametrize("layout", [torch.channels_last, torch.contiguous_format])
def test_that_pixels_around_corners_and_their_gradients_move_bit_for_bit(
    n_out: int, dtype: torch.dtype, layout: torch.memory_format
) -> None:
    noise = torch.Generator().manual_seed(n_out)
    corners = torch.randn(2, 4 * n_out, 4, 6, generator=noise).to(dtype).contiguous(memory_format=layout)
    corners.requires_grad_()
    pixels = transposed._AroundCorners.apply(corners)
    assert pixels.is_contiguous(memory_format=torch.channels_last)
    # Channel of corner (a, b): row p, column q, channel c; its pixel is (2a − 1 + p, 2b − 1 + q).
    blocks = corners.unflatten(1, (2, 2, n_out)).permute(0, 3, 4, 5, 1, 2)  # B, c, H + 1, W + 1, p, q
    expected = blocks.permute(0, 1, 2, 4, 3, 5).reshape(2, n_out, 8, 12)[:, :, 1:-1, 1:-1]
    assert torch.equal(pixels, expected)
    gradient = torch.randn(pixels.shape, generator=noise).to(dtype)
    ours, theirs = (
        torch.autograd.grad(out, corners, gradient, retain_graph=True)[0] for out in (pixels, expected)
    )
    assert torch.equal(ours, theirs)


def test_that_results_are_dense_in_channels_last(corners_only: list[tuple[int, ...]]) -> None:
    ours, _ = _pair(4, 4)
    with torch.no_grad():
        assert ours(torch.randn(2, 4, 3, 3)).is_contiguous(memory_format=torch.channels_last)
    assert corners_only


def test_that_float32_with_gradients_small_batches_and_other_kernels_stay_with_torch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(self: TransposedConv2d, maps: torch.Tensor) -> torch.Tensor:
        raise AssertionError("not by corners")

    monkeypatch.setattr(TransposedConv2d, "_by_corners", refuse)
    large = torch.randn(64, 2, 8, 8)
    layer = TransposedConv2d(2, 2, 4, 2, padding=1)
    assert layer(large).shape == (64, 2, 16, 16)
    with torch.no_grad():
        assert layer(large[:2]).shape == (2, 2, 16, 16)
        assert TransposedConv2d(2, 2, (3, 4), (1, 2), padding=1)(large).shape == (64, 2, 8, 16)
        odd = TransposedConv2d(2, 2, 4, 2, padding=1, output_padding=1)
        assert odd(large).shape == (64, 2, 17, 17)
        assert layer(large, output_size=[16, 16]).shape == (64, 2, 16, 16)

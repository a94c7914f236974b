"""Weights laid out for one image at a time: the same numbers, read in another order."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from vae_explorer.latent import layouts
from vae_explorer.latent.layouts import WideLinear, lay_out_for_single_images


@pytest.fixture
def _small_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layouts, "LARGE_BYTES", 40 * 300 * 4)


@pytest.mark.usefixtures("_small_is_large")
def test_that_a_wide_layer_is_read_by_inputs_and_computes_the_same() -> None:
    model = nn.Sequential(nn.Linear(40, 300), nn.ReLU(), nn.Linear(300, 40)).requires_grad_(False)
    x = torch.randn(3, 40, generator=torch.Generator().manual_seed(0))
    before, weights = model(x), {name: tensor.clone() for name, tensor in model.state_dict().items()}
    lay_out_for_single_images(model)
    wide, narrow = model[0], model[2]
    assert wide.weight.stride() == (1, 300)
    assert narrow.weight.stride() == (300, 1)
    assert not wide.weight.requires_grad
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, weights[name])
    assert torch.allclose(model(x), before, atol=1e-6)
    assert torch.allclose(model(x[:1]), before[:1], atol=1e-6)


@pytest.mark.usefixtures("_small_is_large")
@pytest.mark.parametrize("cores", [1, 2])
@pytest.mark.parametrize("bias", [True, False])
def test_that_a_single_row_is_the_same_however_many_threads_compute_it(
    monkeypatch: pytest.MonkeyPatch, cores: int, bias: bool
) -> None:
    monkeypatch.setattr(layouts, "usable_cores", lambda: cores)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 1)  # as beside the window
    layouts._second_reader.cache_clear()
    layer = nn.Linear(40, 301, bias=bias)
    model = nn.Sequential(layer).requires_grad_(False)
    lay_out_for_single_images(model)
    assert isinstance(model[0], WideLinear)
    rows = torch.randn(5, 40, generator=torch.Generator().manual_seed(0))
    expected = layer(rows)
    with torch.inference_mode():
        for x, known in ((rows[:1], expected[:1]), (rows[2], expected[2]), (rows, expected)):
            assert model(x).shape == known.shape
            assert torch.allclose(model(x), known, atol=1e-6)
    layouts._second_reader.cache_clear()


@pytest.mark.usefixtures("_small_is_large")
def test_that_gradients_pass_a_wide_layer() -> None:
    layer = nn.Linear(40, 300)
    model = nn.Sequential(layer).requires_grad_(False)
    lay_out_for_single_images(model)
    z = torch.randn(1, 40, requires_grad=True)
    (gradient,) = torch.autograd.grad(model(z).sum(), z)
    assert torch.allclose(gradient[0], layer.weight.sum(0), atol=1e-5)


def test_that_small_layers_and_the_weights_themselves_stay() -> None:
    layer = nn.Linear(40, 300)
    shared = layer.weight
    model = nn.Sequential(layer)
    lay_out_for_single_images(model)
    assert model[0] is layer
    assert layer.weight is shared
    assert layer.weight.is_contiguous()


def test_that_convolutions_lie_channels_last() -> None:
    layer = nn.Conv2d(3, 8, 3)
    lay_out_for_single_images(layer)
    assert layer.weight.is_contiguous(memory_format=torch.channels_last)

"""Weights laid out for one image at a time: the same numbers, read in another order."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from vae_explorer.latent import layouts
from vae_explorer.latent.layouts import lay_out_for_single_images


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


def test_that_small_layers_and_the_weights_themselves_stay() -> None:
    layer = nn.Linear(40, 300)
    shared = layer.weight
    lay_out_for_single_images(layer)
    assert layer.weight is shared
    assert layer.weight.is_contiguous()


def test_that_convolutions_lie_channels_last() -> None:
    layer = nn.Conv2d(3, 8, 3)
    lay_out_for_single_images(layer)
    assert layer.weight.is_contiguous(memory_format=torch.channels_last)

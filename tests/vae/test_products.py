"""Dense layers by oneDNN: the same numbers, and only where that is meant."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from vae_explorer.vae import products
from vae_explorer.vae.config import ModelConfig, ObjectiveConfig
from vae_explorer.vae.losses import mean_losses
from vae_explorer.vae.model import build_model
from vae_explorer.vae.pixels import Pixels
from vae_explorer.vae.products import fast_products


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Rows of each layer that oneDNN was asked for, on any processor."""
    if not torch.backends.mkldnn.is_available() or not hasattr(torch.ops.mkldnn, "_linear_pointwise"):
        pytest.skip("this torch has no oneDNN")
    products._suits.cache_clear()
    monkeypatch.setattr(products, "_is_by_intel", lambda: False)
    monkeypatch.setattr(torch.backends.mkl, "is_available", lambda: True)
    found: list[int] = []
    layer = products._layer

    def watched(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
        found.append(len(x))
        return layer(x, weight, bias)

    assert products._suits()
    monkeypatch.setattr(products, "_layer", watched)
    yield found
    products._suits.cache_clear()


def test_that_batches_without_gradients_give_the_same_numbers(calls: list[int]) -> None:
    generator = torch.Generator().manual_seed(0)
    x, weight = torch.rand(64, 300, generator=generator), torch.rand(70, 300, generator=generator) - 0.5
    bias = torch.rand(70, generator=generator)
    exact = F.linear(x.double(), weight.double(), bias.double())
    with torch.no_grad(), fast_products():
        torch.testing.assert_close(F.linear(x, weight, bias).double(), exact, rtol=1e-5, atol=1e-5)
        torch.testing.assert_close(F.linear(x, weight).double(), exact - bias.double(), rtol=1e-5, atol=1e-5)
    assert calls == [64, 64]


def test_that_models_go_through_it(calls: list[int]) -> None:
    model = build_model(
        ModelConfig(network="mlp", hidden=(32,), latent_dim=3), ObjectiveConfig(), (1, 12, 12)
    )
    x = torch.rand(40, 1, 12, 12, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        plain = model(x, torch.Generator().manual_seed(2))
        with fast_products():
            fast = model(x, torch.Generator().manual_seed(2))
    torch.testing.assert_close(fast[2], plain[2], rtol=1e-5, atol=1e-5)
    assert calls == [40, 40, 40, 40]  # encoder, both heads at once, two layers of the decoder


def test_that_the_losses_of_many_images_go_through_it_but_for_a_smaller_last_batch(calls: list[int]) -> None:
    model = build_model(
        ModelConfig(network="mlp", hidden=(32,), latent_dim=3), ObjectiveConfig(), (1, 12, 12)
    )
    images = np.random.default_rng(0).integers(0, 256, (100, 1, 12, 12), dtype=np.uint8)
    pixels = Pixels(images, torch.device("cpu"))
    whole = mean_losses(model, pixels, np.arange(100), 40, torch.Generator().manual_seed(0))
    assert calls == [40] * 4 * 2
    calls.clear()
    parts = [
        mean_losses(model, pixels, part, 100, torch.Generator().manual_seed(0))
        for part in np.split(np.arange(100), [40])
    ]
    assert not calls
    assert whole.kl == pytest.approx((40 * parts[0].kl + 60 * parts[1].kl) / 100, rel=1e-5)


def test_that_gradients_single_rows_and_other_precisions_are_left_alone(calls: list[int]) -> None:
    weight = torch.rand(5, 8, requires_grad=True)
    with fast_products():
        assert F.linear(torch.rand(32, 8), weight).requires_grad
        with torch.no_grad():
            F.linear(torch.rand(1, 8), weight)
            F.linear(torch.rand(32, 8, dtype=torch.float64), weight.double())
            F.linear(torch.rand(2, 16, 8), weight)
            with torch.autocast("cpu", torch.bfloat16):
                assert F.linear(torch.rand(32, 8), weight).dtype == torch.bfloat16
    assert not calls


def test_that_a_processor_by_intel_keeps_its_own_library(monkeypatch: pytest.MonkeyPatch) -> None:
    products._suits.cache_clear()
    monkeypatch.setattr(products, "_is_by_intel", lambda: True)
    with torch.no_grad(), fast_products():
        assert torch.equal(F.linear(torch.eye(32), torch.eye(32)), torch.eye(32))
    assert not products._suits()
    products._suits.cache_clear()

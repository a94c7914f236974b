"""Networks: every size, both channel counts, non-square; an image's code is its own."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import get_args

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from vae_explorer.vae.config import ModelConfig, NetworkName, ObjectiveConfig
from vae_explorer.vae.model import build_model
from vae_explorer.vae.networks.gated import GatedDense
from vae_explorer.vae.networks.parts import COARSEST, scales_of
from vae_explorer.vae.networks.residual import ResidualBlock

SIDES = st.integers(8, 256)


@given(height=SIDES, width=SIDES)
def test_that_scales_halve_each_side_until_it_is_small(height: int, width: int) -> None:
    sizes = scales_of(height, width)
    assert sizes[0] == (height, width)
    assert all(COARSEST / 2 < side <= COARSEST for side in sizes[-1])
    for (h, w), (next_h, next_w) in pairwise(sizes):
        assert next_h in (h, (h + 1) // 2)
        assert next_w in (w, (w + 1) // 2)
        assert (next_h, next_w) != (h, w)


@settings(max_examples=60, deadline=None)
@given(
    network=st.sampled_from(get_args(NetworkName)),
    channels=st.sampled_from([1, 3]),
    height=st.one_of(st.integers(8, 40), st.sampled_from([64, 127, 256])),
    width=st.one_of(st.integers(8, 40), st.sampled_from([65, 100, 256])),
    latent_dim=st.sampled_from([1, 2, 5]),
)
def test_that_every_network_maps_any_image_to_its_latent_and_back_to_the_same_shape(
    network: NetworkName, channels: int, height: int, width: int, latent_dim: int
) -> None:
    config = ModelConfig(network=network, hidden=(7, 5), width=4, latent_dim=latent_dim)
    model = build_model(config, ObjectiveConfig(), (channels, height, width))
    x = torch.rand((2, channels, height, width), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        posterior = model.encode(x)
        params = model.decode(posterior.mu)
    assert posterior.mu.shape == posterior.log_var.shape == (2, latent_dim)
    assert params.shape == x.shape
    assert params.isfinite().all()


def test_that_the_extremes_of_size_and_latent_dimension_work_for_each_network() -> None:
    for network in get_args(NetworkName):
        for shape, latent_dim in (((3, 8, 256), 512), ((1, 256, 8), 1), ((1, 8, 8), 512)):
            config = ModelConfig(network=network, hidden=(4,), width=4, latent_dim=latent_dim)
            model = build_model(config, ObjectiveConfig(), shape)
            with torch.no_grad():
                assert model.decode(torch.zeros(1, latent_dim)).shape == (1, *shape)


def test_that_the_code_of_an_image_does_not_depend_on_its_batch() -> None:
    x = torch.rand((6, 3, 11, 14), generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    for network in get_args(NetworkName):
        config = ModelConfig(network=network, width=4, hidden=(8,))
        model = build_model(config, ObjectiveConfig(), (3, 11, 14)).double()
        with torch.no_grad():
            together, alone = model.encode(x), model.encode(x[2:3])
            torch.testing.assert_close(together.mu[2:3], alone.mu)
            torch.testing.assert_close(model.decode(together.mu)[2:3], model.decode(alone.mu))


def test_that_every_weight_of_a_network_gets_a_gradient() -> None:
    x = torch.rand((4, 1, 13, 10), generator=torch.Generator().manual_seed(0))
    for network in get_args(NetworkName):
        config = ModelConfig(network=network, width=4, hidden=(8, 6))
        model = build_model(config, ObjectiveConfig(), (1, 13, 10))
        for part in model.modules():  # residual blocks start as the identity: move them off it
            if isinstance(part, ResidualBlock):
                torch.nn.init.constant_(part.last.weight, 0.01)
        posterior, _, params = model(x, torch.Generator().manual_seed(1))
        torch.autograd.backward(params.square().sum() + posterior.kl().sum())
        for name, weight in model.named_parameters():
            assert weight.grad is not None, name
            assert weight.grad.abs().sum() > 0, name


def test_that_residual_blocks_start_as_the_identity() -> None:
    model = build_model(ModelConfig(network="residual", width=4), ObjectiveConfig(), (1, 16, 16))
    blocks = [part for part in model.modules() if isinstance(part, ResidualBlock)]
    assert len(blocks) == 4
    for block in blocks:
        maps = torch.randn((2, block.first.in_channels, 4, 4), generator=torch.Generator().manual_seed(0))
        assert torch.equal(block(maps), maps)


def test_that_latents_are_multiplied_in_float32_and_wider_layers_in_bfloat16() -> None:
    model = build_model(ModelConfig(network="mlp", hidden=(24, 16)), ObjectiveConfig(), (1, 8, 8))
    found: list[torch.dtype] = []
    for part in model.decoder.modules():
        if isinstance(part, nn.Linear):
            part.register_forward_hook(lambda _module, _given, made: found.append(made.dtype))
    with torch.autocast("cpu", torch.bfloat16):
        model.decoder(torch.zeros(4, 2))
    assert found == [torch.float32, torch.bfloat16, torch.bfloat16]


def test_that_the_residual_decoder_starts_with_as_many_dense_layers_as_asked() -> None:
    for n_layers, widths in ((1, [16]), (2, [64, 64]), (3, [64, 64, 64])):
        config = ModelConfig(network="residual", width=4, start_layers=n_layers, latent_dim=2)
        model = build_model(config, ObjectiveConfig(), (1, 16, 16))
        dense = [(m.in_features, m.out_features) for m in model.decoder.modules() if isinstance(m, nn.Linear)]
        first_map = 8 * 4 * 4  # channels of the coarsest scale, 4 × 4 pixels
        assert dense == list(pairwise([2, *widths, first_map]))


def test_that_the_burgess_network_has_the_published_layers() -> None:
    """Burgess et al. 2018, appendix A.1: 32 channels, 4 × 4 with stride 2, four times for 64 × 64, then 256 and 256."""
    config = ModelConfig(network="burgess", latent_dim=10)
    model = build_model(config, ObjectiveConfig(), (1, 64, 64))
    convolutions = [m for m in model.encoder.modules() if isinstance(m, nn.Conv2d)]
    linear = [m.out_features for m in model.encoder.modules() if isinstance(m, nn.Linear)]
    assert [(m.out_channels, m.kernel_size, m.stride) for m in convolutions] == [(32, (4, 4), (2, 2))] * 4
    assert linear == [256, 256]
    ups = [m for m in model.decoder.modules() if isinstance(m, nn.ConvTranspose2d)]
    assert [(m.out_channels, m.kernel_size) for m in ups] == [(32, (4, 4))] * 3 + [(1, (4, 4))]
    small = build_model(config, ObjectiveConfig(), (3, 32, 32))
    assert sum(isinstance(m, nn.Conv2d) for m in small.encoder.modules()) == 3


def test_that_the_gated_network_has_the_published_layers() -> None:
    """Tomczak & Welling 2018: two gated layers of 300 units each way; a layer is (A·x + b) ⊙ sigmoid(C·x + d)."""
    config = ModelConfig(network="gated", hidden=(300, 300), latent_dim=40)
    model = build_model(config, ObjectiveConfig(), (1, 28, 28))
    n_in, n, d = 784, 300, 40
    layer = lambda a, b: 2 * (a + 1) * b  # noqa: E731  # a value and a gate, each with its bias
    expected = layer(n_in, n) + layer(n, n) + 2 * (n + 1) * d + layer(d, n) + layer(n, n) + (n + 1) * n_in
    assert sum(weight.numel() for weight in model.parameters()) == expected
    gated = GatedDense(5, 3)
    x = torch.randn((4, 5), generator=torch.Generator().manual_seed(0))
    value, gate = gated.both.weight[:3], gated.both.weight[3:]
    bias = gated.both.bias
    expected_output = (x @ value.T + bias[:3]) * torch.sigmoid(x @ gate.T + bias[3:])
    torch.testing.assert_close(gated(x), expected_output)


def test_that_every_network_makes_the_numbers_that_its_likelihood_needs() -> None:
    for network in get_args(NetworkName):
        for channels, outputs in ((1, 6), (3, 20)):
            config = ModelConfig(
                network=network, width=4, hidden=(8,), likelihood="logistic-mixture", logistics=2
            )
            model = build_model(config, ObjectiveConfig(), (channels, 9, 12))
            with torch.no_grad():
                params = model.decode(torch.zeros(2, 2))
            assert params.shape == (2, outputs, 9, 12)
            assert model.likelihood.mean(params).shape == (2, channels, 9, 12)


@pytest.mark.parametrize("network", ["conv", "residual", "burgess"])
def test_that_maps_and_their_gradients_lie_channels_last_throughout_if_the_kernels_do(
    network: NetworkName,
) -> None:
    config = ModelConfig(network=network, width=8, latent_dim=3)
    seen: list[tuple[str, str]] = []
    found: list[list[torch.Tensor]] = []
    for layout in (torch.contiguous_format, torch.channels_last):
        seen.clear()
        model = build_model(config, ObjectiveConfig(), (3, 32, 32)).to(memory_format=layout)

        def note(what: str) -> Callable[[torch.Tensor], None]:
            def take(maps: torch.Tensor) -> None:
                if maps.dim() == 4 and not maps.is_contiguous(memory_format=torch.channels_last):
                    seen.append((what, str(tuple(maps.shape))))

            return take

        def watch(layer: nn.Module, inputs: tuple[torch.Tensor], _output: torch.Tensor) -> None:
            note(f"input of {layer}")(inputs[0])
            if inputs[0].requires_grad:
                inputs[0].register_hook(note(f"gradient of the input of {layer}"))

        for name, layer in model.named_modules():
            is_start = "decoder.start" in name or isinstance(layer, nn.Unflatten)  # rows of features still
            if not list(layer.children()) and not is_start:
                layer.register_forward_hook(watch)
        x = torch.rand((4, 3, 32, 32), generator=torch.Generator().manual_seed(0))
        x = x.contiguous(memory_format=layout)
        loss = (model.decode(model.encode(x).mu) - x).square().sum()
        found.append([loss, *torch.autograd.grad(loss, list(model.encoder.parameters()))])
    assert not seen
    for plain, apart in zip(*found, strict=True):
        torch.testing.assert_close(plain, apart, rtol=1e-3, atol=1e-3)

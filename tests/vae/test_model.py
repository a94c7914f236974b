"""The model: the reference sizes, seeds, plain autoencoders, refusals."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from vae_explorer.errors import ConfigError
from vae_explorer.vae.config import ModelConfig, ObjectiveConfig
from vae_explorer.vae.model import VAE, build_model, model_from_weights
from vae_explorer.vae.posterior import LOG_VAR_MAX, LOG_VAR_MIN

REFERENCE = ModelConfig(network="mlp", hidden=(400,), latent_dim=20)
SMALL = ModelConfig(network="mlp", hidden=(16,), latent_dim=3)
VARIATIONAL = ObjectiveConfig()
PLAIN = ObjectiveConfig(name="autoencoder")


class BasicExample(nn.Module):
    """The model of pytorch/examples/vae/main.py, written as there."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(784, 400)
        self.fc21 = nn.Linear(400, 20)
        self.fc22 = nn.Linear(400, 20)
        self.fc3 = nn.Linear(20, 400)
        self.fc4 = nn.Linear(400, 784)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        h1 = F.relu(self.fc1(x))
        mu, logvar = self.fc21(h1), self.fc22(h1)
        return torch.sigmoid(self.fc4(F.relu(self.fc3(mu)))), mu, logvar


def _pairs(model: VAE, example: BasicExample) -> list[tuple[nn.Module, nn.Linear]]:
    assert model.log_var is not None
    ours = [part for part in model.modules() if isinstance(part, nn.Linear)]
    assert len(ours) == 5
    encoder, mu, log_var, *decoder = ours
    return list(
        zip(
            [encoder, mu, log_var, *decoder],
            [example.fc1, example.fc21, example.fc22, example.fc3, example.fc4],
            strict=True,
        )
    )


def test_that_the_reference_model_is_the_basic_example_of_pytorch() -> None:
    """Same layers, same function, and the same loss, with the weights of one in the other."""
    model, example = build_model(REFERENCE, VARIATIONAL, (1, 28, 28)), BasicExample()
    for ours, theirs in _pairs(model, example):
        theirs.load_state_dict(ours.state_dict())
    assert sum(p.numel() for p in model.parameters()) == sum(p.numel() for p in example.parameters())
    x = torch.rand((5, 1, 28, 28), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        reconstruction, mu, log_var = example(x.flatten(1))
        posterior = model.encode(x)
        params = model.decode(posterior.mu)
        bce = F.binary_cross_entropy(reconstruction, x.flatten(1), reduction="sum")
        kld = -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp())
        torch.testing.assert_close(posterior.mu, mu)
        torch.testing.assert_close(posterior.log_var, log_var)
        torch.testing.assert_close(model.likelihood.mean(params).flatten(1), reconstruction)
        torch.testing.assert_close(-model.likelihood.log_prob(x, params).sum(), bce)
        torch.testing.assert_close(posterior.kl().sum(), kld)


def test_that_weights_depend_on_the_seed_alone_and_the_global_generator_is_untouched() -> None:
    before = torch.random.get_rng_state()
    for network in ("mlp", "conv", "residual", "burgess"):
        config = ModelConfig(network=network, width=4, hidden=(8,))
        first, again, other = (build_model(config, VARIATIONAL, (1, 9, 12), seed) for seed in (1, 1, 2))
        for name, weight in first.state_dict().items():
            assert torch.equal(weight, again.state_dict()[name])
        assert any(not torch.equal(w, other.state_dict()[name]) for name, w in first.state_dict().items())
    assert torch.equal(before, torch.random.get_rng_state())


def test_that_a_plain_autoencoder_has_no_posterior_width_and_decodes_its_mean() -> None:
    model = build_model(SMALL, PLAIN, (1, 8, 8))
    x = torch.rand((4, 1, 8, 8), generator=torch.Generator().manual_seed(0))
    posterior, z, _ = model(x, None)
    assert torch.equal(z, posterior.mu)
    assert posterior.log_var.eq(LOG_VAR_MIN).all()
    assert model.log_var is None


def test_that_log_var_stays_in_bounds_whatever_the_weights() -> None:
    model = build_model(SMALL, VARIATIONAL, (1, 8, 8))
    assert model.log_var is not None
    x = torch.rand((4, 1, 8, 8), generator=torch.Generator().manual_seed(0))
    for bias, bound in ((1e6, LOG_VAR_MAX), (-1e6, LOG_VAR_MIN)):
        nn.init.constant_(model.log_var.bias, bias)
        posterior = model.encode(x)
        assert posterior.log_var.eq(bound).all()
        assert posterior.kl().isfinite().all()
        assert posterior.sample(None).isfinite().all()


def test_that_gradients_of_the_whole_model_agree_with_finite_differences() -> None:
    model = build_model(ModelConfig(network="conv", width=4), VARIATIONAL, (1, 9, 8)).double()
    x = torch.rand((2, 1, 9, 8), generator=torch.Generator().manual_seed(0), dtype=torch.float64)

    def loss() -> torch.Tensor:
        posterior, _, params = model(x, torch.Generator().manual_seed(5))
        total: torch.Tensor = posterior.kl().sum(1) - model.likelihood.log_prob(x, params)
        return total.mean()

    torch.autograd.backward(loss())
    generator = torch.Generator().manual_seed(6)
    for name, weight in model.named_parameters():
        direction = torch.randn(weight.shape, generator=generator, dtype=torch.float64)
        assert weight.grad is not None
        slope = (weight.grad * direction).sum().item()
        with torch.no_grad():
            h = 1e-6
            weight.add_(direction, alpha=h)
            above = loss().item()
            weight.sub_(direction, alpha=2 * h)
            below = loss().item()
            weight.add_(direction, alpha=h)
        assert slope == pytest.approx((above - below) / (2 * h), rel=1e-4, abs=1e-6), name


def test_that_weights_make_the_same_model_again_as_a_copy() -> None:
    model = build_model(SMALL, VARIATIONAL, (1, 8, 8), seed=3)
    weights = {name: tensor.half() for name, tensor in model.state_dict().items()}
    again = model_from_weights(SMALL, VARIATIONAL, (1, 8, 8), weights)
    for name, tensor in again.state_dict().items():
        assert tensor.dtype == torch.float32
        assert torch.equal(tensor, weights[name].float())
    with torch.no_grad():
        next(again.parameters()).zero_()
    assert next(iter(weights.values())).abs().sum() > 0


def test_that_weights_of_another_model_are_refused_in_words() -> None:
    weights = build_model(SMALL, VARIATIONAL, (1, 8, 8)).state_dict()
    with pytest.raises(ConfigError, match="do not fit"):
        model_from_weights(SMALL, VARIATIONAL, (1, 8, 9), weights)
    with pytest.raises(ConfigError, match="do not fit"):
        model_from_weights(SMALL, PLAIN, (1, 8, 8), weights)


@pytest.mark.parametrize("shape", [(2, 28, 28), (1, 7, 28), (3, 28, 257)])
def test_that_images_outside_the_range_are_refused_in_words(shape: tuple[int, int, int]) -> None:
    with pytest.raises(ConfigError, match="choose 1 or 3 channels and sides from 8 to 256"):
        build_model(SMALL, VARIATIONAL, shape)


def test_that_posteriors_start_about_as_wide_as_the_prior() -> None:
    x = torch.rand((64, 1, 28, 28), generator=torch.Generator().manual_seed(0))
    for network in ("mlp", "conv", "residual", "burgess"):
        model = build_model(ModelConfig(network=network, width=8, latent_dim=8), VARIATIONAL, (1, 28, 28))
        with torch.no_grad():
            assert model.encode(x).log_var.abs().max() < 0.5


@pytest.mark.parametrize("network", ["mlp", "conv", "residual", "burgess"])
def test_that_a_fresh_model_needs_none_of_the_heavy_modules_that_torch_imports_on_demand(
    network: str,
) -> None:
    code = (
        "import sys, torch; from vae_explorer.vae.config import ModelConfig, ObjectiveConfig;"
        "from vae_explorer.vae.model import build_model;"
        f"build_model(ModelConfig(network={network!r}), ObjectiveConfig(), (1, 16, 16));"
        "print('sympy' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"

"""The importance weighted bound and its two gradients on a model whose every density is Gaussian."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from vae_explorer.vae.config import ModelConfig, ObjectiveConfig
from vae_explorer.vae.model import VAE
from vae_explorer.vae.objectives import make_objective
from vae_explorer.vae.posterior import Posterior

D, C = 2, 3  # latent and observed numbers
N_DRAWS = 4000


class LinearLikelihood(nn.Module):
    """x ~ N(params, ½ I)."""

    def log_prob(self, x: Tensor, params: Tensor) -> Tensor:
        return (-((x - params).flatten(1).square()) - 0.5 * math.log(math.pi)).sum(1)


class LinearModel(VAE):
    """Encoder and decoder of one matrix each; the posterior is off, so that the gradient is not zero."""

    def __init__(self) -> None:
        super().__init__(ModelConfig(network="mlp", hidden=(4,), latent_dim=D), (1, 8, 8))
        generator = torch.Generator().manual_seed(0)
        self.likelihood = LinearLikelihood()  # type: ignore[assignment]  # of another shape of images
        self.weight = nn.Parameter(torch.randn((C, D), generator=generator))
        self.inference = nn.Parameter(0.5 * torch.randn((D, C), generator=generator))
        self.width = nn.Parameter(torch.full((D,), -0.3))

    def encode(self, x: Tensor, y: Tensor | None = None) -> Posterior:
        mu = x.flatten(1) @ self.inference.T
        return Posterior(mu, self.width.expand_as(mu))

    def decode(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        return (z @ self.weight.T)[:, :, None, None]


X = torch.tensor([0.7, -0.4, 1.1]).view(1, C, 1, 1)


def _gradients(model: LinearModel, *, dreg: bool, n_samples: int = 16) -> tuple[Tensor, Tensor]:
    """Gradients of the encoder's and the decoder's weights at X, one row a draw."""
    objective = make_objective(ObjectiveConfig(name="iwae", n_samples=n_samples, dreg=dreg))
    encoder, decoder = [], []
    for seed in range(N_DRAWS // 4):
        terms = objective(model, X, 1.0, torch.Generator().manual_seed(seed + (10_000 if dreg else 0)))
        one, two, three = torch.autograd.grad(terms.loss, [model.inference, model.width, model.weight])
        encoder.append(torch.cat((one.flatten(), two)))
        decoder.append(three.flatten())
    return torch.stack(encoder), torch.stack(decoder)


def test_that_the_doubly_reparameterised_gradient_has_the_same_mean_and_less_variance() -> None:
    model = LinearModel()
    plain, plain_decoder = _gradients(model, dreg=False)
    double, double_decoder = _gradients(model, dreg=True)
    for one, other in ((plain, double), (plain_decoder, double_decoder)):
        error = ((one.var(0) + other.var(0)) / len(one)).sqrt()
        assert ((one.mean(0) - other.mean(0)).abs() < 4.0 * error).all()
    assert double.var(0).sum() < 0.6 * plain.var(0).sum()
    error = (double.var(0) / len(double)).sqrt()
    assert (double.mean(0).abs() > 6.0 * error).any()  # there is a gradient to find


def test_that_the_bound_rises_with_samples_towards_the_exact_likelihood() -> None:
    """p(x) = N(0, W Wᵀ + ½ I) for this model."""
    model = LinearModel()
    covariance = (model.weight @ model.weight.T + 0.5 * torch.eye(C)).detach()
    exact = torch.distributions.MultivariateNormal(torch.zeros(C), covariance).log_prob(X.view(C)).item()
    bounds = []
    for n_samples in (1, 4, 64, 512):
        objective = make_objective(ObjectiveConfig(name="iwae", n_samples=n_samples))
        generator = torch.Generator().manual_seed(0)
        with torch.no_grad():
            terms = objective(model, X.expand(2000, C, 1, 1), 1.0, generator)
        bounds.append(-terms.loss.item())
    assert bounds == sorted(bounds)
    assert bounds[-1] == pytest.approx(exact, abs=0.02)
    assert bounds[0] < exact - 0.2

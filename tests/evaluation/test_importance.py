"""Importance sampling against a linear-Gaussian model, whose marginal likelihood is known exactly."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal
from torch import Tensor, nn

from vae_explorer.errors import ConfigError
from vae_explorer.evaluation.densities import standard_normal_log_prob
from vae_explorer.evaluation.importance import (
    ImportanceEstimate,
    bound_curve,
    iterate_log_weights,
    log_weights,
)
from vae_explorer.evaluation.many_samples import log_likelihood, softplus_sum
from vae_explorer.vae.config import ModelConfig, ObjectiveConfig
from vae_explorer.vae.likelihoods import Likelihood
from vae_explorer.vae.model import VAE, build_model
from vae_explorer.vae.posterior import Posterior

SHAPE = (1, 8, 8)
N_PIXELS, DIM, SIGMA = 64, 2, 0.5


class _PlainGaussian(Likelihood):
    """N(params, σ²): no sigmoid, so that with a linear decoder p(x) is Gaussian."""

    def log_prob(self, x: Tensor, params: Tensor) -> Tensor:
        error = (x - params).flatten(1) / SIGMA
        return -0.5 * (error.square() + math.log(2 * math.pi * SIGMA**2)).sum(1)


class _Linear(nn.Module):
    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        self.weight = weight

    def forward(self, z: Tensor) -> Tensor:
        return (z @ self.weight.T).view(-1, *SHAPE)


def _model(likelihood: str = "bernoulli") -> VAE:
    config = ModelConfig(network="mlp", hidden=(16,), latent_dim=DIM, likelihood=likelihood)  # type: ignore[arg-type]
    return build_model(config, ObjectiveConfig(), SHAPE, seed=3).eval().requires_grad_(False)


def _pixels(n: int) -> Tensor:
    return torch.rand(n, *SHAPE, generator=torch.Generator().manual_seed(n))


def _ppca() -> tuple[VAE, Tensor, Posterior, np.ndarray]:
    """Probabilistic PCA (Tipping & Bishop 1999): x = W z + σ ε; images, exact posterior, exact log p(x)."""
    generator = torch.Generator().manual_seed(0)
    weight = 0.15 * torch.randn(N_PIXELS, DIM, generator=generator)
    weight[:, 1] -= weight[:, 0] * (weight[:, 0] @ weight[:, 1]) / weight[:, 0].square().sum()  # orthogonal:
    z = torch.randn(40, DIM, generator=generator)  # the posterior is then diagonal
    x = z @ weight.T + SIGMA * torch.randn(40, N_PIXELS, generator=generator)
    precision = torch.diag(weight.T @ weight) / SIGMA**2 + 1.0  # (D,)
    mu = (x @ weight) / SIGMA**2 / precision
    model = _model("gaussian")
    model.decoder = _Linear(weight)  # type: ignore[assignment]
    model.likelihood = _PlainGaussian()
    cov = (weight @ weight.T).double().numpy() + SIGMA**2 * np.eye(N_PIXELS)
    exact = multivariate_normal(np.zeros(N_PIXELS), cov).logpdf(x.double().numpy())
    return model, x.view(-1, *SHAPE), Posterior(mu, -precision.log().expand_as(mu)), exact


def _estimate(model: VAE, x: Tensor, posterior: Posterior, k: int, seed: int = 0) -> ImportanceEstimate:
    steps = iterate_log_weights(model, x, k, torch.Generator().manual_seed(seed), posterior)
    return ImportanceEstimate.joined([ImportanceEstimate.of(w) for _, w in steps if w is not None])


def test_that_one_sample_of_the_exact_posterior_gives_the_exact_likelihood() -> None:
    model, x, posterior, exact = _ppca()
    found = _estimate(model, x, posterior, 1)
    np.testing.assert_allclose(-found.nll, exact, atol=1e-3)


def test_that_a_poor_proposal_still_gives_the_exact_likelihood_within_its_error() -> None:
    model, x, posterior, exact = _ppca()
    poor = Posterior(posterior.mu + 0.1, posterior.log_var + 0.8)
    found = _estimate(model, x, poor, 4000)
    assert found.nll.shape == (40,)
    assert 0 < found.sampling_error < 0.01
    assert abs(found.nll.mean() + exact.mean()) < 3 * found.sampling_error
    assert abs(found.nll.mean() + exact.mean()) > 0  # it is an estimate
    each = np.sqrt(1 / found.effective_samples - 1 / 4000)  # of one image
    assert np.abs((found.nll + exact) / each).max() < 4.5


def test_that_the_bound_rises_with_every_doubling_and_starts_at_the_elbo() -> None:
    model, x, posterior, exact = _ppca()
    poor = Posterior(posterior.mu + 0.2, posterior.log_var + 1.0)
    log_w = np.concatenate(
        [
            w
            for _, w in iterate_log_weights(model, x, 1024, torch.Generator().manual_seed(1), poor)
            if w is not None
        ],
        axis=1,
    )
    k, bounds = bound_curve(log_w)
    assert k.tolist() == [2**i for i in range(11)]
    assert bounds.shape == (11, 40)
    assert (np.diff(bounds, axis=0) >= 0).all()
    assert (bounds.mean(1) < exact.mean() + 0.02).all()
    np.testing.assert_allclose(bounds[-1], -ImportanceEstimate.of(log_w).nll, atol=1e-9)
    # K = 1 is the ELBO: recon of the samples with the closed-form KL
    z = Posterior(poor.mu.expand(1024, 40, DIM), poor.log_var.expand(1024, 40, DIM)).sample(
        torch.Generator().manual_seed(5)
    )
    recon = -log_likelihood(model, x, z).double()  # (K, N)
    elbo = -(recon.mean(0) + poor.kl().double().sum(1))
    assert bounds[0].mean() == pytest.approx(
        float(elbo.mean()), abs=4 * float(recon.std()) / math.sqrt(1024 * 40)
    )


def test_that_the_effective_samples_are_k_for_equal_weights_and_one_for_a_single_one() -> None:
    equal, single = np.zeros(50), np.full(50, -200.0)
    single[7] = 0.0
    found = ImportanceEstimate.of(np.stack([equal, single], axis=1))
    np.testing.assert_allclose(found.effective_samples, [50.0, 1.0])
    np.testing.assert_allclose(found.nll, [0.0, math.log(50)], atol=1e-12)


def test_that_weights_are_the_three_densities() -> None:
    model, x = _model(), _pixels(5)
    posterior = model.encode(x)
    log_w = log_weights(model, x, posterior, 3, torch.Generator().manual_seed(2))
    z = posterior.mu + torch.exp(0.5 * posterior.log_var) * torch.randn(
        (3, 5, DIM), generator=torch.Generator().manual_seed(2)
    )
    for k in range(3):
        q = torch.distributions.Normal(posterior.mu, torch.exp(0.5 * posterior.log_var))
        p = torch.distributions.Normal(0.0, 1.0)
        expected = (
            model.likelihood.log_prob(x, model.decode(z[k]))
            + p.log_prob(z[k]).sum(1)
            - q.log_prob(z[k]).sum(1)
        )
        torch.testing.assert_close(log_w[k], expected)


@pytest.mark.parametrize("likelihood", ["bernoulli", "gaussian", "gaussian-learned"])
def test_that_many_samples_have_the_likelihood_of_each(likelihood: str) -> None:
    model, x, z = (
        _model(likelihood),
        _pixels(3),
        3 * torch.randn(7, 3, DIM, generator=torch.Generator().manual_seed(1)),
    )
    found = log_likelihood(model, x, z)
    for k in range(7):
        torch.testing.assert_close(found[k], model.likelihood.log_prob(x, model.decode(z[k])))


@pytest.mark.parametrize("n", [1, 2, 3, 64, 97, 784, 3072])
def test_that_a_sum_of_softplus_keeps_float32s_precision(n: int) -> None:
    values = 8 * torch.randn(5, n, generator=torch.Generator().manual_seed(n))
    values[0, :1], values[1] = 1e4, -1e4
    values[2] = 0.0  # every factor is 2
    exact = torch.nn.functional.softplus(values.double()).sum(1)
    torch.testing.assert_close(softplus_sum(values.clone()).double(), exact, rtol=1e-6, atol=1e-4)


def test_that_progress_counts_every_decoded_sample_and_groups_do_not_change_the_answer() -> None:
    model, x = _model(), _pixels(300)
    steps = list(iterate_log_weights(model, x, 5, torch.Generator().manual_seed(0)))
    done = [step[0] for step in steps]
    assert done == sorted(done)
    assert done[-1] == 300 * 5
    assert sum(w.shape[1] for _, w in steps if w is not None) == 300


def test_that_too_many_samples_are_refused_in_words() -> None:
    model, x = _model(), _pixels(1)
    with pytest.raises(ConfigError, match="1 to 1,000,000, got 0"):
        next(iterate_log_weights(model, x, 0, torch.Generator()))


def test_that_the_closed_form_kl_is_that_of_its_samples() -> None:
    generator = torch.Generator().manual_seed(0)
    posterior = Posterior(torch.randn(4, 3, generator=generator), torch.randn(4, 3, generator=generator))
    many = Posterior(posterior.mu.expand(20_000, 4, 3), posterior.log_var.expand(20_000, 4, 3))
    z = many.sample(generator)
    difference = (posterior.log_prob(z) - standard_normal_log_prob(z)).double()  # (K, B)
    error = difference.std(0) / math.sqrt(20_000)
    assert ((difference.mean(0) - posterior.kl().sum(1)).abs() < 4 * error).all()

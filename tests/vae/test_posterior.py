"""Posterior: the closed form against Monte Carlo and against torch's own distributions."""

from __future__ import annotations

import pytest
import torch

from vae_explorer.vae.posterior import Posterior


def _posterior() -> Posterior:
    mu = torch.tensor([[0.0, 1.5, -2.0], [0.3, -0.1, 4.0]], dtype=torch.float64)
    log_var = torch.tensor([[0.0, -3.0, 1.0], [-6.0, 0.4, 2.0]], dtype=torch.float64)
    return Posterior(mu, log_var)


def test_that_kl_equals_a_monte_carlo_estimate() -> None:
    posterior = _posterior()
    generator = torch.Generator().manual_seed(0)
    n = 200_000
    wide = Posterior(posterior.mu.repeat(n, 1, 1), posterior.log_var.repeat(n, 1, 1))
    z = wide.sample(generator)  # (n, B, D)
    q = torch.distributions.Normal(posterior.mu, (0.5 * posterior.log_var).exp())
    p = torch.distributions.Normal(0.0, 1.0)
    log_ratio = q.log_prob(z) - p.log_prob(z)  # type: ignore[no-untyped-call]  # untyped in torch
    error = log_ratio.std(0) / n**0.5
    assert ((log_ratio.mean(0) - posterior.kl()).abs() < 5 * error + 1e-6).all()


def test_that_kl_equals_the_closed_form_of_torch_distributions() -> None:
    posterior = _posterior()
    q = torch.distributions.Normal(posterior.mu, (0.5 * posterior.log_var).exp())
    expected = torch.distributions.kl_divergence(q, torch.distributions.Normal(0.0, 1.0))
    torch.testing.assert_close(posterior.kl(), expected)


def test_that_kl_vanishes_only_at_the_prior() -> None:
    prior = Posterior(torch.zeros(1, 4), torch.zeros(1, 4))
    assert prior.kl().eq(0).all()
    assert _posterior().kl().flatten()[1:].gt(0).all()


def test_that_samples_have_the_posterior_moments() -> None:
    posterior = _posterior()
    n = 100_000
    wide = Posterior(posterior.mu.repeat(n, 1, 1), posterior.log_var.repeat(n, 1, 1))
    z = wide.sample(torch.Generator().manual_seed(1))
    sigma = (0.5 * posterior.log_var).exp()
    assert ((z.mean(0) - posterior.mu).abs() < 5 * sigma / n**0.5).all()
    torch.testing.assert_close(z.var(0), posterior.log_var.exp(), rtol=0.03, atol=0.0)


def test_that_gradients_flow_through_a_sample_as_the_reparameterisation_says() -> None:
    mu = torch.tensor([[0.5, -1.0]], requires_grad=True)
    log_var = torch.tensor([[0.2, -0.7]], requires_grad=True)
    z = Posterior(mu, log_var).sample(torch.Generator().manual_seed(2))
    torch.autograd.backward(z.sum())
    assert mu.grad is not None
    assert log_var.grad is not None
    torch.testing.assert_close(mu.grad, torch.ones(1, 2))
    torch.testing.assert_close(log_var.grad, 0.5 * (z - mu).detach())  # ∂z/∂log σ² = ½ σ ε


@pytest.mark.parametrize("seed", [0, 1])
def test_that_a_sample_is_decided_by_its_generator_and_leaves_the_global_one_alone(seed: int) -> None:
    before = torch.random.get_rng_state()
    first = _posterior().sample(torch.Generator().manual_seed(seed))
    second = _posterior().sample(torch.Generator().manual_seed(seed))
    assert torch.equal(first, second)
    assert torch.equal(before, torch.random.get_rng_state())

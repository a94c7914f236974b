"""Mutual information, total correlation and dimension-wise KL where the truth is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.integrate import quad
from scipy.stats import norm

from vae_explorer.evaluation.aggregate import Decomposition, decompose, iterate_densities, log_aggregate
from vae_explorer.vae.posterior import Posterior


def _decomposed(mu: np.ndarray, var: np.ndarray, n_samples: int = 4000, seed: int = 0) -> Decomposition:
    posterior = Posterior(torch.from_numpy(mu), torch.from_numpy(np.log(var)))
    steps = iterate_densities(posterior, n_samples, torch.Generator().manual_seed(seed))
    return decompose(posterior, [chunk for _, chunk in steps])


def _mixture_entropy(centres: np.ndarray, sigma: float) -> float:
    """−∫ q log q of a mixture of equal Gaussians on a line."""

    def integrand(z: float) -> float:
        q = norm.pdf(z, centres, sigma).mean()
        return -q * math.log(q) if q > 0 else 0.0

    return quad(integrand, centres.min() - 9 * sigma, centres.max() + 9 * sigma, limit=400)[0]


def test_that_a_single_gaussian_is_all_dimension_wise_kl() -> None:
    mu, var = np.array([[0.5, -1.0, 0.0]]), np.array([[0.3, 2.0, 1.0]])
    found = _decomposed(mu, var, 500)
    truth = 0.5 * (mu**2 + var - 1 - np.log(var))[0]
    assert found.kl == pytest.approx((truth.sum(), 0.0), abs=1e-9)
    assert found.mutual_information.value == pytest.approx(0.0, abs=1e-6)
    assert found.total_correlation.value == pytest.approx(0.0, abs=1e-6)
    assert found.dimension_wise_sum.value == pytest.approx(truth.sum(), abs=1e-6)
    for mean, exact in zip(found.dimension_wise, truth, strict=True):
        assert mean.value == pytest.approx(exact, abs=4 * mean.standard_error + 1e-9)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_that_the_three_parts_add_up_to_the_closed_form_kl(seed: int) -> None:
    rng = np.random.default_rng(seed)
    mu, var = rng.normal(0, 1.5, (60, 4)), rng.uniform(0.05, 1.5, (60, 4))
    found = _decomposed(mu, var, 700, seed)
    truth = 0.5 * (mu**2 + var - 1 - np.log(var)).sum(1).mean()
    parts = found.mutual_information.value + found.total_correlation.value
    assert parts + found.dimension_wise_sum.value == pytest.approx(truth, abs=1e-6)
    assert parts + sum(mean.value for mean in found.dimension_wise) == pytest.approx(truth, abs=1e-6)
    assert found.marginal.value == pytest.approx(
        found.total_correlation.value + found.dimension_wise_sum.value, abs=1e-6
    )


def test_that_a_grid_of_independent_gaussians_has_no_total_correlation() -> None:
    first, second, sigma = np.array([-1.0, 0.2, 1.5]), np.array([-0.6, 0.9]), 0.5
    mu = np.array([(a, b) for a in first for b in second])
    found = _decomposed(mu, np.full_like(mu, sigma**2), 4000)
    noise = 0.5 * math.log(2 * math.pi * math.e * sigma**2)
    entropies = [_mixture_entropy(first, sigma), _mixture_entropy(second, sigma)]
    cross = [0.5 * math.log(2 * math.pi) + 0.5 * (np.mean(c**2) + sigma**2) for c in (first, second)]
    assert found.total_correlation.value == pytest.approx(0.0, abs=1e-6)
    information = sum(entropies) - 2 * noise
    error = found.mutual_information.standard_error
    assert 0 < error < 0.01
    assert abs(found.mutual_information.value - information) < 4 * error
    for mean, entropy, prior in zip(found.dimension_wise, entropies, cross, strict=True):
        assert abs(mean.value - (prior - entropy)) < 4 * mean.standard_error


def test_that_two_equal_dimensions_have_the_total_correlation_of_the_integral() -> None:
    centres, sigma = np.array([-1.0, 0.0, 1.2]), 0.6
    mu = np.stack([centres, centres], axis=1)
    found = _decomposed(mu, np.full_like(mu, sigma**2), 6000)
    # along (1, 1)/√2 a mixture with centres √2·c, across it one Gaussian
    joint = _mixture_entropy(math.sqrt(2) * centres, sigma) + 0.5 * math.log(2 * math.pi * math.e * sigma**2)
    truth = 2 * _mixture_entropy(centres, sigma) - joint
    assert truth > 0.1
    assert abs(found.total_correlation.value - truth) < 4 * found.total_correlation.standard_error


def test_that_the_information_of_well_separated_images_is_log_n() -> None:
    mu = 100.0 * np.arange(32, dtype=float)[:, None]
    found = _decomposed(mu, np.full_like(mu, 0.01), 200)
    assert found.log_n == pytest.approx(math.log(32))
    assert found.mutual_information.value == pytest.approx(math.log(32), abs=1e-6)


def test_that_the_aggregate_is_a_mean_of_densities() -> None:
    rng = np.random.default_rng(3)
    mu, sigma, z = rng.normal(size=(7, 2)), rng.uniform(0.3, 1.0, (7, 2)), rng.normal(size=(5, 2))
    posterior = Posterior(torch.from_numpy(mu), torch.from_numpy(2 * np.log(sigma)))
    joint, single = log_aggregate(posterior, torch.from_numpy(z))
    each = norm.pdf(z[:, None], mu, sigma)  # (S, N, D)
    np.testing.assert_allclose(joint.numpy(), np.log(each.prod(2).mean(1)), rtol=1e-10)
    np.testing.assert_allclose(single.numpy(), np.log(each.mean(1)), rtol=1e-10)


def test_that_standard_errors_are_the_spread_over_seeds() -> None:
    centres, sigma = np.array([-1.0, 0.0, 1.2]), 0.6
    mu = np.stack([centres, centres[::-1]], axis=1)
    found = [_decomposed(mu, np.full_like(mu, sigma**2), 500, seed) for seed in range(40)]
    values = np.array([each.mutual_information.value for each in found])
    errors = np.array([each.mutual_information.standard_error for each in found])
    assert 0.7 < values.std(ddof=1) / errors.mean() < 1.4


def test_that_another_prior_changes_the_marginal_kl_alone() -> None:
    posterior = Posterior(torch.zeros(1, 2, dtype=torch.double), torch.zeros(1, 2, dtype=torch.double))

    def wider(z: torch.Tensor) -> torch.Tensor:
        return torch.distributions.Normal(0.0, 2.0).log_prob(z).sum(-1)

    steps = iterate_densities(posterior, 4000, torch.Generator().manual_seed(0), wider)
    found = decompose(posterior, [chunk for _, chunk in steps])
    truth = 2 * (math.log(2.0) + (1.0 / 8.0) - 0.5)  # KL(N(0, I) ‖ N(0, 4 I)) in two dimensions
    assert abs(found.marginal.value - truth) < 4 * found.marginal.standard_error
    assert found.kl.value == pytest.approx(found.marginal.value)
    assert found.total_correlation.value == pytest.approx(0.0, abs=1e-9)

"""Single likelihoods against torch.distributions, scipy and their papers' formulas."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from scipy import stats

from vae_explorer.vae.likelihoods import (
    SIGMA_MIN,
    Bernoulli,
    ContinuousBernoulli,
    Gaussian,
    GaussianLearned,
    GaussianOptimal,
    Laplace,
    Likelihood,
    LogisticMixture,
)


def _rand(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def _randn(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def _summed(distribution: Any, x: torch.Tensor) -> torch.Tensor:  # torch.distributions is untyped
    logs: torch.Tensor = distribution.log_prob(x)
    return logs.flatten(1).sum(1)


def test_that_bernoulli_of_binary_images_equals_torch_distributions() -> None:
    params, x = 6 * _randn(4, 3, 5, 2), _rand(4, 3, 5, 2).round()
    expected = _summed(torch.distributions.Bernoulli(logits=params), x)
    torch.testing.assert_close(Bernoulli().log_prob(x, params), expected)


def test_that_continuous_bernoulli_equals_torch_distributions() -> None:
    params, x = 4 * _randn(4, 3, 5, 2), _rand(4, 3, 5, 2)
    # torch switches to its series within 0.001 of λ = ½; none of these logits is so near
    theirs = torch.distributions.ContinuousBernoulli(logits=params, lims=(0.499, 0.501))
    torch.testing.assert_close(
        ContinuousBernoulli().log_prob(x, params), _summed(theirs, x), rtol=1e-5, atol=1e-4
    )
    torch.testing.assert_close(ContinuousBernoulli().mean(params), theirs.mean, rtol=1e-5, atol=1e-6)


def test_that_the_series_and_the_closed_form_of_continuous_bernoulli_meet() -> None:
    """log C(λ) with 50 digits of scratch: a / tanh(a/2) from exact rational steps of numpy's longdouble."""
    logits = np.array([1e-3, 0.01, 0.1, 0.2499999, 0.2500001, 0.3, 1.0], dtype=np.longdouble)
    expected = np.log(logits / np.tanh(logits / 2)).astype(float)
    params = torch.from_numpy(logits.astype(float)).reshape(-1, 1, 1, 1)
    x = torch.full_like(params, 0.3)
    found = ContinuousBernoulli().log_prob(x, params) - Bernoulli().log_prob(x, params)
    np.testing.assert_allclose(found.numpy(), expected, atol=2e-9)
    means = 1 / (1 - np.exp(-logits)) - 1 / logits
    np.testing.assert_allclose(
        ContinuousBernoulli().mean(params).flatten().numpy(), means.astype(float), atol=1e-8
    )


@pytest.mark.parametrize("size", [0.0, 1e-8, 1e-3, 0.1, 0.249, 0.251, 1.0])
def test_that_continuous_bernoulli_in_float32_is_that_in_float64(size: float) -> None:
    params = torch.tensor([size, -size]).reshape(2, 1, 1, 1)
    x = torch.tensor([0.25, 0.75]).reshape(2, 1, 1, 1)
    likelihood = ContinuousBernoulli()
    torch.testing.assert_close(
        likelihood.log_prob(x, params).double(),
        likelihood.log_prob(x.double(), params.double()),
        rtol=0,
        atol=5e-7,
    )


def test_that_a_gaussian_sums_over_pixels_and_channels_with_its_normaliser() -> None:
    x, params = _rand(2, 3, 4, 5), _randn(2, 3, 4, 5)
    expected = _summed(torch.distributions.Normal(params.sigmoid(), 0.1), x)
    torch.testing.assert_close(Gaussian(0.1).log_prob(x, params), expected, rtol=1e-5, atol=1e-4)


def test_that_laplace_equals_torch_distributions_at_the_same_standard_deviation() -> None:
    x, params = _rand(2, 3, 4, 5), _randn(2, 3, 4, 5)
    theirs = torch.distributions.Laplace(params.sigmoid(), 0.1 / math.sqrt(2))
    torch.testing.assert_close(Laplace(0.1).log_prob(x, params), _summed(theirs, x))
    samples = Laplace(0.1).sample(torch.zeros(40_000, 1, 1, 1), torch.Generator().manual_seed(0))
    assert samples.std().item() == pytest.approx(0.1, rel=0.03)


def test_that_the_learned_sigma_starts_at_the_configured_one_and_stays_above_its_floor() -> None:
    likelihood = GaussianLearned(0.25)
    assert likelihood.log_sigma().exp().item() == pytest.approx(0.25, rel=1e-5)
    assert sum(p.numel() for p in likelihood.parameters()) == 1
    with torch.no_grad():
        likelihood.raw.fill_(-100.0)
    assert likelihood.log_sigma().exp().item() >= SIGMA_MIN * (1 - 1e-6)


def test_that_the_best_learned_sigma_is_the_root_mean_square_error() -> None:
    """Rybkin et al. 2021, eq. 5: the maximum-likelihood σ² is the mean squared error."""
    x = _rand(64, 1, 8, 8).float()
    params = torch.zeros_like(x)
    rms = (x - 0.5).square().mean().sqrt().item()
    likelihood = GaussianLearned(0.05)
    optimiser = torch.optim.Adam(likelihood.parameters(), lr=0.05)
    for _ in range(300):
        optimiser.zero_grad()
        torch.autograd.backward(-likelihood.log_prob(x, params).mean())
        optimiser.step()
    assert likelihood.log_sigma().exp().item() == pytest.approx(rms, rel=0.01)


def test_that_no_fixed_sigma_gives_a_batch_more_than_the_optimal_one() -> None:
    x, params = _rand(16, 3, 4, 4), _randn(16, 3, 4, 4)
    best = GaussianOptimal(0.1).double().train().log_prob(x, params).mean().item()
    rms = (x - params.sigmoid()).square().mean().sqrt().item()
    assert best == pytest.approx(Gaussian(rms).log_prob(x, params).mean().item(), rel=1e-6)
    assert all(best > Gaussian(rms * factor).log_prob(x, params).mean().item() for factor in (0.9, 1.1))


def test_that_gradients_at_the_optimal_sigma_are_those_of_the_logarithm_of_the_error() -> None:
    """Rybkin et al. 2021: with σ² = MSE put in, the loss is ½·n·log MSE and constants."""
    x, params = _rand(5, 1, 4, 3), _randn(5, 1, 4, 3).requires_grad_()
    likelihood = GaussianOptimal(0.1).double().train()
    (found,) = torch.autograd.grad(-likelihood.log_prob(x, params).mean(), params)
    (expected,) = torch.autograd.grad(0.5 * 12 * torch.log((x - params.sigmoid()).square().mean()), params)
    torch.testing.assert_close(found, expected)


def test_that_the_optimal_sigma_of_an_evaluation_is_that_of_training_whatever_the_image() -> None:
    likelihood = GaussianOptimal(0.1).double().train()
    batches = [_rand(8, 1, 4, 4, seed=seed) for seed in range(3)]
    params = torch.zeros(8, 1, 4, 4, dtype=torch.float64)
    for x in batches:
        likelihood.log_prob(x, params)
    rms = torch.stack([(x - 0.5).square().mean() for x in batches]).mean().sqrt().item()
    x, logits = _rand(2, 1, 4, 4, seed=9), _randn(2, 1, 4, 4)
    expected = Gaussian(rms).log_prob(x, logits)
    likelihood.eval()
    torch.testing.assert_close(likelihood.log_prob(x, logits), expected)
    torch.testing.assert_close(likelihood.log_prob(x[1:], logits[1:]), expected[1:])
    assert list(likelihood.state_dict()) == ["mse", "n_batches"]


def _level_probability(level: int, mean: float, scale: float) -> float:
    """As in the paper: the logistic's mass on the level's bin, the ends open; scipy's distribution function."""
    centre = 2 * level / 255 - 1
    low = -np.inf if level == 0 else centre - 1 / 255
    high = np.inf if level == 255 else centre + 1 / 255
    cdf = stats.logistic(mean, scale).cdf
    return float(cdf(high) - cdf(low))


def test_that_a_grey_mixture_is_the_published_formula() -> None:
    likelihood = LogisticMixture(2)
    params = torch.tensor([0.3, -0.2, -2.0, -0.9, 0.5, -1.0], dtype=torch.float64).reshape(1, 6, 1, 1)
    weights = np.exp([0.3, -0.9]) / np.exp([0.3, -0.9]).sum()
    for level in (0, 1, 77, 254, 255):
        expected = sum(
            w * _level_probability(level, m, s)
            for w, m, s in zip(weights, (-0.2, 0.5), np.exp([-2.0, -1.0]), strict=True)
        )
        x = torch.full((1, 1, 1, 1), level / 255, dtype=torch.float64)
        assert likelihood.log_prob(x, params).item() == pytest.approx(math.log(expected), abs=1e-9)


def test_that_a_colour_mixture_conditions_green_and_blue_on_the_channels_before() -> None:
    """Salimans et al. 2017, eq. 3: m_g + α·r and m_b + β·r + γ·g, one component for the whole pixel."""
    likelihood = LogisticMixture(2)
    params = _randn(1, 20, 1, 1)
    parts = params.reshape(2, 10).numpy()
    weights = np.exp(parts[:, 0]) / np.exp(parts[:, 0]).sum()
    for levels in ((0, 128, 255), (10, 20, 30), (255, 255, 0)):
        r, g, _ = (2 * level / 255 - 1 for level in levels)
        total = 0.0
        for weight, row in zip(weights, parts, strict=True):
            alpha, beta, gamma = np.tanh(row[7:])
            means = row[1] + 0.0, row[2] + alpha * r, row[3] + beta * r + gamma * g
            chances = [
                _level_probability(level, mean, scale)
                for level, mean, scale in zip(levels, means, np.exp(row[4:7]), strict=True)
            ]
            total += weight * math.prod(chances)
        x = torch.tensor(levels, dtype=torch.float64).reshape(1, 3, 1, 1) / 255
        assert likelihood.log_prob(x, params).item() == pytest.approx(math.log(total), abs=1e-9)


def test_that_all_colours_of_a_mixture_sum_to_one() -> None:
    """A narrow mixture, so that the levels within reach are few: all that lie outside have no mass."""
    likelihood = LogisticMixture(2)
    params = 0.02 * _randn(1, 20, 1, 1)
    params.reshape(2, 10)[:, 4:7] = -5.5
    near = (torch.arange(108, 148, dtype=torch.float64)) / 255
    colours = torch.cartesian_prod(near, near, near).reshape(-1, 3, 1, 1)
    total = sum(
        likelihood.log_prob(part, params.expand(len(part), -1, -1, -1)).exp().sum().item()
        for part in colours.split(16_000)
    )
    assert total == pytest.approx(1.0, abs=1e-3)


def test_that_a_level_far_from_the_mean_keeps_its_tail() -> None:
    """Where both distribution functions round to 1, their logarithms still differ: the logistic's tail."""
    params = torch.tensor([0.0, -0.9, -5.0]).reshape(1, 3, 1, 1)
    x = torch.full((1, 1, 1, 1), 200 / 255)
    y, scale = 2 * 200 / 255 - 1, math.exp(-5.0)
    tail = -(y - 1 / 255 + 0.9) / scale + math.log(-math.expm1(-2 / 255 / scale))
    assert LogisticMixture(1).log_prob(x, params).item() == pytest.approx(tail, rel=1e-5)


@pytest.mark.parametrize("likelihood", [Bernoulli(), Gaussian(0.1), Laplace(0.1), ContinuousBernoulli()])
def test_that_one_number_a_pixel_and_channel_is_enough_for_most(likelihood: Likelihood) -> None:
    assert (likelihood.n_outputs(1), likelihood.n_outputs(3)) == (1, 3)


def test_that_a_mixture_needs_three_numbers_a_component_in_grey_and_ten_in_colour() -> None:
    assert (LogisticMixture(5).n_outputs(1), LogisticMixture(5).n_outputs(3)) == (15, 50)

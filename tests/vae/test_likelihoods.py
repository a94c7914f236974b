"""Likelihoods: normalisation by numerical integration, moments by sampling, gradients by differences."""

from __future__ import annotations

import math

import pytest
import torch

from vae_explorer.vae.config import LikelihoodName, ModelConfig
from vae_explorer.vae.likelihoods import SIGMA_MIN, Bernoulli, Gaussian, GaussianLearned, make_likelihood

NAMES: tuple[LikelihoodName, ...] = ("bernoulli", "gaussian", "gaussian-learned")


def _params(n: int = 1) -> torch.Tensor:
    """One pixel whose logit is 0.7, n times."""
    return torch.full((n, 1, 1, 1), 0.7, dtype=torch.float64)


def test_that_bernoulli_probabilities_of_black_and_white_sum_to_one() -> None:
    x = torch.tensor([0.0, 1.0], dtype=torch.float64).reshape(2, 1, 1, 1)
    total = Bernoulli().log_prob(x, _params(2)).exp().sum()
    assert total.item() == pytest.approx(1.0, abs=1e-12)


def test_that_bernoulli_of_binary_images_equals_torch_distributions() -> None:
    generator = torch.Generator().manual_seed(0)
    params = torch.randn((4, 3, 5, 2), generator=generator, dtype=torch.float64) * 6
    x = torch.bernoulli(torch.full_like(params, 0.5), generator=generator)
    coins = torch.distributions.Bernoulli(logits=params)
    expected = coins.log_prob(x).flatten(1).sum(1)  # type: ignore[no-untyped-call]  # untyped in torch
    torch.testing.assert_close(Bernoulli().log_prob(x, params), expected)


def test_that_extreme_logits_stay_finite() -> None:
    params = torch.tensor([[-1e4, 1e4, 0.0]]).reshape(1, 1, 1, 3)
    x = torch.tensor([[1.0, 0.0, 0.3]]).reshape(1, 1, 1, 3)
    assert Bernoulli().log_prob(x, params).isfinite().all()


@pytest.mark.parametrize("sigma", [0.02, 0.1, 1.0])
@pytest.mark.parametrize("kind", [Gaussian, GaussianLearned])
def test_that_a_gaussian_density_integrates_to_one(kind: type[Gaussian], sigma: float) -> None:
    likelihood = kind(sigma).double()
    mean = torch.sigmoid(torch.tensor(0.7, dtype=torch.float64)).item()
    n = 4001
    x = torch.linspace(mean - 10 * sigma, mean + 10 * sigma, n, dtype=torch.float64).reshape(n, 1, 1, 1)
    density = likelihood.log_prob(x, _params(n)).exp().detach()
    assert torch.trapezoid(density, x.flatten()).item() == pytest.approx(1.0, abs=1e-6)


def test_that_a_gaussian_sums_over_pixels_and_channels_with_its_normaliser() -> None:
    generator = torch.Generator().manual_seed(0)
    x = torch.rand((2, 3, 4, 5), generator=generator, dtype=torch.float64)
    params = torch.randn((2, 3, 4, 5), generator=generator, dtype=torch.float64)
    normal = torch.distributions.Normal(params.sigmoid(), 0.1)
    expected = normal.log_prob(x).flatten(1).sum(1)  # type: ignore[no-untyped-call]  # untyped in torch
    torch.testing.assert_close(Gaussian(0.1).log_prob(x, params), expected, rtol=1e-5, atol=1e-4)


def test_that_the_learned_sigma_starts_at_the_configured_one_and_stays_above_its_floor() -> None:
    likelihood = GaussianLearned(0.25)
    assert likelihood.log_sigma().exp().item() == pytest.approx(0.25, rel=1e-5)
    assert sum(p.numel() for p in likelihood.parameters()) == 1
    with torch.no_grad():
        likelihood.raw.fill_(-100.0)
    assert likelihood.log_sigma().exp().item() >= SIGMA_MIN * (1 - 1e-6)


def test_that_the_best_learned_sigma_is_the_root_mean_square_error() -> None:
    """Rybkin et al. 2021, eq. 5: the maximum-likelihood σ² is the mean squared error."""
    generator = torch.Generator().manual_seed(0)
    x = torch.rand((64, 1, 8, 8), generator=generator)
    params = torch.zeros_like(x)
    rms = (x - 0.5).square().mean().sqrt().item()
    likelihood = GaussianLearned(0.05)
    optimiser = torch.optim.Adam(likelihood.parameters(), lr=0.05)
    for _ in range(300):
        optimiser.zero_grad()
        torch.autograd.backward(-likelihood.log_prob(x, params).mean())
        optimiser.step()
    assert likelihood.log_sigma().exp().item() == pytest.approx(rms, rel=0.01)


@pytest.mark.parametrize("name", NAMES)
def test_that_gradients_agree_with_finite_differences(name: LikelihoodName) -> None:
    likelihood = make_likelihood(ModelConfig(likelihood=name, sigma=0.5)).double()
    generator = torch.Generator().manual_seed(3)
    x = torch.rand((2, 1, 3, 2), generator=generator, dtype=torch.float64)
    params = torch.randn(x.shape, generator=generator, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda p: likelihood.log_prob(x, p), (params,))


@pytest.mark.parametrize("name", NAMES)
def test_that_samples_have_the_mean_of_the_likelihood(name: LikelihoodName) -> None:
    likelihood = make_likelihood(ModelConfig(likelihood=name, sigma=0.3)).double()
    n = 50_000
    with torch.no_grad():
        samples = likelihood.sample(_params(n), torch.Generator().manual_seed(4))
    mean = likelihood.mean(_params()).item()
    assert mean == pytest.approx(1 / (1 + math.exp(-0.7)))
    assert samples.mean().item() == pytest.approx(mean, abs=5 * 0.5 / n**0.5)
    if name == "bernoulli":
        assert set(samples.flatten().tolist()) == {0.0, 1.0}
    else:
        assert samples.std().item() == pytest.approx(0.3, rel=0.02)

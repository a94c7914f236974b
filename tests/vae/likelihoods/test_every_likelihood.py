"""Every likelihood: normalised, its mean that of its samples, its gradients those of differences and finite."""

from __future__ import annotations

import math
from typing import get_args

import pytest
import torch

from vae_explorer.vae.config import LikelihoodName, ModelConfig
from vae_explorer.vae.likelihoods import Likelihood, make_likelihood

NAMES: tuple[LikelihoodName, ...] = get_args(LikelihoodName)
ON_ALL_REALS = ("gaussian", "gaussian-learned", "gaussian-optimal", "laplace")


def _likelihood(name: LikelihoodName, sigma: float = 0.3) -> Likelihood:
    """In evaluation mode, where all of them are fixed distributions."""
    likelihood: Likelihood = make_likelihood(ModelConfig(likelihood=name, sigma=sigma, logistics=3))
    return likelihood.double().eval()


def _params(likelihood: Likelihood, shape: tuple[int, int, int, int], scale: float = 1.0) -> torch.Tensor:
    """Decoder output for images of `shape` (B, C, H, W)."""
    n, channels, height, width = shape
    generator = torch.Generator().manual_seed(3)
    size = (n, likelihood.n_outputs(channels), height, width)
    return scale * torch.randn(size, generator=generator, dtype=torch.float64)


def _support(name: LikelihoodName) -> tuple[torch.Tensor, torch.Tensor]:
    """Pixel values and the weight of each in a sum or an integral."""
    if name == "bernoulli":
        return torch.tensor([0.0, 1.0], dtype=torch.float64), torch.ones(2, dtype=torch.float64)
    if name == "logistic-mixture":
        return torch.arange(256, dtype=torch.float64) / 255, torch.ones(256, dtype=torch.float64)
    low, high = (0.0, 1.0) if name == "continuous-bernoulli" else (-8.0, 9.0)
    x = torch.linspace(low, high, 200_001, dtype=torch.float64)
    weights = torch.full_like(x, (high - low) / 200_000)
    weights[[0, -1]] *= 0.5
    return x, weights


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("scale", [0.0, 1e-4, 1.0, 6.0])
def test_that_a_likelihood_sums_or_integrates_to_one(name: LikelihoodName, scale: float) -> None:
    likelihood = _likelihood(name)
    x, weights = _support(name)
    params = _params(likelihood, (1, 1, 1, 1), scale).expand(len(x), -1, -1, -1)
    density = likelihood.log_prob(x.reshape(-1, 1, 1, 1), params).exp().detach()
    assert (density * weights).sum().item() == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("scale", [0.0, 1e-4, 1.0, 6.0])
def test_that_the_mean_is_the_first_moment_of_the_likelihood(name: LikelihoodName, scale: float) -> None:
    likelihood = _likelihood(name)
    x, weights = _support(name)
    params = _params(likelihood, (1, 1, 1, 1), scale)
    density = likelihood.log_prob(x.reshape(-1, 1, 1, 1), params.expand(len(x), -1, -1, -1)).exp().detach()
    # A mixture's mean is a closed form of the undiscretised logistics: half a level off at most.
    tolerance = 0.5 / 255 if name == "logistic-mixture" else 1e-6
    assert likelihood.mean(params).item() == pytest.approx(
        (density * weights * x).sum().item(), abs=tolerance
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("channels", [1, 3])
def test_that_samples_have_the_mean_of_the_likelihood(name: LikelihoodName, channels: int) -> None:
    likelihood = _likelihood(name)
    n = 40_000
    params = _params(likelihood, (1, channels, 1, 2))
    with torch.no_grad():
        samples = likelihood.sample(params.expand(n, -1, -1, -1), torch.Generator().manual_seed(4))
        mean = likelihood.mean(params)[0]
    assert samples.shape == (n, channels, 1, 2)
    # Green and blue of a mixture are taken at the mean of the channels before: nearly exact.
    tolerance = 0.02 if name == "logistic-mixture" and channels == 3 else 0.0
    error = (samples.mean(0) - mean).abs()
    assert (error <= 5 * samples.std(0) / math.sqrt(n) + tolerance).all()


@pytest.mark.parametrize("name", NAMES)
def test_that_samples_follow_the_likelihood(name: LikelihoodName) -> None:
    """Their mean log-probability is the negative entropy, known by numerical integration."""
    likelihood = _likelihood(name)
    x, weights = _support(name)
    params = _params(likelihood, (1, 1, 1, 1), 2.0)
    logs = likelihood.log_prob(x.reshape(-1, 1, 1, 1), params.expand(len(x), -1, -1, -1)).detach()
    expected = torch.where(logs.exp() > 0, logs.exp() * logs * weights, 0.0).sum().item()
    n = 40_000
    many = params.expand(n, -1, -1, -1)
    samples = likelihood.sample(many, torch.Generator().manual_seed(5)).detach()
    found = likelihood.log_prob(samples, many).detach()
    assert found.mean().item() == pytest.approx(expected, abs=5 * found.std().item() / math.sqrt(n) + 1e-9)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("channels", [1, 3])
def test_that_gradients_agree_with_finite_differences(name: LikelihoodName, channels: int) -> None:
    likelihood = _likelihood(name, sigma=0.5)
    generator = torch.Generator().manual_seed(3)
    x = torch.rand((2, channels, 2, 2), generator=generator, dtype=torch.float64)
    if name == "logistic-mixture":
        x = torch.round(255 * x) / 255
        x[0, 0, 0] = torch.tensor([0.0, 1.0])
    params = _params(likelihood, (2, channels, 2, 2)).requires_grad_()
    assert torch.autograd.gradcheck(lambda p: likelihood.log_prob(x, p), (params,))
    mean = likelihood.mean(params)
    assert mean.shape == x.shape
    assert ((mean >= 0) & (mean <= 1)).all()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("extreme", [0.0, 1e-30, 0.25, 1e4, 1e30])
def test_that_values_and_gradients_are_finite_at_the_extremes(
    name: LikelihoodName, channels: int, extreme: float
) -> None:
    likelihood = make_likelihood(ModelConfig(likelihood=name, sigma=0.01)).train()
    x = (
        torch.tensor([0.0, 1.0, 128 / 255, 0.0, 1.0, 3 / 255])
        .reshape(6, 1, 1, 1)
        .expand(-1, channels, -1, -1)
    )
    signs = torch.tensor([-1.0, -1.0, -1.0, 1.0, 1.0, 1.0]).reshape(6, 1, 1, 1)
    params = (extreme * signs).repeat(1, likelihood.n_outputs(channels), 1, 1).requires_grad_()
    log_prob = likelihood.log_prob(x, params)
    (gradient,) = torch.autograd.grad(log_prob.sum(), params)
    assert log_prob.isfinite().all()
    assert gradient.isfinite().all()
    assert likelihood.mean(params).isfinite().all()
    assert likelihood.sample(params.detach(), torch.Generator().manual_seed(0)).isfinite().all()


@pytest.mark.parametrize("name", NAMES)
def test_that_pixels_and_channels_are_summed_and_images_are_not(name: LikelihoodName) -> None:
    likelihood = _likelihood(name)
    params = _params(likelihood, (3, 3, 2, 2))
    x = torch.round(torch.rand((3, 3, 2, 2), generator=torch.Generator().manual_seed(0), dtype=torch.float64))
    parts = [
        likelihood.log_prob(x[:, :, i : i + 1, j : j + 1], params[:, :, i : i + 1, j : j + 1])
        for i in range(2)
        for j in range(2)
    ]
    torch.testing.assert_close(likelihood.log_prob(x, params), torch.stack(parts).sum(0))
    torch.testing.assert_close(likelihood.log_prob(x[1:2], params[1:2]), likelihood.log_prob(x, params)[1:2])


@pytest.mark.parametrize("name", NAMES)
def test_that_a_likelihood_says_whether_an_image_depends_on_others_while_training(
    name: LikelihoodName,
) -> None:
    likelihood = _likelihood(name).train()
    params = _params(likelihood, (4, 1, 2, 2))
    x = torch.rand((4, 1, 2, 2), generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    together, alone = likelihood.log_prob(x, params)[:2], likelihood.log_prob(x[:2], params[:2])
    assert likelihood.is_of_each_image == torch.allclose(together, alone)

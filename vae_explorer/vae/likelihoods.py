"""Likelihoods p(x|z): what the decoder's output means, in nats.

Every decoder ends in real numbers, one a pixel and channel; `Likelihood.mean` maps them to [0, 1]. The
Gaussian mean goes through a sigmoid as in Kingma & Welling (2014, section 5), so that a decoded
image can always be shown.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from vae_explorer.vae.config import ModelConfig
from vae_explorer.vae.cross_entropy import cross_entropy

__all__ = ["SIGMA_MIN", "Bernoulli", "Gaussian", "GaussianLearned", "Likelihood", "make_likelihood"]

# Half a grey level of an 8-bit image: below it a density would measure the quantisation, and the
# bound would grow without limit.
SIGMA_MIN = 1 / 510

_LOG_2PI = math.log(2.0 * math.pi)


class Likelihood(nn.Module):
    """p(x|z) with independent pixels; subclasses say which.

    Attributes
    ----------
    is_of_each_image
        Whether an image's log_prob depends on that image alone, not on others of its batch.
    """

    is_of_each_image = True

    def log_prob(self, x: Tensor, params: Tensor) -> Tensor:
        """log p(x|z) in nats, summed over channels and pixels.

        Parameters
        ----------
        x
            Images in [0, 1], (B, C, H, W).
        params
            Decoder output, (B, C, H, W).

        Returns
        -------
        Tensor
            (B,).
        """
        raise NotImplementedError

    def mean(self, params: Tensor) -> Tensor:
        """E[x|z] in [0, 1]; (B, C, H, W)."""
        return torch.sigmoid(params)

    def sample(self, params: Tensor, generator: torch.Generator | None) -> Tensor:
        """x ~ p(x|z), not clipped to [0, 1]; (B, C, H, W)."""
        raise NotImplementedError


class Bernoulli(Likelihood):
    """Each pixel is a coin: x ∈ {0, 1} with probability sigmoid(params).

    Grey values in [0, 1] enter the same formula x·log p + (1−x)·log(1−p). This usual relaxation
    is what published MNIST figures report; it is not normalised over [0, 1] (Loaiza-Ganem &
    Cunningham 2019, *The continuous Bernoulli*), so its nats compare only with other Bernoulli models.
    """

    def log_prob(self, x: Tensor, params: Tensor) -> Tensor:
        return -cross_entropy(params, x)  # (B,)

    def sample(self, params: Tensor, generator: torch.Generator | None) -> Tensor:
        return torch.bernoulli(torch.sigmoid(params), generator=generator)


class Gaussian(Likelihood):
    """Each pixel is N(sigmoid(params), σ²) with a σ that is chosen; a density over pixels in [0, 1]."""

    def __init__(self, sigma: float) -> None:
        super().__init__()
        self._sigma = sigma

    def log_sigma(self) -> Tensor:
        """Logarithm of the pixels' standard deviation; scalar."""
        return torch.tensor(math.log(self._sigma))

    def log_prob(self, x: Tensor, params: Tensor) -> Tensor:
        log_sigma = self.log_sigma().to(params)
        error = (x - self.mean(params)).flatten(1).square().sum(1)  # (B,)
        n_values = params[0].numel()
        return -0.5 * (error * torch.exp(-2.0 * log_sigma) + n_values * (2.0 * log_sigma + _LOG_2PI))

    def sample(self, params: Tensor, generator: torch.Generator | None) -> Tensor:
        noise = torch.randn(params.shape, generator=generator, device=params.device, dtype=params.dtype)
        return self.mean(params) + torch.exp(self.log_sigma().to(params)) * noise


class GaussianLearned(Gaussian):
    """N(sigmoid(params), σ²) with one σ for all pixels, learned with the weights.

    The maximum-likelihood σ balances recon and kl by itself (Rybkin, Daniilidis & Levine 2021, *Simple
    and effective VAE training with calibrated decoders*). σ = `SIGMA_MIN` + exp(raw).
    """

    def __init__(self, sigma: float) -> None:
        super().__init__(sigma)
        self.raw = nn.Parameter(torch.tensor(math.log(max(sigma - SIGMA_MIN, SIGMA_MIN))))

    def log_sigma(self) -> Tensor:
        return torch.log(SIGMA_MIN + torch.exp(self.raw))


def make_likelihood(config: ModelConfig) -> Likelihood:
    """The likelihood that `config` names."""
    if config.likelihood == "bernoulli":
        return Bernoulli()
    if config.likelihood == "gaussian":
        return Gaussian(config.sigma)
    return GaussianLearned(config.sigma)

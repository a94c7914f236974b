"""Gaussian pixels with a fixed, a learned or an optimal σ: a density over pixels in [0, 1].

One σ for all pixels, images and channels; the mean is `pixel_mean` of the decoder's output.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from vae_explorer.vae.likelihoods.base import Likelihood, pixel_mean

__all__ = ["SIGMA_MIN", "Gaussian", "GaussianLearned", "GaussianOptimal"]

# Half a grey level of an 8-bit image: below it a density would measure the quantisation, and the
# bound would grow without limit.
SIGMA_MIN = 1 / 510

_LOG_2PI = math.log(2.0 * math.pi)


class Gaussian(Likelihood):
    """Each pixel is N(sigmoid(params), σ²) with a σ that is chosen."""

    def __init__(self, sigma: float) -> None:
        super().__init__()
        self._sigma = sigma

    def log_sigma(self, device: torch.device | None = None) -> Tensor:
        """Logarithm of the pixels' standard deviation; scalar, on `device` (the CPU by default) if it is fixed."""
        return torch.full((), math.log(self._sigma), device=device)

    def log_prob(self, x: Tensor, params: Tensor) -> Tensor:
        error = (x - self.mean(params)).flatten(1).square().sum(1)  # (B,)
        return _log_density(error, self.log_sigma(params.device).to(params), params[0].numel())

    def mean(self, params: Tensor) -> Tensor:
        return pixel_mean(params)

    def sample(self, params: Tensor, generator: torch.Generator | None) -> Tensor:
        noise = torch.randn(params.shape, generator=generator, device=params.device, dtype=params.dtype)
        return self.mean(params) + torch.exp(self.log_sigma(params.device).to(params)) * noise


class GaussianLearned(Gaussian):
    """N(sigmoid(params), σ²) with one σ for all pixels, learned with the weights.

    The maximum-likelihood σ balances recon and kl by itself (Rybkin, Daniilidis & Levine 2021, *Simple
    and effective VAE training with calibrated decoders*). σ = `SIGMA_MIN` + exp(raw).
    """

    def __init__(self, sigma: float) -> None:
        super().__init__(sigma)
        self.raw = nn.Parameter(torch.tensor(math.log(max(sigma - SIGMA_MIN, SIGMA_MIN))))

    def log_sigma(self, device: torch.device | None = None) -> Tensor:
        return torch.log(SIGMA_MIN + torch.exp(self.raw))


class GaussianOptimal(Gaussian):
    """N(sigmoid(params), σ²) with the σ of greatest likelihood in closed form, σ² = MSE (Rybkin et al. 2021, eq. 5).

    While training, σ² is the mean squared error of the batch, shared by all its images, pixels and channels,
    as in the paper. There the derivative after σ vanishes, so σ counts as a constant for the gradients, which
    are those of ½·n·log MSE.

    In evaluation mode a σ that depends on the image to be judged would be no density. There it is a constant:
    the root of the training batches' MSE, averaged over the first hundred steps and exponentially from then
    on. It is kept with the weights.
    """

    is_of_each_image = False

    mse: Tensor  # (), running mean over training batches
    n_batches: Tensor  # (), float: at most `_MEMORY`

    _MEMORY = 100.0  # batches: long enough to be calm, short enough to follow the training

    def __init__(self, sigma: float) -> None:
        super().__init__(sigma)
        self.register_buffer("mse", torch.tensor(sigma**2))
        self.register_buffer("n_batches", torch.tensor(0.0))

    def log_sigma(self, device: torch.device | None = None) -> Tensor:
        return 0.5 * torch.log(self.mse.clamp_min(SIGMA_MIN**2))

    def log_prob(self, x: Tensor, params: Tensor) -> Tensor:
        if not self.training:
            return super().log_prob(x, params)
        error = (x - self.mean(params)).flatten(1).square().sum(1)  # (B,)
        n_values = params[0].numel()
        mse = error.detach().mean() / n_values
        with torch.no_grad():  # in place: a recorded step changes the very same memory when it is replayed
            self.n_batches.add_(1.0).clamp_(max=self._MEMORY)
            self.mse.add_((mse.to(self.mse) - self.mse) / self.n_batches)
        return _log_density(error, 0.5 * torch.log(mse.clamp_min(SIGMA_MIN**2)), n_values)


def _log_density(error: Tensor, log_sigma: Tensor, n_values: int) -> Tensor:
    """log N of `n_values` pixels whose squared errors sum to `error` (B,); (B,)."""
    return -0.5 * (error * torch.exp(-2.0 * log_sigma) + n_values * (2.0 * log_sigma + _LOG_2PI))

"""Laplace pixels: a density whose logarithm is the absolute error, which forgives single pixels far off."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from vae_explorer.vae.likelihoods.base import Likelihood, pixel_mean

__all__ = ["Laplace"]


class Laplace(Likelihood):
    """p(x) = exp(−|x − μ|/b) / 2b with μ = sigmoid(params).

    Parameters
    ----------
    sigma
        Standard deviation of a pixel, b·√2, so that it compares with a Gaussian's.
    """

    def __init__(self, sigma: float) -> None:
        super().__init__()
        self._scale = sigma / math.sqrt(2.0)  # b

    def log_prob(self, x: Tensor, params: Tensor) -> Tensor:
        error = (x - self.mean(params)).flatten(1).abs().sum(1)  # (B,)
        return -error / self._scale - params[0].numel() * math.log(2.0 * self._scale)

    def mean(self, params: Tensor) -> Tensor:
        return pixel_mean(params)

    def sample(self, params: Tensor, generator: torch.Generator | None) -> Tensor:
        """By the inverse of the distribution function."""
        u = torch.rand(params.shape, generator=generator, device=params.device, dtype=params.dtype)
        away = torch.log1p(-(2.0 * u - 1.0).abs().clamp_max(1.0 - torch.finfo(params.dtype).eps))  # ≤ 0
        return self.mean(params) - self._scale * torch.sign(u - 0.5) * away

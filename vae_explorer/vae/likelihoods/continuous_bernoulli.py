"""Continuous Bernoulli pixels (Loaiza-Ganem & Cunningham 2019, *The continuous Bernoulli*): a density on [0, 1].

p(x|λ) = C(λ)·λ^x·(1−λ)^(1−x) with C(λ) = 2·artanh(1−2λ) / (1−2λ) and C(½) = 2 (eq. 6, 7). With the logit
a = log(λ/(1−λ)) this is C = a / tanh(a/2), and p(x|a) = a·e^(a·x) / (e^a − 1). All is computed from a; near
a = 0 (λ = ½), where the quotients are 0/0, from their Taylor series.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from vae_explorer.vae.cross_entropy import cross_entropy
from vae_explorer.vae.likelihoods.base import Likelihood

__all__ = ["ContinuousBernoulli"]

# |logit| below which the series stand in: the first term left out is below 1e-8 of the result there.
_SMALL = 0.25
_LOG_2 = math.log(2.0)


class ContinuousBernoulli(Likelihood):
    """Each pixel is continuous in [0, 1] with the logit of λ from the decoder."""

    def log_prob(self, x: Tensor, params: Tensor) -> Tensor:
        return _log_normaliser(params).flatten(1).sum(1) - cross_entropy(params, x)  # (B,)

    def mean(self, params: Tensor) -> Tensor:
        """E[x] = 1/(1 − e^(−a)) − 1/a (eq. 8), which is λ only at λ = ½ and at the ends."""
        a = _away_from_zero(params)
        exact = 0.5 + 0.5 / torch.tanh(0.5 * a) - 1.0 / a
        series = 0.5 + params / 12.0 - params**3 / 720.0 + params**5 / 30240.0
        return torch.where(params.abs() < _SMALL, series, exact)

    def sample(self, params: Tensor, generator: torch.Generator | None) -> Tensor:
        """By the inverse of the distribution function, F⁻¹(u) = log(1 + u·(e^a − 1)) / a."""
        u = torch.rand(params.shape, generator=generator, device=params.device, dtype=params.dtype)
        size = _away_from_zero(params).abs()
        low = (
            torch.log1p(u * torch.expm1(-size)) / -size
        )  # of the logit −|a|, whose exponential cannot overflow
        x = torch.where(params > 0, 1.0 - low, low)
        return torch.where(params.abs() < 1e-3, u, x)


def _log_normaliser(a: Tensor) -> Tensor:
    """log C of the logit `a`, elementwise."""
    size = _away_from_zero(a).abs()
    exact = torch.log(size / torch.tanh(0.5 * size))
    square = a.clamp(-_SMALL, _SMALL).square()  # clamped: the branch that is not taken must not overflow
    series = _LOG_2 + square / 12.0 - 7.0 * square**2 / 1440.0 + 31.0 * square**3 / 90720.0
    return torch.where(a.abs() < _SMALL, series, exact)


def _away_from_zero(a: Tensor) -> Tensor:
    """`a`, but 1 near zero, so that the branch that is not taken has finite values and gradients."""
    return torch.where(a.abs() < 1e-3, torch.ones_like(a), a)

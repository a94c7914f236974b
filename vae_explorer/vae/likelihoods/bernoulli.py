"""Bernoulli pixels: black or white."""

from __future__ import annotations

import torch
from torch import Tensor

from vae_explorer.vae.cross_entropy import cross_entropy
from vae_explorer.vae.likelihoods.base import Likelihood

__all__ = ["Bernoulli"]


class Bernoulli(Likelihood):
    """Each pixel is a coin: x ∈ {0, 1} with probability sigmoid(params).

    Grey values in [0, 1] enter the same formula x·log p + (1−x)·log(1−p). This usual relaxation is a
    cross-entropy, no likelihood: it is not normalised over [0, 1] (Loaiza-Ganem & Cunningham 2019, *The
    continuous Bernoulli*), so its nats compare only with each other.
    """

    def log_prob(self, x: Tensor, params: Tensor) -> Tensor:
        return -cross_entropy(params, x)  # (B,)

    def mean(self, params: Tensor) -> Tensor:
        return torch.sigmoid(params)

    def sample(self, params: Tensor, generator: torch.Generator | None) -> Tensor:
        return torch.bernoulli(torch.sigmoid(params), generator=generator)

"""The approximate posterior q(z|x): a Gaussian with diagonal covariance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

__all__ = ["LOG_VAR_MAX", "LOG_VAR_MIN", "Posterior", "gaussian_log_prob"]

# Bounds of log_var. They only keep exp() finite in float32: σ between 4.5e-5 and 148 leaves every
# useful posterior untouched, and a plain autoencoder is described by the lower bound (σ ≈ 0).
LOG_VAR_MIN = -20.0
LOG_VAR_MAX = 10.0

_LOG_2PI = math.log(2.0 * math.pi)


def gaussian_log_prob(z: Tensor, mu: Tensor, log_var: Tensor) -> Tensor:
    """log N(z; mu, exp(log_var)) in nats for each dimension, nothing summed; shapes are broadcast."""
    return -0.5 * ((z - mu).square() * torch.exp(-log_var) + log_var + _LOG_2PI)


@dataclass(frozen=True, eq=False)
class Posterior:
    """q(z|x) = N(mu, diag(exp(log_var))) of a batch.

    Attributes
    ----------
    mu, log_var
        (B, D); `log_var` is the logarithm of the variance, not of the standard deviation.
    """

    mu: Tensor  # (B, D)
    log_var: Tensor  # (B, D)

    @property
    def is_gaussian(self) -> bool:
        """Whether q(z|x) is exactly the diagonal Gaussian of `mu` and `log_var`."""
        return True

    def sample(self, generator: torch.Generator | None) -> Tensor:
        """Reparameterised sample z = mu + σ·ε with ε ~ N(0, I) (Kingma & Welling 2014, eq. 4); (B, D).

        Parameters
        ----------
        generator
            Source of ε, on the device of `mu`.
        """
        noise = torch.randn(self.mu.shape, generator=generator, device=self.mu.device, dtype=self.mu.dtype)
        return torch.addcmul(self.mu, torch.exp(0.5 * self.log_var), noise)  # (B, D)

    def log_prob(self, z: Tensor) -> Tensor:
        """log q(z|x) in nats, summed over dimensions: (..., B, D) → (..., B)."""
        return gaussian_log_prob(z, self.mu, self.log_var).sum(-1)

    def kl(self) -> Tensor:
        """KL(N(mu, diag exp(log_var)) ‖ N(0, I)) in nats for each image and latent dimension; (B, D).

        Closed form −½ (1 + log σ² − μ² − σ²) (Kingma & Welling 2014, appendix B); nothing is summed. It is the
        model's KL only for this posterior and the prior N(0, I); `VAE.kl` knows the others.
        """
        return 0.5 * (self.mu.square() + self.log_var.exp() - 1.0 - self.log_var)

    def repeated(self, n: int) -> Posterior:
        """The same posteriors `n` times over, (n·B, D): all images once, then all again."""
        return Posterior(self.mu.repeat(n, 1), self.log_var.repeat(n, 1))

    def at(self, rows: Tensor | slice) -> Posterior:
        """The posteriors of some images of the batch."""
        return Posterior(self.mu[rows], self.log_var[rows])

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Posterior:
        """The posteriors of several batches, at least one, as of one."""
        return Posterior(torch.cat([part.mu for part in parts]), torch.cat([part.log_var for part in parts]))

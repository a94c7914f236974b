"""A mixture of Gaussians as the prior, learned with the weights."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from vae_explorer.vae.posterior import LOG_VAR_MAX, LOG_VAR_MIN, gaussian_log_prob
from vae_explorer.vae.priors.prior import Prior

__all__ = ["MixturePrior", "mixture_log_prob", "mixture_sample"]

_SPREAD = math.sqrt(0.5)  # of the means at the start; with variances of ½ the whole is about N(0, I)


class MixturePrior(Prior):
    """p(z) = Σ_k w_k N(z; m_k, diag exp(v_k)), K components with learned weights, means and variances.

    The baseline that Tomczak & Welling (2018, section 2) call MoG; Dilokthanakul et al. (2016) cluster with it.
    """

    def __init__(self, latent_dim: int, components: int) -> None:
        super().__init__(latent_dim)
        self.logits = nn.Parameter(torch.zeros(components))
        self.means = nn.Parameter(torch.zeros(components, latent_dim))
        self.log_vars = nn.Parameter(torch.zeros(components, latent_dim))

    def reset(self, generator: torch.Generator) -> None:
        """Equal weights, means from N(0, ½ I), variances ½: all together about as wide as N(0, I)."""
        with torch.no_grad():
            self.logits.zero_()
            self.means.normal_(0.0, _SPREAD, generator=generator)
            self.log_vars.fill_(math.log(1.0 - _SPREAD**2))

    def log_prob(self, z: Tensor) -> Tensor:
        return mixture_log_prob(z, torch.log_softmax(self.logits, 0), self.means, self._bounded())

    @torch.no_grad()
    def sample(self, n: int, generator: torch.Generator | None = None, temperature: float = 1.0) -> Tensor:
        return mixture_sample(
            n, torch.softmax(self.logits, 0), self.means, self._bounded(), generator, temperature
        )

    def _bounded(self) -> Tensor:
        return self.log_vars.clamp(LOG_VAR_MIN, LOG_VAR_MAX)


def mixture_log_prob(z: Tensor, log_weights: Tensor, means: Tensor, log_vars: Tensor) -> Tensor:
    """log Σ_k w_k N(z; m_k, diag exp(v_k)): (..., D) → (...); weights (K,), means and log variances (K, D)."""
    each = gaussian_log_prob(z.unsqueeze(-2), means, log_vars).sum(-1)  # (..., K)
    return torch.logsumexp(log_weights + each, dim=-1)


def mixture_sample(
    n: int,
    weights: Tensor,
    means: Tensor,
    log_vars: Tensor,
    generator: torch.Generator | None,
    temperature: float = 1.0,
) -> Tensor:
    """`n` draws of the mixture, `temperature` times as far from their means; (n, D)."""
    chosen = torch.multinomial(weights, n, replacement=True, generator=generator)  # (n,)
    noise = torch.randn((n, means.shape[1]), generator=generator, device=means.device, dtype=means.dtype)
    return torch.addcmul(means[chosen], temperature * torch.exp(0.5 * log_vars[chosen]), noise)

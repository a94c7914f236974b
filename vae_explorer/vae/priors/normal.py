"""The prior N(0, I)."""

from __future__ import annotations

import torch
from torch import Tensor

from vae_explorer.vae.posterior import gaussian_log_prob
from vae_explorer.vae.priors.prior import Prior

__all__ = ["NormalPrior"]


class NormalPrior(Prior):
    """p(z) = N(0, I) (Kingma & Welling 2014). Nothing is learned."""

    @property
    def is_standard(self) -> bool:
        return True

    def log_prob(self, z: Tensor) -> Tensor:
        zero = torch.zeros((), device=z.device, dtype=z.dtype)
        return gaussian_log_prob(z, zero, zero).sum(-1)

    def sample(self, n: int, generator: torch.Generator | None = None, temperature: float = 1.0) -> Tensor:
        device = generator.device if generator is not None else torch.device("cpu")
        return temperature * torch.randn((n, self.latent_dim), generator=generator, device=device)

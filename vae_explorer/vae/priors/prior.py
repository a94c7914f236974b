"""What every prior p(z) can do."""

from __future__ import annotations

import torch
from torch import Tensor, nn

__all__ = ["Prior"]


class Prior(nn.Module):
    """p(z) over D latent dimensions."""

    def __init__(self, latent_dim: int) -> None:
        super().__init__()
        self.latent_dim = latent_dim

    @property
    def is_standard(self) -> bool:
        """Whether this is N(0, I), whose KL from a Gaussian has a closed form."""
        return False

    def log_prob(self, z: Tensor) -> Tensor:
        """log p(z) in nats, summed over dimensions: (..., D) → (...)."""
        raise NotImplementedError

    def sample(self, n: int, generator: torch.Generator | None = None, temperature: float = 1.0) -> Tensor:
        """`n` draws, (n, D), without gradients; `generator` is on the prior's device.

        Parameters
        ----------
        temperature
            Factor of the standard deviation, of each component's in a mixture; 1 is the prior, 0 its centres.
        """
        raise NotImplementedError

    def reset(self, generator: torch.Generator) -> None:
        """Draw starting values of what is learned from `generator`, on the CPU."""

    def start_from(self, images: Tensor, labels: Tensor | None) -> None:
        """Begin with some training images (K, C, H, W) in [0, 1] and labels (K,); most priors need none."""

"""FactorVAE: the total correlation, as a discriminator sees it."""

from __future__ import annotations

import itertools
import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vae_explorer.vae.model import VAE
from vae_explorer.vae.networks.parts import initialise
from vae_explorer.vae.objectives.objective import Batch, Objective, Terms, bound_of

__all__ = ["FactorVAE", "permuted"]

_LAYERS, _SLOPE = 6, 0.2  # of the discriminator (Kim & Mnih 2018, appendix A)


class FactorVAE(Objective):
    """recon + β·kl + γ·E[log D(z) / (1 − D(z))] (Kim & Mnih 2018, eq. 2-3); β = 1 in the paper.

    D tells codes z ~ q(z) from codes whose dimensions were shuffled between images, which are draws of
    Π_j q(z_j); the logit of a perfect D is the density ratio, so that its mean is the total correlation. D learns
    after the model (algorithm 2), from the first half of the batch and, shuffled, from the second: the two
    independent batches of the paper at no cost. Its weights get no gradient from the model's loss.

    Parameters
    ----------
    weight
        γ.
    latent_dim, width
        Inputs of the discriminator, and units in each of its six layers.
    seed
        Of its first weights.
    """

    def __init__(self, weight: float, latent_dim: int, width: int, seed: int) -> None:
        self.weight = weight
        sizes = [latent_dim, *[width] * _LAYERS]
        layers: list[nn.Module] = []
        for n_in, n_out in itertools.pairwise(sizes):
            layers += [nn.Linear(n_in, n_out), nn.LeakyReLU(_SLOPE)]
        discriminator = nn.Sequential(*layers, nn.Linear(width, 1))
        initialise(discriminator, torch.Generator().manual_seed(seed))
        self.adversary: nn.Module = discriminator
        self._z: Tensor | None = None  # of the last batch, (B, D)

    def terms(self, model: VAE, batch: Batch) -> Terms:
        bound = bound_of(model, batch)
        self._z = bound.z.detach()
        tc = self.logit(bound.z).mean()
        loss = (bound.recon + batch.beta * bound.kl).mean() + self.weight * tc
        return Terms(bound.recon, bound.kl, loss, {"tc": tc.detach()})

    def logit(self, z: Tensor) -> Tensor:
        """log D(z) / (1 − D(z)) of codes `z` (B, D); (B,)."""
        logit: Tensor = self.adversary(z)[:, 0]
        return logit.to(z.dtype)

    def adversary_loss(self, generator: torch.Generator | None) -> Tensor | None:
        """Binary cross-entropy of D, mean over both kinds (Kim & Mnih 2018, algorithm 2)."""
        if self._z is None or len(self._z) < 2:
            return None
        half = math.ceil(len(self._z) / 2)
        true, shuffled = self._z[:half], permuted(self._z[half:], generator)
        return 0.5 * (F.softplus(-self.logit(true)).mean() + F.softplus(self.logit(shuffled)).mean())


def permuted(z: Tensor, generator: torch.Generator | None) -> Tensor:
    """`z` (B, D) with each dimension shuffled between the rows on its own (Kim & Mnih 2018, algorithm 1)."""
    order = torch.rand(z.shape, generator=generator, device=z.device).argsort(0)
    return z.gather(0, order)

"""Importance weights where the class is a latent too: log p(x) = log Σ_y p(y) ∫ p(x|z, y) p(z) dz."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from vae_explorer.evaluation.densities import log_prior
from vae_explorer.evaluation.many_samples import log_likelihood
from vae_explorer.vae.model import VAE

__all__ = ["EVEN_SHARE", "ClassProposal", "unlabelled_log_weights"]

# Of the classes that are drawn evenly: no class is left out because a classifier is sure and wrong, at a cost of at
# most a factor of 2 in samples (a defensive mixture, Hesterberg 1995).
EVEN_SHARE = 0.5


@dataclass(frozen=True, eq=False)
class ClassProposal:
    """r(y|x) = ½ q(y|x) + ½ / n_classes of a batch, and what q(z|x, y) is made from.

    Attributes
    ----------
    features
        The encoder's, (B, F).
    log_r
        (B, n_classes).
    """

    features: Tensor
    log_r: Tensor

    @classmethod
    def of(cls, model: VAE, x: Tensor) -> ClassProposal:
        """For images `x` (B, C, H, W) in [0, 1] and a model with a classifier."""
        log_q = model.classify(x)
        even = torch.full_like(log_q, math.log(EVEN_SHARE / model.n_classes))
        return cls(model.encoder(x), torch.logaddexp(log_q + math.log1p(-EVEN_SHARE), even))


def unlabelled_log_weights(
    model: VAE, x: Tensor, proposal: ClassProposal, n_samples: int, generator: torch.Generator
) -> Tensor:
    """log w = log p(x|z, y) + log p(z) + log p(y) − log q(z|x, y) − log r(y|x) for `n_samples` draws of y ~ r(y|x)
    and z ~ q(z|x, y), with p(y) uniform (Kingma et al. 2014, eq. 2); (K, B).

    The mean of w is an unbiased estimate of p(x).
    """
    n, log_r = len(x), proposal.log_r
    y = torch.multinomial(log_r.exp(), n_samples, replacement=True, generator=generator)  # (B, K)
    posterior = model.posterior(proposal.features.repeat(n_samples, 1), y.T.flatten())
    z = posterior.sample(generator)  # (K·B, D)
    of_z = (log_prior(model, z) - posterior.log_prob(z)).view(n_samples, n)
    of_y = -math.log(model.n_classes) - log_r.gather(1, y).T  # (K, B)
    return log_likelihood(model, x, z.view(n_samples, n, -1), y.T) + of_z + of_y

"""The bound of a semi-supervised model for images whose class is not known: a sum over all classes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from vae_explorer.vae.model import VAE

__all__ = ["UnlabelledBound", "unlabelled_bound"]


@dataclass(frozen=True, eq=False)
class UnlabelledBound:
    """−U(x) of Kingma et al. (2014, eq. 7) in two parts, in nats; log p(x) ≥ −(recon + kl).

    Attributes
    ----------
    recon
        Σ_y q(y|x) (−log p(x|z, y)) with one z ~ q(z|x, y) a class; (B,).
    kl
        Σ_y q(y|x) KL(q(z|x, y) ‖ p(z)) + KL(q(y|x) ‖ p(y)) with p(y) uniform; (B,).
    log_q
        log q(y|x); (B, n_classes).
    """

    recon: Tensor  # (B,)
    kl: Tensor  # (B,)
    log_q: Tensor  # (B, n_classes)


def unlabelled_bound(model: VAE, x: Tensor, generator: torch.Generator | None) -> UnlabelledBound:
    """`UnlabelledBound` of images `x` (B, C, H, W); each is decoded once a class.

    Raises
    ------
    ConfigError
        If the model has no classifier.
    """
    log_q = model.classify(x)  # (B, n_classes)
    n, n_classes = log_q.shape
    q = log_q.exp()
    y = torch.arange(n_classes, device=x.device).repeat_interleave(n)  # class by class
    posterior = model.posterior(model.encoder(x).repeat(n_classes, 1), y)
    z = posterior.sample(generator)
    log_prob = model.likelihood.log_prob(x.repeat(n_classes, 1, 1, 1), model.decode(z, y))
    recon = -log_prob.view(n_classes, n).T  # (B, n_classes)
    kl_z = model.kl(posterior, z).view(n_classes, n).T
    kl_y = (q * log_q).sum(1) + math.log(n_classes)
    return UnlabelledBound((q * recon).sum(1), (q * kl_z).sum(1) + kl_y, log_q)

"""The importance weighted bound: several samples an image, tighter than the evidence lower bound."""

from __future__ import annotations

import math

import torch

from vae_explorer.vae.model import VAE
from vae_explorer.vae.objectives.objective import Batch, Objective, Terms
from vae_explorer.vae.posterior import Posterior

__all__ = ["ImportanceWeighted"]


class ImportanceWeighted(Objective):
    """−log 1/K Σ_k w_k with w_k = p(x|z_k) p(z_k) / q(z_k|x), z_k ~ q(z|x) (Burda et al. 2016, eq. 8).

    The plain gradient is their eq. 14. With `dreg` that of the encoder is doubly reparameterised (Tucker et al. 2019,
    eq. 8): Σ_k v_k² ∂log w_k/∂z_k ∂z_k/∂φ with v_k = w_k / Σ w, the direct dependence of q on φ left out; same mean,
    less variance, and it does not fade with K. Decoder and prior keep Σ_k v_k ∂log w_k. A VampPrior counts as part of
    the prior there, although its components come from the encoder.

    `Terms.recon` and `Terms.kl` are those of the ordinary bound, means over the K samples, so that figures stay
    comparable; the bound itself is in `extra`.
    """

    is_mean_over_images = True

    def __init__(self, n_samples: int, dreg: bool) -> None:
        self.n_samples = n_samples
        self.dreg = dreg

    def terms(self, model: VAE, batch: Batch) -> Terms:
        k = self.n_samples
        x, y = batch.x, batch.y
        posterior = model.encode(x, y).repeated(k)
        z = posterior.sample(batch.generator)  # (K·B, D)
        params = model.decode(z, None if y is None else y.repeat(k))
        recon = -model.likelihood.log_prob(x.repeat(k, 1, 1, 1), params)  # (K·B,)
        density = Posterior(posterior.mu.detach(), posterior.log_var.detach()) if self.dreg else posterior
        log_q = density.log_prob(z)
        log_w = (model.prior.log_prob(z) - recon - log_q).view(k, -1)  # (K, B)
        bound = torch.logsumexp(log_w, 0) - math.log(k)  # (B,)
        if self.dreg:
            share = torch.softmax(log_w, 0).detach()  # v, (K, B)
            if z.requires_grad:
                z.register_hook(  # type: ignore[no-untyped-call]  # not annotated in torch
                    lambda gradient: gradient * share.reshape(-1, 1)
                )
            loss = -(share * log_w).sum(0).mean()
        else:
            loss = -bound.mean()
        kl = model.kl(posterior, z).view(k, -1).mean(0)
        return Terms(recon.view(k, -1).mean(0), kl, loss, {"iwae": -bound.detach().mean()})

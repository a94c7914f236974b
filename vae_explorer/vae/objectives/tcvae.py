"""β-TCVAE: the total correlation of the latent dimensions weighs β."""

from __future__ import annotations

from functools import lru_cache

from vae_explorer.vae.config import TcEstimator
from vae_explorer.vae.model import VAE
from vae_explorer.vae.objectives.aggregate import (
    aggregate_log_probs,
    stratified_log_weights,
    weighted_log_weights,
)
from vae_explorer.vae.objectives.objective import Batch, Objective, Terms, bound_of

__all__ = ["TotalCorrelation"]


class TotalCorrelation(Objective):
    """recon + MI + β·TC + dwKL (Chen et al. 2018, eq. 2 and 4 with α = γ = 1).

    KL averaged over images is the sum of the mutual information MI = E[log q(z|n) − log q(z)], the total
    correlation TC = E[log q(z) − log Π_j q(z_j)] and the dimension-wise KL, E[log Π_j q(z_j) − log p(z)].
    So the loss is recon + kl + (β − 1)·TC, in which kl keeps its closed form: at β = 1 it is the bound itself.

    Parameters
    ----------
    n_train
        N, images that the aggregate posterior is over.
    estimator
        ``mss``: minibatch stratified, ``mws``: minibatch weighted sampling.
    """

    def __init__(self, n_train: int, estimator: TcEstimator) -> None:
        self.n_train = n_train
        weights_of = stratified_log_weights if estimator == "mss" else weighted_log_weights
        self._log_weights = lru_cache(maxsize=4)(lambda b, n, device: weights_of(b, n).to(device))

    def terms(self, model: VAE, batch: Batch) -> Terms:
        bound = bound_of(model, batch)
        n_batch, device = len(batch.x), bound.z.device
        log_weights = self._log_weights(n_batch, max(self.n_train, n_batch), device).to(bound.z)
        joint, product = aggregate_log_probs(bound.z, bound.posterior, log_weights)
        tc = (joint - product).mean()
        mi = (bound.posterior.log_prob(bound.z) - joint).mean()
        loss = (bound.recon + bound.kl).mean() + (batch.beta - 1.0) * tc
        dimension_wise = bound.kl.mean() - mi - tc
        extra = {"tc": tc.detach(), "mi": mi.detach(), "dwkl": dimension_wise.detach()}
        return Terms(bound.recon, bound.kl, loss, extra)

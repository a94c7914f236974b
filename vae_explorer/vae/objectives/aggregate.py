"""log q(z) and log Π_j q(z_j) of the aggregate posterior, estimated from one batch (Chen et al. 2018).

The aggregate posterior is q(z) = 1/N Σ_n q(z|n) over all N training images. A batch knows b of them; what it
says about the others is a weight for each q(z|m). Both estimators are biased in log q(z) (the logarithm of an
average), the stratified one is unbiased in q(z).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from vae_explorer.vae.posterior import Posterior, gaussian_log_prob

__all__ = ["aggregate_log_probs", "stratified_log_weights", "weighted_log_weights"]


def stratified_log_weights(n_batch: int, n_train: int) -> Tensor:
    """Minibatch stratified sampling (Chen et al. 2018, appendix C.2); log weights (b, b).

    Row i are the weights of q(z_i|m) in the estimate of q(z_i), where z_i was drawn from image i. With M = b − 1
    other images in the batch the paper's f(z, n*, B) has 1/N for n* itself, (N − M)/(N·M) for one of the others
    and 1/M for each of the rest. On average the others, drawn without replacement from N − 1 images, get
    ((M − 1)/M + (N − M)/(N·M)) = (N − 1)/N in all, that is 1/N each: the estimate is unbiased. The image's own
    weight belongs on the diagonal; we put the single other one to its right, cyclically.

    Parameters
    ----------
    n_batch, n_train
        b ≥ 1 and N ≥ b.
    """
    if n_batch == 1:  # nothing is known of the others
        return torch.zeros(1, 1)
    others = n_batch - 1  # M
    weights = torch.full((n_batch, n_batch), 1.0 / others)
    row = torch.arange(n_batch)
    weights[row, (row + 1) % n_batch] = (n_train - others) / (n_train * others)
    weights[row, row] = 1.0 / n_train
    return weights.log()


def weighted_log_weights(n_batch: int, n_train: int) -> Tensor:
    """Minibatch weighted sampling (Chen et al. 2018, eq. S4): 1/(N·b) for each image; log weights (b, b).

    Its bias is large (the weights sum to 1/N), but nearly constant, so that gradients hardly see it.
    """
    return torch.full((n_batch, n_batch), -math.log(n_train * n_batch))


def aggregate_log_probs(z: Tensor, posterior: Posterior, log_weights: Tensor) -> tuple[Tensor, Tensor]:
    """log q(z_i) and log Π_j q(z_ij) from posteriors with given weights, in nats.

    Parameters
    ----------
    z
        (B, D).
    posterior
        Of the M images that stand for all, Gaussian.
    log_weights
        (B, M); equal to −log N for all N images it is the exact aggregate.

    Returns
    -------
    joint, product
        (B,) both.
    """
    each = gaussian_log_prob(z[:, None], posterior.mu, posterior.log_var)  # (B, M, D)
    joint = torch.logsumexp(log_weights + each.sum(2), dim=1)
    product = torch.logsumexp(log_weights[:, :, None] + each, dim=1).sum(1)
    return joint, product

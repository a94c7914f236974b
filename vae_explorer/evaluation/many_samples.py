"""log p(x|z) for many z of each image: the inner loop of an importance-sampled likelihood."""

from __future__ import annotations

import torch
from torch import Tensor

from vae_explorer.vae.likelihoods import Bernoulli
from vae_explorer.vae.model import VAE

__all__ = ["log_likelihood", "rows_at_once", "softplus_sum"]

_VALUES_AT_ONCE = 800_000  # decoded values of a chunk, 3 MB: stay in cache from product to sum
_ROWS_MIN, _ROWS_MAX = 16, 1024

# 1 + exp(−|l|) ≤ 2, so that a product of this many stays below 2^64, far from float32's 2^128.
_FACTORS_MAX = 64


def rows_at_once(model: VAE) -> int:
    """How many z to decode at once."""
    c, h, w = model.image_shape
    return min(max(_VALUES_AT_ONCE // (c * h * w), _ROWS_MIN), _ROWS_MAX)


def log_likelihood(model: VAE, x: Tensor, z: Tensor, y: Tensor | None = None) -> Tensor:
    """log p(x|z) in nats, summed over channels and pixels.

    For the Bernoulli it is x·l − Σ softplus(l) with logits l; the sum costs one logarithm for dozens of
    pixels (see `softplus_sum`), a tenth of the plain cross-entropy's time.

    Parameters
    ----------
    x
        Images in [0, 1], (B, C, H, W).
    z
        Latents, (K, B, D); K·B at most about `rows_at_once`.
    y
        Classes (B,) or (K, B) of a model of classes.

    Returns
    -------
    Tensor
        (K, B).
    """
    k, n = z.shape[:2]
    labels = None if y is None else y.expand(k, n).flatten()  # (K·B,)
    params = model.decode(z.flatten(0, 1), labels)  # (K·B, outputs, H, W)
    if type(model.likelihood) is Bernoulli:
        logits = params.view(k, n, -1)  # (K, B, P)
        matched: Tensor = torch.linalg.vecdot(logits, x.flatten(1).to(logits))  # (K, B)
        return matched - softplus_sum(logits)
    every = x.expand(k, *x.shape).flatten(0, 1)  # (K·B, C, H, W)
    return model.likelihood.log_prob(every, params).view(k, n)


def softplus_sum(values: Tensor) -> Tensor:
    """Σ log(1 + exp(v)) over the last dimension, (..., P) → (...); `values` is overwritten.

    log(1 + e^v) = max(v, 0) + log(1 + e^−|v|), and a sum of logarithms is the logarithm of the product.
    """
    n_values = values.shape[-1]
    total = values.sum(-1)
    size = values.abs_()
    total = 0.5 * (total + size.sum(-1))  # Σ max(v, 0)
    factors = size.neg_().exp_().add_(1.0)
    n_factors = 1  # in each product
    while 2 * n_factors <= _FACTORS_MAX and n_values > 1:
        half = n_values // 2
        rest = factors[..., 2 * half : n_values]
        total = total + rest.log().sum(-1) if n_values % 2 else total
        factors = factors[..., :half].mul_(factors[..., half : 2 * half])
        n_values, n_factors = half, 2 * n_factors
    return total + factors.log().sum(-1)

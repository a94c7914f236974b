"""The aggregate posterior q(z) = 1/N Σ_n q(z|x_n) over all images of a split, and what KL is made of.

mean_n KL(q(z|x_n) ‖ p(z)) = I(z; n) + KL(q(z) ‖ Π_j q(z_j)) + Σ_j KL(q(z_j) ‖ p(z_j)): mutual information, total
correlation, dimension-wise KL (Chen, Li, Grosse & Duvenaud 2018, eq. 2). Every log q(z) and log q(z_j) here is a
sum over all N images, not an estimate from a batch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vae_explorer.evaluation.densities import standard_normal_log_prob
from vae_explorer.evaluation.statistics import Mean, mean_of
from vae_explorer.vae.posterior import Posterior, gaussian_log_prob

__all__ = ["Decomposition", "Densities", "decompose", "iterate_densities", "log_aggregate"]

Values = NDArray[np.float64]

_TERMS_AT_ONCE = 500_000  # (samples × images) of one dimension: 2 MB
_LOG_2PI = math.log(2.0 * math.pi)


@dataclass(frozen=True, eq=False)
class Decomposition:
    """The parts of the mean KL, in nats, with standard errors over samples z ~ q(z).

    Attributes
    ----------
    kl
        mean_n KL(q(z|x_n) ‖ p(z)); of Gaussians and p(z) = N(0, I) in closed form, with an error of 0.
    mutual_information
        I(z; n) between latent and image; at most log N.
    total_correlation
        KL(q(z) ‖ Π_j q(z_j)).
    dimension_wise
        KL(q(z_j) ‖ N(0, 1)) of each dimension, D values.
    marginal
        KL(q(z) ‖ p(z)); for p(z) = N(0, I) the total correlation + Σ dimension-wise.
    log_n
        log N, where the mutual information saturates.
    n_samples
        S, samples of z in all.
    """

    kl: Mean
    mutual_information: Mean
    total_correlation: Mean
    dimension_wise: tuple[Mean, ...]
    dimension_wise_sum: Mean
    marginal: Mean
    log_n: float
    n_samples: int


def log_aggregate(posterior: Posterior, z: Tensor) -> tuple[Tensor, Tensor]:
    """log q(z) and log q(z_j), sums over all images of `posterior`.

    Parameters
    ----------
    posterior
        q(z|x_n) of all images, (N, D).
    z
        Latents, (S, D); the working memory is S·N numbers.

    Returns
    -------
    tuple of Tensor
        (S,) and (S, D), nats.
    """
    n, d = posterior.mu.shape
    inverse_sigma = torch.exp(-0.5 * posterior.log_var)  # (N, D)
    constant = -0.5 * (posterior.log_var + _LOG_2PI)  # (N, D)
    joint = torch.zeros(len(z), n, dtype=z.dtype, device=z.device)
    single = torch.empty_like(z)  # (S, D)
    for j in range(d):
        log_q = (z[:, j, None] - posterior.mu[None, :, j]).mul_(inverse_sigma[:, j])  # (S, N)
        log_q.square_().mul_(-0.5).add_(constant[:, j])
        joint += log_q
        single[:, j] = _log_mean_exp(log_q)
    return _log_mean_exp(joint), single


@dataclass(frozen=True, eq=False)
class Densities:
    """Log densities at samples z_s ~ q(z|x_n(s)), in nats."""

    conditional: Values  # log q(z_s|x_n), (S,)
    aggregate: Values  # log q(z_s), (S,)
    marginals: Values  # log q(z_s,j), (S, D)
    prior: Values  # log p(z_s), (S,)
    standard: Values  # log N(z_s,j; 0, 1), (S, D)


def iterate_densities(
    posterior: Posterior,
    n_samples: int,
    generator: torch.Generator,
    log_prior: Callable[[Tensor], Tensor] = standard_normal_log_prob,
) -> Iterator[tuple[int, Densities]]:
    """Log densities at `n_samples` draws from q(z), in chunks: (drawn so far, densities of the chunk).

    An image n is drawn uniformly, then z ~ q(z|x_n).
    """
    n, _ = posterior.mu.shape
    at_once = max(1, _TERMS_AT_ONCE // n)
    for start in range(0, n_samples, at_once):
        count = min(at_once, n_samples - start)
        chosen = torch.randint(n, (count,), generator=generator, device=posterior.mu.device)
        own = posterior.at(chosen)
        with torch.no_grad():
            z = own.sample(generator)  # (s, D)
            aggregate, marginals = log_aggregate(posterior, z)
            zero = z.new_zeros(())
            standard = gaussian_log_prob(z, zero, zero)  # (s, D)
            parts = (own.log_prob(z), aggregate, marginals, log_prior(z), standard)
        yield start + count, Densities(*(part.double().cpu().numpy() for part in parts))


def decompose(posterior: Posterior, chunks: list[Densities]) -> Decomposition:
    """The decomposition from all chunks of `iterate_densities`.

    Each part is a mean over the same samples, so that the parts add up to the Monte Carlo estimate of KL. With
    Gaussian posteriors the estimate's error,
    log q(z|x_n) − log N(z; 0, I) − KL, has the known mean 0 and serves as a control variate: subtracted from every part
    with its regression coefficient. These add up to 1, hence the corrected parts add up to the closed-form KL.
    """
    conditional = np.concatenate([chunk.conditional for chunk in chunks])
    aggregate = np.concatenate([chunk.aggregate for chunk in chunks])
    marginals = np.concatenate([chunk.marginals for chunk in chunks])
    prior = np.concatenate([chunk.prior for chunk in chunks])
    standard = np.concatenate([chunk.standard for chunk in chunks])
    error = np.zeros_like(prior)  # (S,)
    if posterior.is_gaussian:
        error = conditional - standard.sum(1) - float(posterior.kl().double().sum(1).mean())

    def corrected(values: Values) -> Mean:
        spread = error - error.mean()
        variance = float(spread @ spread)
        weight = float(spread @ values) / variance if variance > 0.0 else 0.0
        return mean_of(values - weight * error)

    per_dim = marginals - standard  # (S, D)
    return Decomposition(
        kl=corrected(conditional - prior),
        mutual_information=corrected(conditional - aggregate),
        total_correlation=corrected(aggregate - marginals.sum(1)),
        dimension_wise=tuple(corrected(column) for column in per_dim.T),
        dimension_wise_sum=corrected(per_dim.sum(1)),
        marginal=corrected(aggregate - prior),
        log_n=math.log(len(posterior.mu)),
        n_samples=len(error),
    )


def _log_mean_exp(values: Tensor) -> Tensor:
    """Over the last dimension; `values` is overwritten."""
    peak = values.amax(-1, keepdim=True)
    total = values.sub_(peak).exp_().sum(-1)
    return peak.squeeze(-1) + total.log() - math.log(values.shape[-1])

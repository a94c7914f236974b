"""The importance-weighted bound and the likelihood that it approaches, image by image.

log p(x) ≥ L_K = E[log 1/K Σ_k w_k], w_k = p(x, z_k) / q(z_k|x), z_k ~ q(z|x) (Burda, Grosse & Salakhutdinov 2016,
eq. 8). L_1 is the ELBO, L_K grows with K and tends to log p(x); −L_K for large K is reported as the negative
log-likelihood, which it is never below on average.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vae_explorer.errors import ConfigError
from vae_explorer.evaluation.densities import log_prior
from vae_explorer.evaluation.many_samples import log_likelihood, rows_at_once
from vae_explorer.evaluation.unlabelled_importance import ClassProposal, unlabelled_log_weights
from vae_explorer.vae.model import VAE
from vae_explorer.vae.posterior import Posterior

__all__ = ["K_MAX", "ImportanceEstimate", "bound_curve", "iterate_log_weights", "log_weights"]

K_MAX = 1_000_000  # samples an image; their weights lie in memory, 8 MB

Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ImportanceEstimate:
    """What K weights of each image say.

    Attributes
    ----------
    nll
        −log(1/K Σ w_k), nats, (N,).
    effective_samples
        (Σ w)² / Σ w² (Kish 1965), 1 to K; (N,). Few mean that a handful of samples decide `nll`.
    n_samples
        K.
    """

    nll: Values  # (N,)
    effective_samples: Values  # (N,)
    n_samples: int

    @classmethod
    def of(cls, log_w: Values) -> ImportanceEstimate:
        """From log w, (K, N)."""
        k = len(log_w)
        peak = log_w.max(axis=0)  # (N,)
        w = np.exp(log_w - peak)
        total = w.sum(axis=0)
        return cls(math.log(k) - peak - np.log(total), total**2 / np.square(w).sum(axis=0), k)

    @classmethod
    def joined(cls, parts: list[ImportanceEstimate]) -> ImportanceEstimate:
        """Of several groups of images with the same K."""
        return cls(
            np.concatenate([part.nll for part in parts]),
            np.concatenate([part.effective_samples for part in parts]),
            parts[0].n_samples,
        )

    @property
    def sampling_error(self) -> float:
        """Standard error of the mean of `nll` that comes from drawing z, not from the choice of images.

        To first order Var[log mean w] = Var[w] / (K·E[w]²), estimated by 1/ESS − 1/K (delta method).
        """
        variances = 1.0 / self.effective_samples - 1.0 / self.n_samples
        return float(np.sqrt(np.clip(variances, 0.0, None).sum())) / len(self.nll)


def log_weights(
    model: VAE,
    x: Tensor,
    posterior: Posterior,
    n_samples: int,
    generator: torch.Generator,
    y: Tensor | None = None,
) -> Tensor:
    """log w = log p(x|z) + log p(z) − log q(z|x) for `n_samples` draws z ~ q(z|x); (K, B).

    Parameters
    ----------
    x
        Images in [0, 1], (B, C, H, W).
    posterior
        q(z|x) of these, (B, D).
    y
        Labels (B,) of a conditional model, whose log p(x|z, y) it is then.
    """
    many = posterior.repeated(n_samples)
    z = many.sample(generator)  # (K·B, D)
    ratio = (log_prior(model, z) - many.log_prob(z)).view(n_samples, len(x))  # (K, B)
    return log_likelihood(model, x, z.view(n_samples, len(x), -1), y) + ratio


def iterate_log_weights(
    model: VAE,
    x: Tensor,
    n_samples: int,
    generator: torch.Generator,
    posterior: Posterior | None = None,
    y: Tensor | None = None,
) -> Iterator[tuple[int, Values | None]]:
    """log w of images `x` in bounded memory: (decoded so far, None) again and again, and between them
    (decoded so far, log w (K, b)) of the next b images.

    Parameters
    ----------
    posterior
        Proposal to draw from, (B, D); None: the model's q(z|x).
    y
        Labels (B,) of a conditional model. Without, a semi-supervised one draws the class too, and log p(x) is a sum
        over classes.

    Raises
    ------
    ConfigError
        If `n_samples` is not in 1…`K_MAX`.
    """
    if not 1 <= n_samples <= K_MAX:
        raise ConfigError(f"The number of samples an image must be 1 to {K_MAX:,}, got {n_samples:,}.")
    rows = rows_at_once(model)
    n_images = max(1, rows // n_samples)
    at_once = max(1, rows // n_images)
    done = 0
    for start in range(0, len(x), n_images):
        part = slice(start, start + n_images)
        given = None if posterior is None else Posterior(posterior.mu[part], posterior.log_var[part])
        with torch.no_grad():
            draw = _weights_of(model, x[part], given, None if y is None else y[part], generator)
        chunks = []
        for k in range(0, n_samples, at_once):
            with torch.no_grad():
                log_w = draw(min(at_once, n_samples - k))
            chunks.append(log_w.double().cpu().numpy())
            done += log_w.numel()
            yield done, None
        yield done, np.concatenate(chunks)


def _weights_of(
    model: VAE, x: Tensor, posterior: Posterior | None, y: Tensor | None, generator: torch.Generator
) -> Callable[[int], Tensor]:
    """A function of a number of samples that draws as many and gives their log w."""
    if posterior is None and y is None and model.classifier is not None:
        proposal = ClassProposal.of(model, x)
        return lambda n: unlabelled_log_weights(model, x, proposal, n, generator)
    own = model.encode(x, y) if posterior is None else posterior
    return lambda n: log_weights(model, x, own, n, generator, y)


def bound_curve(log_w: Values) -> tuple[NDArray[np.int64], Values]:
    """L_K of each image for K = 1, 2, 4, … up to the samples there are, from the same samples.

    For each K the samples are cut into groups of K whose log mean weights are averaged. As the groups are nested, the
    curve rises for every single image, by Jensen's inequality, not only on average.

    Parameters
    ----------
    log_w
        (K, N).

    Returns
    -------
    tuple
        The n values of K, (n,), and L_K in nats, (n, N).
    """
    n_levels = int(math.log2(len(log_w)))
    level = log_w[: 2**n_levels]
    bounds = [level.mean(axis=0)]
    for _ in range(n_levels):
        level = np.logaddexp(level[0::2], level[1::2]) - math.log(2.0)
        bounds.append(level.mean(axis=0))
    return 2 ** np.arange(n_levels + 1, dtype=np.int64), np.stack(bounds)

"""New latents by chance: draws of the prior, draws of a fitted Gaussian, small steps around a place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vae_explorer.errors import ConfigError

__all__ = ["CodeGaussian", "fit_gaussian", "prior_samples", "variations"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CodeGaussian:
    """A Gaussian over latents, N(mean, factor·factorᵀ).

    Attributes
    ----------
    mean
        float64, (D,).
    factor
        float64, (D, D), a square root of the covariance.
    """

    mean: Array
    factor: Array

    def sample(self, n: int, rng: np.random.Generator, temperature: float = 1.0) -> Array:
        """`n` draws of N(mean, T²·covariance): float64, (n, D)."""
        drawn: Array = self.mean + temperature * rng.standard_normal((n, len(self.mean))) @ self.factor.T
        return drawn


def fit_gaussian(mu: ArrayLike) -> CodeGaussian:
    """The Gaussian of greatest likelihood for the codes `mu`, (n, D); rows that are not finite are left out.

    Raises
    ------
    ConfigError
        If fewer than two codes are finite.
    """
    codes = np.atleast_2d(np.asarray(mu, dtype=np.float64))
    codes = codes[np.isfinite(codes).all(axis=1)]
    if len(codes) < 2:
        raise ConfigError(f"A Gaussian needs at least two encoded images to be fitted to, got {len(codes)}.")
    mean = codes.mean(axis=0)
    covariance = np.atleast_2d(np.cov(codes, rowvar=False, bias=True))
    values, vectors = np.linalg.eigh(covariance)  # collapsed dimensions have no Cholesky factor
    return CodeGaussian(mean, vectors * np.sqrt(np.clip(values, 0.0, None)))


def prior_samples(n: int, latent_dim: int, rng: np.random.Generator, temperature: float = 1.0) -> Array:
    """`n` draws of N(0, T²·I): float64, (n, D); T = 1 is the prior, T = 0 its centre."""
    return temperature * rng.standard_normal((n, latent_dim))


def variations(z: ArrayLike, n: int, strength: float, rng: np.random.Generator) -> Array:
    """`n` latents at distance `strength`·√D from `z` on average, in directions drawn evenly.

    A step is `strength` times a draw of N(0, I): its expected square is `strength`²·D, so that one strength
    means the same share of the prior's width for every D.

    Parameters
    ----------
    z
        (D,), the place to vary.
    strength
        Standard deviation of a step in each dimension; the prior's is 1.

    Returns
    -------
    float64, (n, D)
    """
    centre = np.asarray(z, dtype=np.float64)
    return centre + strength * rng.standard_normal((n, centre.size))

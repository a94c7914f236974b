"""Fréchet distance between the Gaussians fitted to two sets of features (Heusel et al. 2017)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vae_explorer.errors import DataError
from vae_explorer.evaluation.steps import Steps

__all__ = ["FrechetComparison", "GaussianFit", "compare", "frechet_distance"]

Array = NDArray[np.float64]

N_RESAMPLES = 100


@dataclass(frozen=True, eq=False)
class GaussianFit:
    """Mean (d,) and unbiased covariance (d, d) of features."""

    mean: Array
    covariance: Array

    @classmethod
    def of(cls, features: NDArray[np.floating]) -> GaussianFit:
        """The fit to `features`, (n, d) with n ≥ 2.

        Raises
        ------
        DataError
            If there are fewer than two rows.
        """
        if features.ndim != 2 or features.shape[1] < 1:
            raise ValueError(f"expected features (n, d), got shape {features.shape}")
        if len(features) < 2:
            raise DataError("A Fréchet distance needs at least two images on each side.")
        values = features.astype(np.float64)
        return cls(values.mean(axis=0), np.atleast_2d(np.cov(values, rowvar=False)))


@dataclass(frozen=True)
class FrechetComparison:
    """Generated beside real images, n of each.

    Attributes
    ----------
    value
        Between the generated images and one half of the real ones; squared units of the features.
    standard_error
        Spread of `value` over bootstrap resamples of both sets.
    interval
        95 %: the bootstrap's quantiles around its own mean, put around `value` and cut at 0. The estimate's upward
        bias at this n stays in it; `reference` shows how large that is.
    reference
        Between the two halves of the real images: what `value` would be for perfect samples.
    n_images
        n.
    n_dimensions
        d.
    n_resamples
        Of the bootstrap.
    """

    value: float
    standard_error: float
    interval: tuple[float, float]
    reference: float
    n_images: int
    n_dimensions: int
    n_resamples: int


def frechet_distance(a: GaussianFit, b: GaussianFit) -> float:
    """‖m_a − m_b‖² + tr(C_a + C_b − 2 (C_a C_b)^½), the squared 2-Wasserstein distance of two Gaussians.

    Dowson & Landau (1982), eq. 4; as a distance of image sets Heusel et al. (2017), eq. 6. The trace of the root
    comes from the eigenvalues of the symmetric C_a^½ C_b C_a^½, which are those of C_a C_b: real and stable also for
    singular covariances.

    Returns
    -------
    float
        ≥ 0, in squared units of the features.
    """
    if a.mean.shape != b.mean.shape:
        raise ValueError(f"expected features of one length, got {a.mean.shape} and {b.mean.shape}")
    values, vectors = np.linalg.eigh(a.covariance)
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T  # (d, d)
    product = np.linalg.eigvalsh(root @ b.covariance @ root)
    trace_of_root = np.sqrt(np.maximum(product, 0.0)).sum()
    between = np.square(a.mean - b.mean).sum()
    distance = between + np.trace(a.covariance) + np.trace(b.covariance) - 2.0 * trace_of_root
    return max(float(distance), 0.0)


def compare(
    generated: NDArray[np.floating],
    real: NDArray[np.floating],
    rng: np.random.Generator,
    *,
    n_resamples: int = N_RESAMPLES,
) -> Steps[FrechetComparison]:
    """Distance of generated from real images, with its error and the distance that real images have themselves.

    Parameters
    ----------
    generated
        Features (n_g, d).
    real
        Features (n_r, d), halved at random. Of every set the first n = min(n_g, n_r / 2) rows count, since the
        distance falls with n.
    n_resamples
        At least 2.

    Yields
    ------
    float
        Share of the resamples; the comparison is returned.

    Raises
    ------
    DataError
        If n < 2.
    """
    if n_resamples < 2:
        raise ValueError(f"expected n_resamples >= 2, got {n_resamples}")
    n = min(len(generated), len(real) // 2)
    order = rng.permutation(len(real))
    half, other, made = real[order[:n]], real[order[n : 2 * n]], generated[:n]
    fit = GaussianFit.of(half)
    value = frechet_distance(GaussianFit.of(made), fit)
    again = np.empty(n_resamples)
    for place in range(n_resamples):
        again[place] = frechet_distance(
            GaussianFit.of(made[rng.integers(0, n, n)]), GaussianFit.of(half[rng.integers(0, n, n)])
        )
        yield (place + 1) / n_resamples
    low, high = np.quantile(again, [0.025, 0.975]) - again.mean() + value
    return FrechetComparison(
        value=value,
        standard_error=float(again.std(ddof=1)),
        interval=(max(float(low), 0.0), float(high)),
        reference=frechet_distance(GaussianFit.of(other), fit),
        n_images=n,
        n_dimensions=int(generated.shape[1]),
        n_resamples=n_resamples,
    )

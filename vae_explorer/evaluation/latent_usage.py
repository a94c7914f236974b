"""Which latent dimensions carry something: active units and collapsed dimensions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "ACTIVE_VARIANCE",
    "COLLAPSE_KL_NATS",
    "COLLAPSE_SHARE",
    "active_units",
    "collapsed_dimensions",
    "mean_variances",
]

Values = NDArray[np.float64]

ACTIVE_VARIANCE = 0.01  # Burda, Grosse & Salakhutdinov (2016), section 5.2: the distribution has a gap there
COLLAPSE_KL_NATS, COLLAPSE_SHARE = 0.01, 0.99  # ε and 1 − δ of Lucas et al. (2019)


def mean_variances(mu: Values, again: Values | None = None) -> Values:
    """A_j = Var_x(E_q(z|x)[z_j]) over images: (N, D) → (D,).

    Parameters
    ----------
    mu
        E_q(z|x)[z], or an unbiased estimate of it.
    again
        A second, independent estimate: the covariance of the two has no share of their noise.
    """
    first = np.asarray(mu, dtype=np.float64)
    second = first if again is None else np.asarray(again, dtype=np.float64)
    variances: Values = ((first - first.mean(axis=0)) * (second - second.mean(axis=0))).mean(axis=0)
    return variances


def active_units(variances: Values, threshold: float = ACTIVE_VARIANCE) -> NDArray[np.bool_]:
    """Dimensions with A_j > `threshold` (Burda, Grosse & Salakhutdinov 2016, section 5.2); (D,)."""
    return np.asarray(variances > threshold)


def collapsed_dimensions(
    kl_per_dim: Values, kl_nats: float = COLLAPSE_KL_NATS, share: float = COLLAPSE_SHARE
) -> NDArray[np.bool_]:
    """Dimensions whose posterior is the prior: KL(q(z_j|x) ‖ p(z_j)) < ε for a share 1 − δ of the images.

    Lucas, Tucker, Grosse & Norouzi (2019, *Don't blame the ELBO!*, definition 1: (ε, δ)-collapse).

    Parameters
    ----------
    kl_per_dim
        Nats, (N, D).

    Returns
    -------
    bool, (D,)
    """
    collapsed: NDArray[np.bool_] = (kl_per_dim < kl_nats).mean(axis=0) >= share
    return collapsed

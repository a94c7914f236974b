"""How strange each image is to a model: every score grows with strangeness."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vae_explorer.vae.losses import image_losses
from vae_explorer.vae.model import VAE

__all__ = ["SCORES", "ImageScores", "ScoreName", "mahalanobis", "measured_scores"]

Array = NDArray[np.float64]
ScoreName = Literal["squared-error", "recon", "neg-elbo", "kl", "prior", "mahalanobis"]
SCORES: tuple[ScoreName, ...] = get_args(ScoreName)


@dataclass(frozen=True, eq=False)
class ImageScores:
    """Scores of n images.

    Attributes
    ----------
    squared_error
        ‖x − E[x|z = mu]‖², summed over channels and pixels in [0, 1]; (n,).
    recon
        −log p(x|z) with one z ~ q(z|x), nats; (n,).
    kl
        KL(q(z|x) ‖ p(z)), summed over dimensions, nats; (n,).
    mu
        Means of q(z|x), (n, D).
    """

    squared_error: Array
    recon: Array
    kl: Array
    mu: Array

    def by_name(self, name: ScoreName, known: ImageScores | None = None) -> Array:
        """One score, (n,).

        Parameters
        ----------
        known
            Images that the model was trained on; ``"mahalanobis"`` measures from them.
        """
        if name == "mahalanobis":
            if known is None:
                raise ValueError("expected the training images' scores")
            return mahalanobis(self.mu, known.mu)
        choices: dict[str, Callable[[], Array]] = {
            "squared-error": lambda: self.squared_error,
            "recon": lambda: self.recon,
            "neg-elbo": lambda: self.recon + self.kl,
            "kl": lambda: self.kl,
            "prior": lambda: _prior(self.mu),
        }
        return choices[name]()


def measured_scores(model: VAE, batches: Iterable[Tensor], generator: torch.Generator | None) -> ImageScores:
    """`ImageScores` of images in batches (B, C, H, W) in [0, 1], by a model in evaluation mode.

    Parameters
    ----------
    generator
        Noise of the one sample of z that recon is taken at.
    """
    parts: list[tuple[Tensor, Tensor, Tensor, Tensor]] = []
    for x in batches:
        with torch.no_grad():
            losses = image_losses(model, x, generator)
            mu = losses.posterior.mu
            picture = model.likelihood.mean(model.decode(mu))
            error = (x - picture).flatten(1).double().square().sum(1)
            parts.append((error, losses.recon.double(), losses.kl_per_dim.double().sum(1), mu.double()))
    squared_error, recon, kl, mu_all = (
        torch.cat(column).cpu().numpy() for column in zip(*parts, strict=True)
    )
    return ImageScores(squared_error, recon, kl, mu_all)


def mahalanobis(mu: Array, known: Array) -> Array:
    """Squared distance (z − m)ᵀ S⁻¹ (z − m) from the Gaussian fitted to known means.

    Up to a constant and a factor −½ the log-density of that Gaussian. Directions in which the known means do not
    vary (below 1e-9 of the greatest variance) are left out.

    Parameters
    ----------
    mu
        (n, D).
    known
        Means of the images that the model was trained on, (N, D) with N ≥ 2.

    Returns
    -------
    float64, (n,)
    """
    centre = known.mean(axis=0)
    variances, directions = np.linalg.eigh(np.atleast_2d(np.cov(known, rowvar=False)))
    kept = variances > 1e-9 * max(variances[-1], np.finfo(np.float64).tiny)
    scaled = (mu - centre) @ directions[:, kept] / np.sqrt(variances[kept])
    return np.asarray(np.square(scaled).sum(axis=1))


def _prior(mu: Array) -> Array:
    """−log N(mu; 0, I), nats."""
    return np.asarray(0.5 * (np.square(mu).sum(axis=1) + mu.shape[1] * math.log(2.0 * math.pi)))

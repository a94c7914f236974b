"""How strange each image is to a model: every score grows with strangeness."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vae_explorer.vae.losses import ImageLosses, image_losses
from vae_explorer.vae.model import VAE
from vae_explorer.vae.unlabelled import UnlabelledBound, unlabelled_bound

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
        KL(q(z|x) ‖ p(z)) as `VAE.kl` has it, nats; (n,).
    prior
        −log p(z = mu), nats; (n,).
    mu
        Means of q(z|x), (n, D).
    """

    squared_error: Array
    recon: Array
    kl: Array
    prior: Array
    mu: Array

    @classmethod
    def joined(cls, parts: Sequence[ImageScores]) -> ImageScores:
        """Of several groups of images, at least one."""
        return cls(*(np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(cls)))

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
            "prior": lambda: self.prior,
        }
        return choices[name]()


def measured_scores(
    model: VAE, batches: Iterable[tuple[Tensor, Tensor | None]], generator: torch.Generator | None
) -> ImageScores:
    """`ImageScores` of images by a model in evaluation mode.

    recon and kl of a semi-supervised model are those of the bound without a label (`unlabelled_bound`).

    Parameters
    ----------
    batches
        Images (B, C, H, W) in [0, 1], with the classes (B,) that a model of classes is told.
    generator
        Noise of the one sample of z that recon is taken at.
    """
    with torch.no_grad():
        return ImageScores.joined([_scores_of(model, x, y, generator) for x, y in batches])


def _scores_of(model: VAE, x: Tensor, y: Tensor | None, generator: torch.Generator | None) -> ImageScores:
    losses: ImageLosses | UnlabelledBound
    if model.classifier is not None:
        losses, mu = unlabelled_bound(model, x, generator), model.encode(x, y).mu
    else:
        losses = image_losses(model, x, generator, y=y)
        mu = losses.posterior.mu
    picture = model.likelihood.mean(model.decode(mu, y))
    squared_error = (x - picture).flatten(1).double().square().sum(1)
    found = (squared_error, losses.recon, losses.kl, -model.prior.log_prob(mu), mu)
    return ImageScores(*(part.double().cpu().numpy() for part in found))


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

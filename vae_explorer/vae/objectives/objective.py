"""What an objective is: a function of model and batch that returns `Terms`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from vae_explorer.vae.model import VAE
from vae_explorer.vae.posterior import Posterior

__all__ = ["Batch", "Bound", "Objective", "Terms", "bound_of"]


@dataclass(frozen=True, eq=False)
class Terms:
    """Losses of one batch, in nats.

    Attributes
    ----------
    recon
        −log p(x|z) with one z ~ q(z|x), summed over channels and pixels; (B,).
    kl
        KL(q(z|x) ‖ p(z)), summed over latent dimensions, not weighted by beta; (B,).
    loss
        What is minimised: a mean over the batch; scalar.
    extra
        Further quantities of the objective by name, not weighted; scalars, detached.
    """

    recon: Tensor  # (B,)
    kl: Tensor  # (B,)
    loss: Tensor  # ()
    extra: Mapping[str, Tensor] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Batch:
    """What an objective is of.

    Attributes
    ----------
    x
        Images (B, C, H, W) in [0, 1].
    beta
        Weight in force; a number, or a scalar on the device of `x`.
    generator
        Source of all noise.
    y
        Labels (B,) of a model of classes; −1 where the label is not known.
    epoch
        Passes over the training images so far, with decimals; likewise.
    """

    x: Tensor
    beta: float | Tensor
    generator: torch.Generator | None
    y: Tensor | None = None
    epoch: float | Tensor = 0.0


class Objective:
    """Computes `Terms` of a batch; may have an adversary with weights of its own.

    Attributes
    ----------
    is_mean_over_images
        Whether the loss is a mean of terms that each depend on one image: then parts of a batch may be computed apart.
    is_of_fixed_shapes
        Whether every batch of one size goes through the same operations on tensors of the same shapes.
    adversary
        Trained beside the model by `adversary_loss`, not by `Terms.loss`.
    """

    is_mean_over_images = False
    is_of_fixed_shapes = True
    adversary: nn.Module | None = None

    def __call__(
        self,
        model: VAE,
        x: Tensor,
        beta: float | Tensor,
        generator: torch.Generator | None,
        *,
        y: Tensor | None = None,
        epoch: float | Tensor = 0.0,
    ) -> Terms:
        """`terms` of a `Batch` of these."""
        return self.terms(model, Batch(x, beta, generator, y, epoch))

    def terms(self, model: VAE, batch: Batch) -> Terms:
        """Losses of the images of `batch`; what an objective implements."""
        raise NotImplementedError

    def adversary_loss(self, generator: torch.Generator | None) -> Tensor | None:
        """What `adversary` minimises on the batch of the last call; scalar, None if it has nothing to learn from."""
        return None


@dataclass(frozen=True, eq=False)
class Bound:
    """One pass through a model: the parts of its bound, and what they were computed from."""

    posterior: Posterior
    z: Tensor  # (B, D)
    recon: Tensor  # (B,)
    kl: Tensor  # (B,)


def bound_of(model: VAE, batch: Batch) -> Bound:
    """Encode the images, draw one z, decode: the negative evidence lower bound is recon + kl."""
    posterior, z, params = model(batch.x, batch.generator, batch.y)
    recon = -model.likelihood.log_prob(batch.x, params)  # (B,)
    return Bound(posterior, z, recon, model.kl(posterior, z))

"""The evidence lower bound of a trained model over whole splits of an image set."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import torch

from vae_explorer.data.image_set import ImageSet, Split
from vae_explorer.errors import ConfigError
from vae_explorer.evaluation.classes import given_labels
from vae_explorer.runs.history import Losses
from vae_explorer.runs.snapshot import Snapshot
from vae_explorer.vae.losses import evaluation_batch, iterate_losses
from vae_explorer.vae.model import model_from_weights
from vae_explorer.vae.pixels import Pixels
from vae_explorer.vae.plugins import require_plugin

__all__ = ["EvaluationProgressed", "Noise", "evaluate", "iterate_evaluation"]


Noise = Callable[[Split, torch.device], torch.Generator]


@dataclass(frozen=True)
class EvaluationProgressed:
    """`done` of `total` images over all splits; `losses` are the means so far, whole once `is_last`."""

    split: Split
    done: int
    total: int
    losses: Losses
    is_last: bool  # of its split


def iterate_evaluation(
    snapshot: Snapshot,
    images: ImageSet,
    *,
    splits: tuple[Split, ...] = tuple(Split),
    seed: int = 0,
    noise: Noise | None = None,
    batch_size: int | None = None,
    device: torch.device | str = "cpu",
) -> Iterator[EvaluationProgressed]:
    """recon and kl over each whole split, with one z ~ q(z|x) an image (Kingma & Welling 2014, eq. 3).

    Parameters
    ----------
    splits
        Which parts to measure; those without images are passed over.
    seed
        Of the noise, unless `noise` gives a generator for each split.
    batch_size
        Images at once, part of what decides the noise; None: as many as in training, whose figures then come again.

    Yields
    ------
    EvaluationProgressed
        After each batch; consumers may leave at any time.

    Raises
    ------
    ConfigError
        If the images have another shape or other classes than the model's, or its network is a plug-in that is not
        installed.
    """
    if images.image_shape != snapshot.image_shape:
        raise ConfigError(
            f"The model takes images of shape {snapshot.image_shape} (C, H, W), but '{images.name}' has "
            f"{images.image_shape}: load the images as the run did."
        )
    device = torch.device(device)
    require_plugin(snapshot.model.network, snapshot.plugin)
    model = model_from_weights(snapshot.model, snapshot.objective, snapshot.image_shape, snapshot.weights)
    model = model.to(device).eval().requires_grad_(False)
    labels = given_labels(model, images)
    pixels = Pixels(images.images, device)
    indices = {split: images.indices(split) for split in splits}
    batch_size = batch_size or evaluation_batch(model, device)
    total, before = sum(map(len, indices.values())), 0
    for split, index in indices.items():
        generator = (noise or _from_seed(seed))(split, device)
        for done, means in iterate_losses(model, pixels, index, batch_size, generator, labels):
            losses = Losses(recon=means.recon, kl=means.kl, accuracy=means.accuracy)
            yield EvaluationProgressed(split, before + done, total, losses, done == len(index))
        before += len(index)


def evaluate(
    snapshot: Snapshot,
    images: ImageSet,
    *,
    splits: tuple[Split, ...] = tuple(Split),
    seed: int = 0,
    noise: Noise | None = None,
    batch_size: int | None = None,
    device: torch.device | str = "cpu",
) -> Mapping[Split, Losses]:
    """`iterate_evaluation` to its end: the losses of every split that has images.

    Raises
    ------
    ConfigError
        If the images have another shape than the model's.
    """
    steps = iterate_evaluation(
        snapshot, images, splits=splits, seed=seed, noise=noise, batch_size=batch_size, device=device
    )
    return {step.split: step.losses for step in steps if step.is_last}


def _from_seed(seed: int) -> Noise:
    return lambda split, device: torch.Generator(device).manual_seed(seed * len(Split) + int(split))

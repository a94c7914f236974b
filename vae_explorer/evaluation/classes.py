"""Which class a model of classes is told of each image, and of each picture that it makes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vae_explorer.data.image_set import ImageSet, Split
from vae_explorer.errors import ConfigError
from vae_explorer.vae.model import VAE

__all__ = ["drawn_classes", "given_labels"]

Labels = NDArray[np.int64]


def given_labels(model: VAE, images: ImageSet) -> Labels | None:
    """Labels (N,) that `model` is told; None if it asks for none, or names the classes itself.

    Raises
    ------
    ConfigError
        If a conditional model's images have no labels, or labels are of classes that it does not know.
    """
    if not model.n_classes:
        return None
    if images.labels is None:
        if model.classifier is not None:
            return None
        raise ConfigError(
            f"This model is told the class of each image, and '{images.name}' has no labels: choose images with classes."
        )
    if len(images.labels) and int(images.labels.max()) >= model.n_classes:
        raise ConfigError(
            f"This model knows {model.n_classes} classes, and '{images.name}' has {len(images.class_names)}: choose "
            "images with the classes that it was trained on."
        )
    return images.labels


def drawn_classes(model: VAE, images: ImageSet, n: int, rng: np.random.Generator) -> Labels | None:
    """`n` classes y ~ p(y) for pictures to make, (n,); None for a model without classes.

    p(y) is the training images' frequency of labels (of all images where none are for training), of a semi-supervised
    model its uniform prior.
    """
    if not model.n_classes:
        return None
    labels = None if model.classifier is not None else given_labels(model, images)
    if labels is None:
        return rng.integers(0, model.n_classes, n)
    index = images.indices(Split.TRAIN)
    return rng.choice(labels[index] if len(index) else labels, n)

"""``TrainingLabels``: which labels a training knows, and which labelled images join a batch."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vae_explorer.data.image_set import ImageSet
from vae_explorer.errors import ConfigError
from vae_explorer.runs.config import RunConfig
from vae_explorer.training.randomness import seed_for

__all__ = ["TrainingLabels", "balanced"]

_NONE = np.empty(0, dtype=np.int64)


class TrainingLabels:
    """Labels of the training images, as far as `config` lets training see them.

    A conditional model sees all, a semi-supervised one those of `n_labels` images, as many of each class, chosen by
    the run's seed; others see none.

    Raises
    ------
    ConfigError
        If more labels are wanted than training images have, or fewer than there are classes.
    """

    def __init__(
        self, config: RunConfig, images: ImageSet, train_index: NDArray[np.int64], device: torch.device
    ) -> None:
        self._seed = config.seed
        self._batch_size = config.batch_size
        self._labels: Tensor | None = None
        self.known = _NONE  # positions in the set of the labelled images of a semi-supervised training
        if not config.model.conditional or images.labels is None:
            return
        self._labels = torch.from_numpy(np.array(images.labels)).to(device)
        self._is_semi = config.objective.name == "m2"
        if self._is_semi:
            self.known = balanced(
                images.labels, train_index, config.objective.n_labels, seed_for(config.seed, "labels")
            )

    def of(self, index: NDArray[np.int64] | Tensor) -> Tensor | None:
        """Labels (B,) of the images at `index`; None for a training without."""
        if self._labels is None:
            return None
        if not isinstance(index, Tensor):
            index = torch.from_numpy(index).to(self._labels.device)
        return self._labels.index_select(0, index)

    def known_at(self, step: int) -> NDArray[np.int64]:
        """Labelled images that join the batch of `step`: all, or a batch's size of them drawn for it."""
        if len(self.known) <= self._batch_size:
            return self.known
        rng = np.random.default_rng(seed_for(self._seed, "labels", step + 1))
        return rng.choice(self.known, self._batch_size, replace=False)

    def with_known(self, n_unlabelled: int, known: NDArray[np.int64]) -> Tensor | None:
        """Labels of a batch of `n_unlabelled` images (−1: not known) and then the images at `known`."""
        labels = self.of(known)
        return None if labels is None else torch.cat((labels.new_full((n_unlabelled,), -1), labels))


def balanced(labels: NDArray[np.int64], index: NDArray[np.int64], n: int, seed: int) -> NDArray[np.int64]:
    """`n` of the images at `index`, drawn with as equal numbers of each class as they allow; ascending.

    Raises
    ------
    ConfigError
        If `n` is above the number of images, or below that of classes.
    """
    classes = np.unique(labels[index])
    if not len(classes) <= n <= len(index):
        raise ConfigError(
            f"--labels must be from {len(classes)}, one a class, to the {len(index):,} training images, got {n:,}."
        )
    rng = np.random.default_rng(seed)
    rank = np.empty(len(index), dtype=np.int64)  # place of each image in its class, by chance
    for each in classes:
        members = np.flatnonzero(labels[index] == each)
        rank[rng.permutation(members)] = np.arange(len(members))
    # First the first of every class, then the second of every class, and so on; ties by chance.
    order = np.lexsort((rng.random(len(index)), rank))
    return np.sort(index[order[:n]])

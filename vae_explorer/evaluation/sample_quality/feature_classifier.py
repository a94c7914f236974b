"""A small convolutional classifier, trained here on the data's own labels, whose features compare images."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from vae_explorer.data.image_set import ImageSet, Split
from vae_explorer.errors import DataError
from vae_explorer.evaluation.measure import Step
from vae_explorer.vae.networks.parts import ImageShape, initialise, scales_of, stride_of
from vae_explorer.vae.pixels import Pixels

__all__ = ["ClassifierSettings", "FeatureClassifier", "train_classifier"]

N_FEATURES = 64
CHANNELS = (16, 32, 64)  # of the first scales; further ones have the last number
SIDE_MAX = 64  # pixels; larger pictures are averaged down, which keeps training within a minute
_EVALUATION_BATCH = 500
_STREAM = 0xC1A5  # keeps its draws apart from others with the same seed


@dataclass(frozen=True)
class ClassifierSettings:
    """How the classifier is trained; with the images it decides its features.

    Attributes
    ----------
    n_steps
        Steps of Adam; the learning rate falls linearly to 0.
    batch_size
        Images a step.
    learning_rate
        At the first step.
    n_train
        Training images at most, chosen at random.
    seed
        Of weights, choice and order of images.
    """

    n_steps: int = 600
    batch_size: int = 128
    learning_rate: float = 2e-3
    n_train: int = 20_000
    seed: int = 0

    @property
    def text(self) -> str:
        """``"600 steps of 128, Adam 0.002 falling to 0, seed 0"``."""
        return f"{self.n_steps} steps of {self.batch_size}, Adam {self.learning_rate:g} falling to 0, seed {self.seed}"


@dataclass(frozen=True, eq=False)
class FeatureClassifier:
    """A trained classifier.

    Attributes
    ----------
    accuracy, standard_error
        On images that it was not trained on; the error is binomial.
    n_train, n_test
        Images that it was trained and tested on.
    test_split
        Where the test images come from, ``"test"`` or ``"validation"``.
    settings
        How it was trained.
    """

    network: _Network
    accuracy: float
    standard_error: float
    n_train: int
    n_test: int
    test_split: str
    settings: ClassifierSettings

    def features(self, x: Tensor) -> NDArray[np.float64]:
        """Activations of the last hidden layer, after its ReLU.

        Parameters
        ----------
        x
            Images in [0, 1], (B, C, H, W), on the classifier's device.

        Returns
        -------
        float64, (B, 64)
        """
        with torch.no_grad():
            return np.asarray(self.network.features(x).double().cpu().numpy())


def train_classifier(
    images: ImageSet, settings: ClassifierSettings | None = None, device: torch.device | str = "cpu"
) -> Iterator[Step | FeatureClassifier]:
    """Train on the labels of the TRAIN images, test on TEST (VALIDATION where there is none).

    3 × 3 convolutions with stride 2 down to 4 pixels a side (16, 32, 64, 64 … channels), a hidden layer of 64 units,
    ReLU, cross-entropy, Adam.

    Yields
    ------
    Step or FeatureClassifier
        Progress; the classifier comes last.

    Raises
    ------
    DataError
        If the images have no labels, fewer than two classes to train on, or none to test on.
    """
    settings = settings or ClassifierSettings()
    if images.labels is None:
        raise DataError(
            f"{images.name} has no labels, which the feature classifier needs: compare samples in the encoder's features."
        )
    device = torch.device(device)
    train = images.indices(Split.TRAIN)
    split = Split.TEST if len(images.indices(Split.TEST)) else Split.VALIDATION
    test = images.indices(split)
    rng = np.random.default_rng([settings.seed, _STREAM])
    if len(train) > settings.n_train:
        train = np.sort(rng.choice(train, settings.n_train, replace=False))
    if len(np.unique(images.labels[train])) < 2 or not len(test):
        raise DataError(
            f"{images.name} leaves the feature classifier fewer than two classes to learn or no images to test it on."
        )
    n_classes = max(len(images.class_names), int(images.labels.max()) + 1)
    network = _fresh_network(images.image_shape, n_classes, settings.seed).to(device)
    pixels, labels = Pixels(images.images, device), torch.from_numpy(np.array(images.labels)).to(device)
    optimiser = torch.optim.Adam(network.parameters(), lr=settings.learning_rate)
    order = train[:0]
    for step in range(settings.n_steps):
        if len(order) < min(settings.batch_size, len(train)):
            order = np.concatenate((order, rng.permutation(train)))
        chosen, order = order[: settings.batch_size], order[settings.batch_size :]
        for group in optimiser.param_groups:
            group["lr"] = settings.learning_rate * (1.0 - step / settings.n_steps)
        loss = F.cross_entropy(network(pixels.batch(chosen)), labels[torch.from_numpy(chosen).to(device)])
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch has no type for it
        optimiser.step()
        yield Step(step + 1, settings.n_steps)
    network.eval().requires_grad_(False)
    accuracy = _accuracy(network, pixels, labels, test)
    yield FeatureClassifier(
        network=network,
        accuracy=accuracy,
        standard_error=math.sqrt(accuracy * (1.0 - accuracy) / len(test)),
        n_train=len(train),
        n_test=len(test),
        test_split=split.name.lower(),
        settings=settings,
    )


class _Network(nn.Module):
    """Images (B, C, H, W) in [0, 1] → class scores (B, K)."""

    def __init__(self, image_shape: ImageShape, n_classes: int) -> None:
        super().__init__()
        c, h, w = image_shape
        self._size = (min(h, SIDE_MAX), min(w, SIDE_MAX))
        sizes = scales_of(*self._size)
        layers: list[nn.Module] = []
        for place, (fine, coarse) in enumerate(pairwise(sizes)):
            width = CHANNELS[min(place, len(CHANNELS) - 1)]
            layers += [nn.Conv2d(c, width, 3, stride_of(fine, coarse), padding=1), nn.ReLU()]
            c = width
        self.body = nn.Sequential(*layers)
        self.hidden = nn.Linear(c * sizes[-1][0] * sizes[-1][1], N_FEATURES)
        self.head = nn.Linear(N_FEATURES, n_classes)

    def features(self, x: Tensor) -> Tensor:
        """(B, C, H, W) → (B, 64)."""
        if tuple(x.shape[2:]) != self._size:
            x = F.adaptive_avg_pool2d(x, self._size)
        return F.relu(self.hidden(self.body(2.0 * x - 1.0).flatten(1)))

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.head(self.features(x))
        return scores


def _fresh_network(image_shape: ImageShape, n_classes: int, seed: int) -> _Network:
    """Weights from `seed` alone: made without memory first, since layers draw from the global generator."""
    with torch.device("meta"):
        network = _Network(image_shape, n_classes)
    empty = {name: torch.empty(tensor.shape) for name, tensor in network.state_dict().items()}
    network.load_state_dict(empty, assign=True)
    initialise(network, torch.Generator().manual_seed(seed))
    return network.requires_grad_(True)


def _accuracy(network: _Network, pixels: Pixels, labels: Tensor, test: NDArray[np.int64]) -> float:
    n_right = 0
    with torch.no_grad():
        for start in range(0, len(test), _EVALUATION_BATCH):
            chosen = test[start : start + _EVALUATION_BATCH]
            named = network(pixels.batch(chosen)).argmax(1)
            n_right += int((named == labels[torch.from_numpy(chosen).to(named.device)]).sum())
    return n_right / len(test)

"""The feature classifier: learns what can be learned, repeats with its seed, says what it needs."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vae_explorer.data.image_set import ImageSet, Split
from vae_explorer.errors import DataError
from vae_explorer.evaluation.measure import Step
from vae_explorer.evaluation.sample_quality.feature_classifier import (
    ClassifierSettings,
    FeatureClassifier,
    train_classifier,
)

QUICK = ClassifierSettings(n_steps=40, batch_size=32)


def _bars(n: int = 300, c: int = 1, h: int = 8, w: int = 8, n_classes: int = 2) -> ImageSet:
    """Noise with a bright row (class 0) or column (class 1) at a random place."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, n_classes, n)
    pixels = rng.integers(0, 80, (n, c, h, w), dtype=np.uint8)
    for k, label in enumerate(labels):
        if label == 0:
            pixels[k, :, rng.integers(h)] = 230
        else:
            pixels[k, :, :, rng.integers(w)] = 230
    split = np.repeat([Split.TRAIN, Split.TEST], [n - 100, 100]).astype(np.uint8)
    return ImageSet("bars", pixels, split, "f", labels, ("row", "column"))


def _trained(images: ImageSet, settings: ClassifierSettings = QUICK) -> FeatureClassifier:
    *steps, found = train_classifier(images, settings)
    assert all(isinstance(step, Step) for step in steps)
    assert len(steps) == settings.n_steps
    assert isinstance(found, FeatureClassifier)
    return found


def test_that_it_learns_and_reports_the_accuracy_on_images_it_has_not_seen() -> None:
    images = _bars()
    found = _trained(images, ClassifierSettings(n_steps=80, batch_size=32))
    assert found.accuracy > 0.9
    assert (found.n_train, found.n_test, found.test_split) == (200, 100, "test")
    x = torch.from_numpy(images.images[200:]).float() / 255
    features = found.features(x)
    assert features.shape == (100, 64)
    assert features.min() >= 0.0
    scores = (
        features @ found.network.head.weight.double().numpy().T + found.network.head.bias.double().numpy()
    )
    assert images.labels is not None
    assert (scores.argmax(1) == images.labels[200:]).mean() == pytest.approx(found.accuracy)


def test_that_it_repeats_with_its_seed_and_leaves_the_global_generator_alone() -> None:
    images = _bars()
    before = torch.random.get_rng_state()
    first, again = _trained(images), _trained(images)
    assert torch.equal(before, torch.random.get_rng_state())
    other = _trained(images, ClassifierSettings(n_steps=40, batch_size=32, seed=1))
    weights = [found.network.hidden.weight for found in (first, again, other)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


def test_that_colour_of_any_size_is_taken() -> None:
    found = _trained(_bars(140, 3, 9, 80), ClassifierSettings(n_steps=2, batch_size=16))
    assert found.features(torch.rand(2, 3, 9, 80)).shape == (2, 64)


def test_that_fewer_images_than_a_batch_do() -> None:
    found = _trained(_bars(110), ClassifierSettings(n_steps=3, batch_size=64))
    assert found.n_train == 10


def test_that_what_it_needs_is_said_in_words() -> None:
    images = _bars()
    bare = ImageSet("bare", images.images, images.split, "f")
    with pytest.raises(DataError, match="bare has no labels"):
        next(train_classifier(bare))
    alone = ImageSet("alone", images.images, images.split, "f", np.zeros(300, np.int64), ("row",))
    with pytest.raises(DataError, match="fewer than two classes"):
        next(train_classifier(alone))

"""Quality of samples: Fréchet distance, precision and recall in two spaces of features."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import numpy as np
import torch
from numpy.typing import NDArray

from vae_explorer.data.image_set import Split
from vae_explorer.evaluation.classes import drawn_classes
from vae_explorer.evaluation.figures import Figure, Finding, Warned
from vae_explorer.evaluation.measure import Measure, Step, part_of
from vae_explorer.evaluation.sample_quality.feature_classifier import (
    ClassifierSettings,
    FeatureClassifier,
    train_classifier,
)
from vae_explorer.evaluation.sample_quality.frechet import compare
from vae_explorer.evaluation.sample_quality.generated import generated_pictures
from vae_explorer.evaluation.sample_quality.precision_recall import precision_recall
from vae_explorer.evaluation.statistics import share_interval
from vae_explorer.evaluation.subject import Subject

__all__ = ["MEASURE"]

Features = NDArray[np.float64]


def _samples(subject: Subject) -> Iterator[Step | Finding]:
    real = _real_index(subject)
    n = len(real) // 2
    classifier = yield from _classifier(subject, 0.0, 0.7)
    made_mu, made_features = [], []
    classes = drawn_classes(subject.model, subject.images, n, subject.rng("sample classes"))
    for x, y in generated_pictures(subject.model, n, subject.generator("samples"), classes):
        with torch.no_grad():
            made_mu.append(subject.model.encode(x, y).mu.double().cpu().numpy())
        if classifier is not None:
            made_features.append(classifier.features(x))
        yield Step(0.75, 1.0)
    real_mu, real_features = [], []
    for batch in subject.batches(real):
        with torch.no_grad():
            real_mu.append(subject.model.encode(batch.x, batch.y).mu.double().cpu().numpy())
        if classifier is not None:
            real_features.append(classifier.features(batch.x))
        yield Step(0.8, 1.0)
    words = "the model's own encoder (means of q(z|x))" + (", told the class" if subject.told else "")
    yield from _compared(subject, "encoder", words, np.concatenate(made_mu), np.concatenate(real_mu), 0.8)
    if classifier is None:
        yield Warned(
            "no_classifier",
            f"{subject.images.name} has no labels of two classes to train a feature classifier on, so samples are "
            "compared in the encoder's features only, which know nothing that the model has not learned.",
        )
        return
    words = (
        f"a small classifier trained on these images ({100 * classifier.accuracy:.1f} ± "
        f"{100 * classifier.standard_error:.1f} % right on {classifier.test_split})"
    )
    yield from _compared(
        subject, "classifier", words, np.concatenate(made_features), np.concatenate(real_features), 0.9
    )
    low, high = share_interval(classifier.accuracy, classifier.n_test)
    yield Figure(
        name="classifier_accuracy",
        title="Accuracy of the feature classifier",
        value=100.0 * classifier.accuracy,
        unit="%",
        split=classifier.test_split,
        n_images=classifier.n_test,
        standard_error=100.0 * classifier.standard_error,
        interval=(100.0 * low, 100.0 * high),
        note=f"Trained on {classifier.n_train:,} images: {classifier.settings.text}.",
    )


def _compared(
    subject: Subject, name: str, words: str, made: Features, real: Features, begin: float
) -> Iterator[Step | Figure | Warned]:
    short = "the model's own encoder's features" if name == "encoder" else "features of a small classifier"
    beside = _made(subject)
    rng = subject.rng(f"frechet {name}")
    distance = yield from part_of(compare(made, real, rng), begin, begin + 0.05)
    shares = yield from part_of(precision_recall(made, real[: len(made)]), begin + 0.05, begin + 0.1)
    n = distance.n_images
    yield Figure(
        name=f"frechet_{name}",
        title=f"Fréchet distance in {short}",
        value=distance.value,
        unit="",
        split=subject.split_name,
        n_images=n,
        n_samples=n,
        standard_error=distance.standard_error,
        interval=distance.interval,
        note=f"{beside}, {n:,} of each; features: {words}, {distance.n_dimensions} of them, squared units. Two halves of "
        f"the real images are {distance.reference:.4g} apart. Bootstrap of {distance.n_resamples} resamples.",
    )
    yield Figure(
        name=f"frechet_{name}_real",
        title=f"Fréchet distance of real images among themselves in {short}",
        value=distance.reference,
        unit="",
        split=subject.split_name,
        n_images=n,
        note=f"Between two disjoint halves of {n:,} images: what perfect samples would score.",
    )
    if n <= distance.n_dimensions:
        yield Warned(
            f"few_images_{name}",
            f"The Fréchet distance rests on {n} images for {distance.n_dimensions} features: take more images than "
            "features.",
        )
    for title, value, error, n_tried in (
        ("Precision", shares.precision, shares.precision_error, shares.n_generated),
        ("Recall", shares.recall, shares.recall_error, shares.n_real),
    ):
        yield Figure(
            name=f"{title.lower()}_{name}",
            title=f"{title} of samples in {short}",
            value=value,
            unit="",
            split=subject.split_name,
            n_images=shares.n_real,
            n_samples=shares.n_generated,
            standard_error=error,
            interval=share_interval(value, n_tried),
            note=f"Kynkäänniemi et al. (2019), k = {shares.n_neighbours}; {beside}; features: {words}. Binomial "
            "standard error.",
        )


def _made(subject: Subject) -> str:
    if not subject.model.n_classes:
        return "E[x|z] with z drawn from the prior beside real images"
    drawn = "uniformly" if subject.model.classifier is not None else "as often as training images have it"
    return f"E[x|z, y] with z drawn from the prior and the class y {drawn} beside real images"


def _classifier(
    subject: Subject, begin: float, end: float
) -> Generator[Step, None, FeatureClassifier | None]:
    """The trained classifier; None where there are no two classes of labels or nothing to test on."""
    images = subject.images
    if images.labels is None or len(np.unique(images.labels[images.indices(Split.TRAIN)])) < 2:
        return None
    if not len(images.indices(Split.TEST, Split.VALIDATION)):
        return None
    settings = ClassifierSettings(seed=subject.settings.seed)
    for item in train_classifier(images, settings, subject.device):
        if isinstance(item, FeatureClassifier):
            return item
        yield Step(begin + (end - begin) * item.done / item.total, 1.0)
    return None


def _real_index(subject: Subject) -> NDArray[np.int64]:
    """Twice as many images as are generated, in random order; all of the split where it is small."""
    wanted = subject.settings.n_images
    n = len(subject.index) if wanted is None else min(2 * wanted, len(subject.index))
    return subject.rng("real images").permutation(subject.index)[:n]


def _missing(subject: Subject) -> str | None:
    if not subject.model.variational:
        return "A plain autoencoder has no prior to draw samples from."
    if len(subject.index) < 8:
        return f"Sample quality needs at least 8 images, and {subject.split_name} has {len(subject.index)}."
    return None


MEASURE = Measure("samples", "Quality of samples", _samples, _missing)

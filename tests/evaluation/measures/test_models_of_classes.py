"""Every group on models that are told the class of an image, conditional and semi-supervised."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from vae_explorer.data.image_set import ImageSet, Split
from vae_explorer.errors import ConfigError
from vae_explorer.evaluation.anomaly.scores import measured_scores
from vae_explorer.evaluation.classes import drawn_classes
from vae_explorer.evaluation.elbo import evaluate
from vae_explorer.evaluation.figures import Figure, Finding, Histogram
from vae_explorer.evaluation.image_quality import psnr
from vae_explorer.evaluation.measures import disentanglement, samples
from vae_explorer.evaluation.sample_quality.feature_classifier import ClassifierSettings
from vae_explorer.evaluation.sample_quality.generated import generated_pictures
from vae_explorer.evaluation.settings import SuiteSettings
from vae_explorer.evaluation.subject import Subject
from vae_explorer.evaluation.suite import Found, Skipped, SuiteStarted, iterate_suite
from vae_explorer.runs.snapshot import Snapshot
from vae_explorer.vae.config import ModelConfig, ObjectiveConfig
from vae_explorer.vae.model import VAE, build_model
from vae_explorer.vae.unlabelled import unlabelled_bound

SHAPE = (1, 8, 8)
N_TRAIN, N_TEST = 250, 150


def _images() -> ImageSet:
    """A block at one of 3 places, the commonest on the left, and of 4 brightnesses; the place is the label."""
    rng = np.random.default_rng(0)
    n = N_TRAIN + N_TEST
    place, shade = rng.choice(3, n, p=[0.6, 0.3, 0.1]), rng.integers(0, 4, n)
    pixels = rng.integers(0, 30, (n, *SHAPE), dtype=np.uint8)
    for k in range(n):
        pixels[k, 0, 2:6, 1 + 2 * place[k] : 3 + 2 * place[k]] = 100 + 50 * shade[k]
    return ImageSet(
        "blocks",
        pixels,
        np.repeat([Split.TRAIN, Split.TEST], [N_TRAIN, N_TEST]).astype(np.uint8),
        "f",
        place,
        ("left", "middle", "right"),
        np.column_stack((place, shade)).astype(float),
        ("place", "shade"),
    )


def _snapshot(objective: str = "vae") -> Snapshot:
    config = ModelConfig(network="mlp", hidden=(32,), latent_dim=3, conditional=True, n_classes=3)
    goal = ObjectiveConfig.model_validate({"name": objective})
    model = build_model(config, goal, SHAPE, seed=3)
    return Snapshot("run", 1, 1.0, config, goal, SHAPE, model.state_dict())


def _subject(objective: str = "vae", images: ImageSet | None = None) -> Subject:
    return Subject(_snapshot(objective), images or _images(), SuiteSettings(n_images=40))


def _findings(objective: str, *groups: str) -> tuple[dict[str, Finding], list[Skipped]]:
    settings = SuiteSettings(n_images=40, n_samples=16, n_aggregate=100, groups=groups)
    events = list(iterate_suite(_snapshot(objective), _images(), settings))
    found = {event.finding.name: event.finding for event in events if isinstance(event, Found)}
    return found, [event for event in events if isinstance(event, Skipped)]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        samples, "ClassifierSettings", lambda seed: ClassifierSettings(n_steps=20, batch_size=32, seed=seed)
    )
    monkeypatch.setattr(disentanglement, "N_IMAGES", 200)


@pytest.mark.parametrize("objective", ["vae", "autoencoder"])
def test_that_no_group_is_left_out_for_want_of_labels(quick: None, objective: str) -> None:
    found, skipped = _findings(objective)
    reasons = {each.group: each.reason for each in skipped}
    if objective == "vae":
        assert reasons == {}
    assert not [reason for reason in reasons.values() if "class" in reason]
    for name in ("psnr", "probe_linear", "probe_nearest", "mig", "class_auroc"):
        assert name in found


def test_that_a_probe_says_that_its_codes_know_the_label() -> None:
    found, _ = _findings("vae", "probes")
    figure = found["probe_linear"]
    assert isinstance(figure, Figure)
    assert "are told each image's label. So codes may tell it for that reason alone." in figure.note


def test_that_reconstructions_are_those_of_the_images_classes() -> None:
    found, _ = _findings("vae", "sharpness")
    figure, subject = found["psnr"], _subject()
    assert isinstance(figure, Figure)
    assert subject.images.labels is not None
    x = torch.from_numpy(subject.images.images[subject.chosen]).float() / 255.0
    y = torch.from_numpy(subject.images.labels[subject.chosen])
    made = torch.sigmoid(subject.model.decode(subject.model.encode(x, y).mu, y))
    levels = (made * 255.0).round().to(torch.uint8).numpy()
    assert figure.value == pytest.approx(psnr(levels, subject.images.images[subject.chosen]).mean(), rel=1e-4)


def test_that_strange_images_are_scored_given_their_label() -> None:
    found, _ = _findings("vae", "anomaly")
    histogram, subject = found["score_kl"], _subject()
    assert isinstance(histogram, Histogram)
    assert subject.images.labels is not None
    x = torch.from_numpy(subject.images.images[subject.index]).float() / 255.0
    posterior = subject.model.encode(x, torch.from_numpy(subject.images.labels[subject.index]))
    np.testing.assert_allclose(histogram.values, posterior.kl().sum(1), rtol=1e-4)


def test_that_a_semi_supervised_models_scores_are_those_of_the_sum_over_classes() -> None:
    subject = _subject("m2")
    batch = next(iter(subject.batches(subject.chosen)))
    scores = measured_scores(subject.model, [(batch.x, batch.y)], torch.Generator().manual_seed(1))
    bound = unlabelled_bound(subject.model, batch.x, torch.Generator().manual_seed(1))
    np.testing.assert_allclose(scores.by_name("neg-elbo"), (bound.recon + bound.kl).double(), rtol=1e-6)


def test_that_without_labels_a_semi_supervised_model_names_the_classes_itself() -> None:
    images = replace(_images(), labels=None, class_names=())
    subject = _subject("m2", images)
    batch = next(iter(subject.batches(subject.index)))
    assert batch.y is not None
    assert torch.equal(batch.y, subject.model.classify(batch.x).argmax(1))
    assert "the class that the classifier names" in subject.conditions.classes
    events = list(iterate_suite(_snapshot("m2"), images, SuiteSettings(groups=("bound", "sharpness"))))
    assert isinstance(events[0], SuiteStarted)
    assert not [event for event in events if isinstance(event, Skipped)]


def test_that_samples_have_classes_as_often_as_training_images_do() -> None:
    model, images = _subject().model, _images()
    classes = drawn_classes(model, images, 4000, np.random.default_rng(0))
    assert classes is not None
    assert images.labels is not None
    share = np.bincount(images.labels[:N_TRAIN]) / N_TRAIN
    np.testing.assert_allclose(np.bincount(classes) / 4000, share, atol=0.03)
    even = drawn_classes(_subject("m2").model, images, 4000, np.random.default_rng(0))
    assert even is not None
    np.testing.assert_allclose(np.bincount(even) / 4000, 1 / 3, atol=0.03)


def test_that_each_sample_is_drawn_as_its_class() -> None:
    model: VAE = _subject().model
    classes = np.array([2, 0, 1, 1, 0])
    made = list(generated_pictures(model, 5, torch.Generator().manual_seed(4), classes, batch_size=3))
    assert [None if y is None else y.tolist() for _, y in made] == [[2, 0, 1], [1, 0]]
    generator = torch.Generator().manual_seed(4)
    z = torch.cat([model.prior.sample(n, generator) for n in (3, 2)])
    expected = torch.sigmoid(model.decode(z, torch.from_numpy(classes)))
    assert torch.allclose(torch.cat([x for x, _ in made]), expected, atol=0.5 / 255 + 1e-6)


def test_that_images_with_no_or_other_classes_are_refused_in_words() -> None:
    images = _images()
    assert images.labels is not None
    bare = replace(images, labels=None, class_names=())
    more = replace(images, labels=images.labels + 1, class_names=("a", "b", "c", "d"))
    for refused in (lambda each: _subject("vae", each), lambda each: evaluate(_snapshot(), each)):
        with pytest.raises(ConfigError, match="'blocks' has no labels: choose images with classes"):
            refused(bare)
        with pytest.raises(ConfigError, match="knows 3 classes, and 'blocks' has 4"):
            refused(more)

"""The suite on every kind of model: priors, flows, labels, binarised pixels, other likelihoods."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from vae_explorer.data.image_set import ImageSet
from vae_explorer.evaluation.figures import Figure
from vae_explorer.evaluation.subject import Subject, SuiteSettings
from vae_explorer.evaluation.suite import Found, Skipped, iterate_suite
from vae_explorer.runs.snapshot import Snapshot
from vae_explorer.vae.config import ModelConfig, ObjectiveConfig
from vae_explorer.vae.model import build_model

SETTINGS = SuiteSettings(
    n_samples=64,
    n_images=20,
    n_aggregate=200,
    groups=("bound", "likelihood", "latents", "aggregate", "reconstructions"),
)


def _snapshot(model: dict[str, Any], objective: str = "vae") -> Snapshot:
    config = ModelConfig.model_validate({"network": "mlp", "hidden": (16,), "latent_dim": 3, **model})
    goal = ObjectiveConfig.model_validate({"name": objective})
    weights = build_model(config, goal, (1, 8, 8), seed=3).state_dict()
    return Snapshot("run", 7, 1.0, config, goal, (1, 8, 8), weights)


def _found(snapshot: Snapshot, images: ImageSet) -> tuple[dict[str, Figure], set[str]]:
    events = list(iterate_suite(snapshot, images, SETTINGS))
    findings = [event.finding for event in events if isinstance(event, Found)]
    figures = {each.name: each for each in findings if isinstance(each, Figure)}
    return figures, {event.group for event in events if isinstance(event, Skipped)}


@pytest.fixture
def labelled(noise_images: Callable[..., ImageSet]) -> ImageSet:
    """Noise with three classes."""
    images = noise_images()
    labels = np.arange(len(images), dtype=np.int64) % 3
    return replace(images, labels=labels, class_names=("a", "b", "c"))


@pytest.mark.parametrize(
    ("model", "skipped"),
    [
        ({}, set()),
        ({"prior": "mixture"}, {"latents"}),
        ({"prior": "vamp"}, {"latents"}),
        ({"posterior": "iaf"}, {"latents", "aggregate"}),
        ({"conditional": True, "n_classes": 3}, set()),
        (
            {"conditional": True, "n_classes": 3, "prior": "vamp", "posterior": "iaf"},
            {"latents", "aggregate"},
        ),
        ({"likelihood": "logistic-mixture"}, set()),
        ({"likelihood": "continuous-bernoulli"}, set()),
    ],
)
def test_that_every_model_is_measured_as_far_as_it_can_be(
    labelled: ImageSet, model: dict[str, Any], skipped: set[str]
) -> None:
    figures, left_out = _found(_snapshot(model), labelled)
    assert left_out == skipped
    assert all(math.isfinite(figure.value) for figure in figures.values())
    gap = figures["bound_gap"]
    assert gap.value > 0
    error = math.hypot(figures["neg_elbo"].standard_error or 0, figures["nll"].standard_error or 0)
    assert figures["neg_elbo"].value == pytest.approx(figures["nll"].value + gap.value, abs=5 * error)


def test_that_a_semi_supervised_model_is_measured_without_labels(labelled: ImageSet) -> None:
    figures, left_out = _found(_snapshot({"conditional": True, "n_classes": 3}, "m2"), labelled)
    assert left_out == set()
    assert "a sum over 3 classes" in figures["nll"].note
    gap = figures["bound_gap"]
    assert 0 < gap.value < figures["neg_elbo"].value
    bare = replace(labelled, labels=None, class_names=())
    again, _ = _found(_snapshot({"conditional": True, "n_classes": 3}, "m2"), bare)
    assert again["nll"] == figures["nll"]


def test_that_binarised_pixels_are_the_fixed_draw_and_make_a_likelihood(labelled: ImageSet) -> None:
    snapshot = _snapshot({"binarisation": "dynamic", "binarisation_seed": 5})
    subject = Subject(snapshot, labelled, SETTINGS)
    first, again = (next(subject.batches(subject.chosen)).x for _ in range(2))
    assert torch.equal(first, again)
    assert set(first.unique().tolist()) == {0.0, 1.0}
    assert "fixed draw of seed 5" in subject.conditions.pixels
    figures, _ = _found(snapshot, labelled)
    assert figures["nll"].label == ""
    grey, _ = _found(_snapshot({}), labelled)
    assert "not a likelihood" in grey["nll"].label


def test_that_eight_bit_masses_need_no_correction_to_be_bits(labelled: ImageSet) -> None:
    mass, _ = _found(_snapshot({"likelihood": "logistic-mixture"}), labelled)
    assert mass["nll_bits"].value == pytest.approx(mass["nll"].value / (64 * math.log(2)))
    density, _ = _found(_snapshot({"likelihood": "gaussian"}), labelled)
    expected = density["nll"].value / (64 * math.log(2)) + math.log2(255)
    assert density["nll_bits"].value == pytest.approx(expected)

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
from vae_explorer.evaluation import flow_aggregate
from vae_explorer.evaluation.figures import Figure
from vae_explorer.evaluation.settings import SuiteSettings
from vae_explorer.evaluation.subject import Subject
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
    "model",
    [
        {},
        {"prior": "mixture"},
        {"prior": "vamp"},
        {"posterior": "iaf"},
        {"conditional": True, "n_classes": 3},
        {"conditional": True, "n_classes": 3, "prior": "vamp", "posterior": "iaf"},
        {"likelihood": "logistic-mixture"},
        {"likelihood": "continuous-bernoulli"},
    ],
)
def test_that_every_model_is_measured_in_every_group(labelled: ImageSet, model: dict[str, Any]) -> None:
    figures, left_out = _found(_snapshot(model), labelled)
    assert left_out == set()
    assert {"active_units", "mutual_information", "total_correlation", "mmd2"} <= set(figures)
    is_standard = "prior" not in model
    assert ("dimension_wise_kl" in figures) == is_standard
    assert ("collapsed_dimensions" in figures) == (is_standard and "posterior" not in model)
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
    accuracy, subject = (
        figures["accuracy"],
        Subject(_snapshot({"conditional": True, "n_classes": 3}, "m2"), labelled, SETTINGS),
    )
    (batch,) = subject.batches(subject.index)
    assert batch.y is not None
    right = (subject.model.classify(batch.x).argmax(1) == batch.y).float()
    assert (accuracy.value, accuracy.n_images) == (pytest.approx(100 * right.mean().item()), 30)
    bare = replace(labelled, labels=None, class_names=())
    again, _ = _found(_snapshot({"conditional": True, "n_classes": 3}, "m2"), bare)
    assert again["nll"] == figures["nll"]
    assert "accuracy" not in again


def test_that_with_a_flow_the_parts_of_kl_say_which_images_they_are_of(labelled: ImageSet) -> None:
    figures, _ = _found(_snapshot({"posterior": "iaf"}), labelled)
    information = figures["mutual_information"]
    assert (information.n_images, information.n_samples) == (20, 200)
    assert "over 20 of the split's 30 images" in information.note
    assert "from 200,000 others" in information.note
    assert figures["log_n"].value == pytest.approx(math.log(20))
    parts = ("mutual_information", "total_correlation", "dimension_wise_kl")
    total = sum(figures[name].value for name in parts)
    assert total == pytest.approx(figures["kl"].value, abs=0.3)  # of all 30 images, one sample each


def test_that_a_flow_of_too_many_pairs_is_told_of_and_costs_no_other_figure(
    labelled: ImageSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow_aggregate, "_PRODUCTS", 1e4)
    figures, left_out = _found(_snapshot({"posterior": "iaf"}), labelled)
    assert left_out == set()
    assert "mutual_information" not in figures
    assert "mmd2" in figures


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

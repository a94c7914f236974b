"""The groups probes, sharpness, samples, disentanglement and anomaly in the suite, on small sets with known answers."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vae_explorer.data.image_set import ImageSet, Split
from vae_explorer.evaluation.figures import Figure, Finding, Histogram, Pictures, Table, Warned
from vae_explorer.evaluation.measures import disentanglement, samples
from vae_explorer.evaluation.registry import load_measures
from vae_explorer.evaluation.sample_quality.feature_classifier import ClassifierSettings
from vae_explorer.evaluation.suite import Found, Skipped, SuiteEvent, SuiteSettings, iterate_suite
from vae_explorer.runs.snapshot import Snapshot
from vae_explorer.vae.config import ModelConfig, ObjectiveConfig
from vae_explorer.vae.model import build_model

SHAPE = (1, 8, 8)
GROUPS = ("sharpness", "samples", "probes", "disentanglement", "anomaly")


def _images(n: int = 400, *, known: bool = True) -> ImageSet:
    """A block at one of 3 places and of 4 brightnesses; the place is the label."""
    rng = np.random.default_rng(0)
    place, shade = rng.integers(0, 3, n), rng.integers(0, 4, n)
    pixels = rng.integers(0, 30, (n, *SHAPE), dtype=np.uint8)
    for k in range(n):
        pixels[k, 0, 2:6, 1 + 2 * place[k] : 3 + 2 * place[k]] = 100 + 50 * shade[k]
    split = np.repeat([Split.TRAIN, Split.TEST], [n - 150, 150]).astype(np.uint8)
    if not known:
        return ImageSet("blocks", pixels, split, "f")
    factors = np.column_stack((place, shade, np.ones(n))).astype(float)
    return ImageSet(
        "blocks",
        pixels,
        split,
        "f",
        place,
        ("left", "middle", "right"),
        factors,
        ("place", "shade", "nothing"),
    )


def _snapshot(objective: str = "vae") -> Snapshot:
    config = ModelConfig(network="mlp", hidden=(32,), latent_dim=3)
    goal = ObjectiveConfig.model_validate({"name": objective})
    model = build_model(config, goal, SHAPE, seed=3)
    with torch.no_grad():
        model.mu.weight.mul_(8.0)  # as spread as a trained encoder's means
    return Snapshot("run", 1, 1.0, config, goal, SHAPE, model.state_dict())


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        samples, "ClassifierSettings", lambda seed: ClassifierSettings(n_steps=20, batch_size=32, seed=seed)
    )
    monkeypatch.setattr(disentanglement, "N_IMAGES", 300)


def _events(
    group: str, images: ImageSet, objective: str = "vae", split: Split | None = None
) -> list[SuiteEvent]:
    settings = SuiteSettings(split=split, n_images=60, groups=(group,))
    return list(iterate_suite(_snapshot(objective), images, settings))


def _findings(group: str, images: ImageSet) -> dict[str, Finding]:
    return {event.finding.name: event.finding for event in _events(group, images) if isinstance(event, Found)}


def _figure(found: dict[str, Finding], name: str) -> Figure:
    figure = found[name]
    assert isinstance(figure, Figure)
    return figure


def test_that_probes_say_what_they_were_fitted_to() -> None:
    found = _findings("probes", _images())
    for name in ("probe_linear", "probe_nearest"):
        figure = _figure(found, name)
        assert figure.value > 60.0  # of three classes, even by an untrained encoder
        assert (figure.split, figure.n_images) == ("test", 150)
        assert "250 training images" in figure.note


def test_that_sharpness_is_measured_on_the_chosen_images() -> None:
    found = _findings("sharpness", _images())
    assert set(found) == {"psnr", "ssim", "laplacian_ratio"}
    assert all(_figure(found, name).n_images == 60 for name in found)
    assert _figure(found, "laplacian_ratio").value < 1.0  # an untrained decoder is grey


def test_that_samples_are_compared_in_both_spaces_with_a_reference(quick: None) -> None:
    found = _findings("samples", _images())
    for space in ("encoder", "classifier"):
        distance = _figure(found, f"frechet_{space}")
        assert distance.value > _figure(found, f"frechet_{space}_real").value
        assert distance.interval is not None
        assert distance.n_images == 60
        assert 0.0 <= _figure(found, f"precision_{space}").value <= 1.0
        assert "FID" not in distance.title + distance.note
    assert isinstance(found["few_images_classifier"], Warned)  # 60 for 64 features
    assert _figure(found, "classifier_accuracy").split == "test"


def test_that_without_labels_samples_are_compared_in_the_encoders_features_only() -> None:
    found = _findings("samples", _images(known=False))
    assert isinstance(found["no_classifier"], Warned)
    assert "frechet_encoder" in found
    assert "frechet_classifier" not in found


def test_that_disentanglement_leaves_constant_factors_out_and_prints_its_protocol(quick: None) -> None:
    found = _findings("disentanglement", _images())
    table = found["dci_importance"]
    assert isinstance(table, Table)
    assert table.columns == ("dimension", "place", "shade")
    assert len(table.rows) == 3
    names = {"mig", "modularity", "sap", "factor_vae", "beta_vae"} | {
        f"dci_{part}" for part in ("disentanglement", "completeness", "informativeness")
    }
    assert {name for name, finding in found.items() if isinstance(finding, Figure)} == names
    assert all(0.0 <= _figure(found, name).value <= 1.0 for name in names)
    assert "n_bins = 20" in _figure(found, "mig").note
    assert _figure(found, "mig").split == "all"


def test_that_related_and_continuous_factors_are_pointed_out(quick: None) -> None:
    images = _images()
    assert images.factors is not None
    place = images.factors[:, 0]
    factors = np.column_stack((place, place + 0.1 * np.random.default_rng(1).random(400)))
    related = ImageSet("r", images.images, images.split, "f", factors=factors, factor_names=("a", "b"))
    found = _findings("disentanglement", related)
    assert isinstance(found["related_factors"], Warned)
    assert "a and b" in found["related_factors"].message
    assert isinstance(found["quantiles"], Warned)


def test_that_the_worst_images_come_first() -> None:
    images = _images()
    found = _findings("anomaly", images)
    histogram, pictures, table = found["score_squared-error"], found["worst_images"], found["class_auroc"]
    assert isinstance(histogram, Histogram)
    assert isinstance(pictures, Pictures)
    assert isinstance(table, Table)
    assert len(histogram.values) == 150
    worst = images.indices(Split.TEST)[np.argmax(histogram.values)]
    np.testing.assert_array_equal(pictures.rows[0][1][0], images.images[worst])
    assert [row[0] for row in table.rows] == ["left", "middle", "right"]
    assert "class_auroc" not in _findings("anomaly", _images(known=False))


def test_that_what_cannot_be_measured_is_skipped_with_a_reason() -> None:
    def reason(events: list[SuiteEvent]) -> str:
        assert not [event for event in events if isinstance(event, Found)]
        (skipped,) = (event for event in events if isinstance(event, Skipped))
        return skipped.reason

    bare = _images(known=False)
    assert "has no labels" in reason(_events("probes", bare))
    assert "has no known factors" in reason(_events("disentanglement", bare))
    assert "no prior" in reason(_events("samples", bare, "autoencoder"))
    assert "another split" in reason(_events("probes", _images(), split=Split.TRAIN))


def test_that_the_groups_are_registered() -> None:
    assert [measure.group for measure in load_measures(GROUPS)] == list(GROUPS)

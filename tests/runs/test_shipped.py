"""The models in ``models/``: whole, small, and what their cards say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vae_explorer.data.image_set import Split
from vae_explorer.data.load import load_now
from vae_explorer.evaluation.elbo import evaluate
from vae_explorer.latent.encodings import Encodings
from vae_explorer.latent.explorer import Explorer
from vae_explorer.locations import models_folder
from vae_explorer.runs.folder import RunFolder
from vae_explorer.runs.shipped import read_shipped_card, shipped_models

NAMES = ("blooms-2d", "digits-2d", "mnist-10d", "mnist-2d")
SIZE_MAX = 2_000_000  # bytes a model


def test_that_all_models_ship_and_blooms_comes_first() -> None:
    assert tuple(card.path.name for card in shipped_models()) == NAMES
    assert all(card.status == "finished" and card.elbo is not None for card in shipped_models())


@pytest.mark.parametrize("name", NAMES)
def test_that_a_shipped_model_is_small_whole_and_names_no_place_on_a_disk(name: str) -> None:
    run = RunFolder.open(models_folder() / name)
    files = [file for file in run.path.rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) <= SIZE_MAX
    assert not run.has_resume_state()
    assert not run.is_writable()
    assert run.info.config.data.data_root is None
    snapshot = run.load_snapshot()
    assert snapshot.step == run.history().epochs[-1].step
    arrays = run.load_latents()
    assert arrays is not None
    encodings = Encodings.from_arrays(arrays)
    assert encodings.step == snapshot.step
    assert encodings.latent_dim == run.info.config.model.latent_dim
    assert len(encodings) >= 1000


@pytest.mark.parametrize("name", NAMES)
def test_that_a_shipped_map_has_its_classes_and_splits_without_the_images(name: str) -> None:
    arrays = RunFolder.open(models_folder() / name).load_latents()
    assert arrays is not None
    encodings = Encodings.from_arrays(arrays)
    assert encodings.labels is not None
    assert encodings.split is not None
    assert np.unique(encodings.labels).tolist() == list(range(len(encodings.class_names)))
    if "blooms" not in name:
        assert encodings.class_names == tuple("0123456789")
        by_class = np.stack([encodings.mu[encodings.labels == k].mean(axis=0) for k in range(10)])
        between = np.square(by_class - by_class.mean(axis=0)).sum()
        chance = np.random.default_rng(0).permutation(encodings.labels)
        shuffled = np.stack([encodings.mu[chance == k].mean(axis=0) for k in range(10)])
        assert (
            between > 10 * np.square(shuffled - shuffled.mean(axis=0)).sum()
        )  # the labels are the codes' own


@pytest.mark.parametrize("name", NAMES)
def test_that_a_card_tells_the_recipe_that_was_run(name: str) -> None:
    card = read_shipped_card(models_folder() / name)
    config = RunFolder.open(models_folder() / name).info.config
    words = card.recipe.split()
    said = dict(zip(words[2::2], words[3::2], strict=True))
    assert words[:2] == ["vae-explorer", "train"]
    assert said["--data"] == config.data.source
    assert said["--net"] == config.model.network
    assert int(said["--latent-dim"]) == config.model.latent_dim
    assert said["--likelihood"] == config.model.likelihood
    assert int(said["--epochs"]) == config.epochs
    assert float(said["--lr"]) == config.learning_rate
    assert int(said["--batch-size"]) == config.batch_size


@pytest.mark.parametrize("name", ["blooms-2d", "digits-2d"])
def test_that_a_model_without_download_measures_as_its_card_says(name: str, home: Path) -> None:
    run = RunFolder.open(models_folder() / name)
    images = load_now(run.info.config.data)
    assert images.fingerprint == run.info.data.fingerprint
    snapshot = run.load_snapshot()
    card = read_shipped_card(run.path)
    assert card.losses.validation is not None
    measured = evaluate(snapshot, images, splits=(Split.VALIDATION,), seed=0)[Split.VALIDATION]
    assert measured.elbo == pytest.approx(card.losses.validation.elbo, rel=1e-3)
    arrays = run.load_latents()
    assert arrays is not None
    kept = Encodings.from_arrays(arrays)
    fresh = Explorer.from_snapshot(snapshot).encode(images, kept.index[::20])
    np.testing.assert_allclose(fresh.mu, kept.mu[::20], atol=2e-3)
    np.testing.assert_array_equal(fresh.labels, kept.labels[::20])
    np.testing.assert_array_equal(fresh.split, kept.split[::20])
    assert fresh.class_names == kept.class_names

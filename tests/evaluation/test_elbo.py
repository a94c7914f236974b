"""The bound over whole splits: against one plain pass, and against a model whose bound is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from vae_explorer.data.image_set import ImageSet, Split
from vae_explorer.errors import ConfigError
from vae_explorer.evaluation.elbo import evaluate, iterate_evaluation
from vae_explorer.runs.snapshot import Snapshot
from vae_explorer.vae.config import ModelConfig, ObjectiveConfig
from vae_explorer.vae.model import build_model

SHAPE = (1, 8, 8)


def _images(counts: tuple[int, int, int] = (300, 40, 25)) -> ImageSet:
    n = sum(counts)
    pixels = np.random.default_rng(0).integers(0, 256, (n, *SHAPE), dtype=np.uint8)
    split = np.random.default_rng(1).permutation(np.repeat([0, 1, 2], counts)).astype(np.uint8)
    return ImageSet("noise", pixels, split, "fingerprint")


def _snapshot(objective: str = "vae", zero: bool = False) -> Snapshot:
    config = ModelConfig(network="mlp", hidden=(16,), latent_dim=2)
    goal = ObjectiveConfig.model_validate({"name": objective})
    model = build_model(config, goal, SHAPE, seed=3)
    if zero:
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.zero_()
    return Snapshot("run", 1, 1.0, config, goal, SHAPE, model.state_dict())


def test_that_a_model_that_knows_nothing_has_the_bound_of_a_fair_coin() -> None:
    found = evaluate(_snapshot(zero=True), _images())
    for losses in found.values():  # all weights 0: q is the prior, every pixel is grey
        assert losses.recon == pytest.approx(64 * math.log(2), rel=1e-6)
        assert losses.kl == pytest.approx(0.0, abs=1e-6)


def test_that_each_split_is_averaged_over_its_own_images() -> None:
    images, snapshot = _images(), _snapshot("autoencoder")
    found = evaluate(snapshot, images)
    model = build_model(snapshot.model, snapshot.objective, SHAPE, seed=3).eval()
    for split in Split:
        x = torch.from_numpy(images.images[images.indices(split)]).double() / 255
        with torch.no_grad():
            logits = model.decode(model.encode(x.float()).mu).double()
        recon = -(x * logits - torch.nn.functional.softplus(logits)).sum((1, 2, 3)).mean()
        assert found[split].recon == pytest.approx(float(recon), rel=1e-5)
        assert found[split].kl == 0.0
        assert found[split].elbo == pytest.approx(-float(recon), rel=1e-5)


def test_that_a_split_without_images_is_left_out() -> None:
    assert set(evaluate(_snapshot(), _images((30, 5, 0)))) == {Split.TRAIN, Split.VALIDATION}


def test_that_only_the_wanted_splits_are_measured() -> None:
    assert set(evaluate(_snapshot(), _images(), splits=(Split.TEST,))) == {Split.TEST}


def test_that_the_same_seed_gives_the_same_figures_and_another_seed_others() -> None:
    images, snapshot = _images(), _snapshot()
    first = evaluate(snapshot, images, seed=4)
    assert first == evaluate(snapshot, images, seed=4)
    assert first[Split.TEST].recon != evaluate(snapshot, images, seed=5)[Split.TEST].recon


def test_that_noise_may_be_given_for_each_split() -> None:
    images, snapshot = _images(), _snapshot()

    def noise(split: Split, device: torch.device) -> torch.Generator:
        return torch.Generator(device).manual_seed(100 + int(split))

    given = evaluate(snapshot, images, noise=noise)
    assert given == evaluate(snapshot, images, noise=noise)
    assert given[Split.TRAIN].recon != evaluate(snapshot, images)[Split.TRAIN].recon


def test_that_progress_counts_every_image_once() -> None:
    steps = list(iterate_evaluation(_snapshot(), _images(), batch_size=64))
    assert [step.done for step in steps] == sorted({step.done for step in steps})
    assert steps[-1].done == steps[-1].total == 365
    assert [step.split for step in steps if step.is_last] == list(Split)


def test_that_images_of_another_shape_are_refused_in_words() -> None:
    images = ImageSet("wide", np.zeros((4, 1, 8, 9), np.uint8), np.zeros(4, np.uint8), "f")
    with pytest.raises(ConfigError, match="'wide' has"):
        evaluate(_snapshot(), images)

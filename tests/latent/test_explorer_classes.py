"""The explorer of conditional models and learned priors."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vae_explorer.data.image_set import ImageSet
from vae_explorer.errors import ConfigError
from vae_explorer.latent.explorer import Explorer
from vae_explorer.runs.snapshot import Snapshot
from vae_explorer.vae.config import ModelConfig, ObjectiveConfig
from vae_explorer.vae.model import build_model

SHAPE = (1, 8, 9)
VAE = ObjectiveConfig()
M2 = ObjectiveConfig(name="m2")


def _explorer(objective: ObjectiveConfig = VAE, **model: object) -> Explorer:
    config = ModelConfig.model_validate({"network": "mlp", "hidden": (8,), "latent_dim": 2, **model})
    built = build_model(config, objective, SHAPE, seed=1)
    weights = {name: tensor.detach() for name, tensor in built.state_dict().items()}
    return Explorer.from_snapshot(Snapshot("run", 1, 1.0, config, objective, SHAPE, weights))


def _images(labels: bool = True) -> ImageSet:
    rng = np.random.default_rng(0)
    return ImageSet(
        "noise",
        rng.integers(0, 256, (20, *SHAPE), dtype=np.uint8),
        np.zeros(20, np.uint8),
        "x",
        (np.arange(20) % 3).astype(np.int64) if labels else None,
        ("a", "b", "c") if labels else (),
    )


def test_that_a_conditional_model_draws_the_chosen_class() -> None:
    explorer = _explorer(conditional=True, n_classes=3)
    assert (explorer.label, explorer.n_classes) == (0, 3)
    z = np.zeros((1, 2))
    pictures = [explorer.with_label(k).decode(z) for k in range(3)]
    assert not np.array_equal(pictures[0], pictures[1])
    together = explorer.decode(np.zeros((3, 2)), labels=[0, 1, 2])
    np.testing.assert_array_equal(together, np.concatenate(pictures))
    np.testing.assert_array_equal(explorer.decode(z), pictures[0])


def test_that_images_keep_their_own_class_whatever_is_chosen() -> None:
    explorer, images = _explorer(conditional=True, n_classes=3), _images()
    everything = np.arange(20)
    chosen = explorer.with_label(2)
    for one, two in (
        (explorer.encode(images, everything).recon, chosen.encode(images, everything).recon),
        (
            explorer.reconstruct(images.images, labels=images.labels).reconstruction,
            chosen.reconstruct(images.images, labels=images.labels).reconstruction,
        ),
    ):
        np.testing.assert_array_equal(one, two)
    codes = explorer.encode(images, everything)
    np.testing.assert_allclose(
        codes.mu, explorer.encode_pictures(images.images, labels=images.labels)[0], atol=1e-6
    )


def test_that_a_semi_supervised_model_finds_the_class_of_images_without_one() -> None:
    explorer, images = _explorer(M2, conditional=True, n_classes=3), _images(labels=False)
    with torch.no_grad():
        x = torch.from_numpy(images.images).float() / 255
        found = explorer._model.classify(x).argmax(1).numpy()
    codes = explorer.encode(images, np.arange(20))
    np.testing.assert_allclose(codes.mu, explorer.encode_pictures(images.images, labels=found)[0], atol=1e-6)


def test_that_unknown_classes_are_refused_in_words() -> None:
    with pytest.raises(ConfigError, match="knows classes 0 to 2, not 3"):
        _explorer(conditional=True, n_classes=3).with_label(3)
    with pytest.raises(ConfigError, match="without classes"):
        _explorer().with_label(0)
    with pytest.raises(ConfigError, match="2 latents need as many classes"):
        _explorer(conditional=True, n_classes=3).decode(np.zeros((2, 2)), labels=[0])


@pytest.mark.parametrize("prior", ["normal", "mixture", "vamp"])
def test_that_samples_follow_the_models_prior_and_the_seed(prior: str) -> None:
    explorer = _explorer(prior=prior, components=5)
    z = explorer.sample_prior(4000, seed=3)
    assert z.shape == (4000, 2)
    np.testing.assert_array_equal(z, explorer.sample_prior(4000, seed=3))
    assert not np.array_equal(z, explorer.sample_prior(4000, seed=4))
    # Mean log-density of own draws is the negative entropy: no other draws reach it on average (Gibbs).
    other = z + np.random.default_rng(0).normal(0.0, 1.0, z.shape)
    assert explorer.prior_log_prob(z).mean() > explorer.prior_log_prob(other).mean() + 0.1
    assert np.ptp(explorer.sample_prior(50, 0, temperature=0.0), axis=0).max() < np.ptp(z, axis=0).max()


def test_that_kl_without_a_closed_form_repeats_for_the_same_images() -> None:
    explorer, images = _explorer(prior="mixture", posterior="iaf"), _images()
    first, again = (explorer.encode(images, np.arange(20)) for _ in range(2))
    np.testing.assert_array_equal(first.kl, again.kl)
    assert not explorer.has_closed_kl
    assert np.isfinite(first.kl).all()

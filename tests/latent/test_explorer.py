"""The explorer against the model it stands for, and against decoders with known answers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from torch import nn

from vae_explorer.data.image_set import ImageSet, Split
from vae_explorer.errors import Cancelled, ConfigError
from vae_explorer.latent.explorer import Explorer
from vae_explorer.runs.snapshot import Snapshot
from vae_explorer.vae.config import ModelConfig, ObjectiveConfig
from vae_explorer.vae.model import VAE, build_model

SHAPES = [
    ("mlp", (1, 8, 8), "vae"),
    ("conv", (1, 12, 9), "vae"),
    ("residual", (3, 10, 16), "vae"),
    ("conv", (3, 8, 8), "autoencoder"),
]


def _model(
    network: str, shape: tuple[int, int, int], objective: str, likelihood: str = "bernoulli"
) -> tuple[VAE, Snapshot]:
    config = ModelConfig.model_validate(
        {"network": network, "hidden": (16,), "width": 8, "latent_dim": 3, "likelihood": likelihood}
    )
    goal = ObjectiveConfig.model_validate({"name": objective})
    model = build_model(config, goal, shape, seed=1)
    with torch.no_grad():  # fresh weights answer almost the same to everything
        for parameter in model.parameters():
            parameter.mul_(1.5)
    return model.eval(), Snapshot("run-1", 7, 1.5, config, goal, shape, model.state_dict())


def _images(shape: tuple[int, int, int], n: int = 300) -> ImageSet:
    pixels = np.random.default_rng(0).integers(0, 256, (n, *shape), dtype=np.uint8)
    return ImageSet("noise", pixels, np.zeros(n, dtype=np.uint8), "fingerprint")


@pytest.mark.parametrize(("network", "shape", "objective"), SHAPES)
def test_that_decoding_is_the_mean_of_the_likelihood_in_grey_levels(
    network: str, shape: tuple[int, int, int], objective: str
) -> None:
    model, snapshot = _model(network, shape, objective)
    z = np.random.default_rng(1).normal(size=(5, 3))
    decoded = Explorer.from_snapshot(snapshot).decode(z)
    with torch.no_grad():
        mean = torch.sigmoid(model.decode(torch.tensor(z, dtype=torch.float32))).numpy()
    assert decoded.shape == (5, *shape)
    assert decoded.dtype == np.uint8
    assert np.abs(decoded - 255.0 * mean).max() <= 0.51
    assert decoded.std(axis=0).max() > 1.0


@pytest.mark.parametrize(("network", "shape", "objective"), SHAPES)
def test_that_encoding_agrees_with_the_model_image_by_image(
    network: str, shape: tuple[int, int, int], objective: str
) -> None:
    model, snapshot = _model(network, shape, objective)
    images = _images(shape)
    index = np.array([299, 0, 17, 150, 17])
    encodings = Explorer.from_snapshot(snapshot).encode(images, index)
    np.testing.assert_array_equal(encodings.index, [0, 17, 150, 299])
    x = torch.from_numpy(images.images[encodings.index]).float() / 255
    with torch.no_grad():
        posterior = model.encode(x)
        recon = -model.likelihood.log_prob(x, model.decode(posterior.mu))
    np.testing.assert_allclose(encodings.mu, posterior.mu, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(encodings.log_var, posterior.log_var, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(encodings.recon, recon, rtol=1e-4)
    np.testing.assert_allclose(encodings.kl.mean(), encodings.kl_per_dim.sum(), rtol=1e-4)
    assert encodings.step == 7
    if objective == "autoencoder":
        np.testing.assert_array_equal(encodings.log_var, -20.0)
        np.testing.assert_array_equal(encodings.kl, 0.0)
    else:
        np.testing.assert_allclose(encodings.kl, posterior.kl().sum(1).detach(), rtol=1e-4)


@pytest.mark.parametrize("network", ["mlp", "residual"])
def test_that_rounded_encodings_agree_to_three_digits_and_are_float32(network: str) -> None:
    shape = (3, 16, 16)
    _, snapshot = _model(network, shape, "vae")
    images = _images(shape)
    explorer = Explorer.from_snapshot(snapshot)
    exact, rounded = (explorer.encode(images, images.indices(), rounded=r) for r in (False, True))
    assert rounded.mu.dtype == rounded.recon.dtype == np.float32
    assert (rounded.mu != exact.mu).any()
    spread = exact.mu.std(axis=0)
    np.testing.assert_allclose(rounded.mu / spread, exact.mu / spread, atol=0.05)
    np.testing.assert_allclose(rounded.recon, exact.recon, rtol=0.01)


@pytest.mark.parametrize("n_measured", [1, 37, 300, 1_000])
@pytest.mark.parametrize("objective", ["vae", "autoencoder"])
def test_that_measuring_a_few_changes_nothing_else(n_measured: int, objective: str) -> None:
    shape = (1, 16, 16)
    _, snapshot = _model("conv", shape, objective)
    images = _images(shape)
    explorer = Explorer.from_snapshot(snapshot)
    whole = explorer.encode(images, images.indices())
    few = explorer.encode(images, images.indices(), n_measured=n_measured)
    for name in ("mu", "log_var", "kl", "kl_per_dim"):
        np.testing.assert_allclose(getattr(few, name), getattr(whole, name), rtol=1e-4, atol=1e-5)
    measured = np.ones(300, dtype=bool) if few.measured is None else few.measured
    assert measured.sum() == min(300, n_measured)
    assert (np.isfinite(few.recon) == measured).all()
    np.testing.assert_allclose(few.recon[measured], whole.recon[measured], rtol=1e-4)


def test_that_encodings_tell_the_class_and_split_of_their_images() -> None:
    _, snapshot = _model("mlp", (1, 8, 8), "vae")
    plain = _images((1, 8, 8), 9)
    names, labels = ("a", "b", "c"), np.arange(9, dtype=np.int64) % 3
    images = ImageSet(
        "noise", plain.images, (np.arange(9) % 2).astype(np.uint8), "fingerprint", labels, names
    )
    encodings = Explorer.from_snapshot(snapshot).encode(images, np.array([8, 4, 3]))
    assert encodings.labels is not None
    assert encodings.split is not None
    np.testing.assert_array_equal(encodings.labels, [0, 1, 2])
    np.testing.assert_array_equal(encodings.split, [1, 0, 0])
    assert encodings.class_names == names
    without = Explorer.from_snapshot(snapshot).encode(plain, np.array([8, 4, 3]))
    assert (without.labels, without.class_names) == (None, ())


def test_that_batches_leave_no_seam() -> None:
    _, snapshot = _model("conv", (1, 8, 8), "vae")
    explorer, images = Explorer.from_snapshot(snapshot), _images((1, 8, 8), 300)
    whole = explorer.encode(images, images.indices())
    parts = [explorer.encode(images, np.array([i])) for i in (0, 127, 128, 255, 256, 299)]
    np.testing.assert_allclose(
        whole.mu[[0, 127, 128, 255, 256, 299]],
        np.concatenate([part.mu for part in parts]),
        rtol=1e-4,
        atol=1e-5,
    )
    z = np.random.default_rng(2).normal(size=(260, 3))
    assert (
        np.abs(explorer.decode(z)[[0, 128, 259]].astype(int) - explorer.decode(z[[0, 128, 259]])).max() <= 1
    )


@pytest.mark.parametrize("objective", ["vae", "autoencoder"])
def test_that_a_reconstruction_is_the_decoded_mean_with_its_losses(objective: str) -> None:
    _, snapshot = _model("conv", (3, 8, 8), objective)
    explorer, images = Explorer.from_snapshot(snapshot), _images((3, 8, 8), 6)
    found = explorer.reconstruct(images.images)
    encodings = explorer.encode(images, images.indices())
    mu, log_var = explorer.encode_pictures(images.images)
    np.testing.assert_array_equal(found.reconstruction, explorer.decode(mu))
    np.testing.assert_array_equal(found.original, images.images)
    np.testing.assert_allclose(found.recon, encodings.recon, rtol=1e-5)
    np.testing.assert_allclose(found.kl, encodings.kl, rtol=1e-5)
    np.testing.assert_allclose(log_var, encodings.log_var, rtol=1e-5)


def test_that_bernoulli_samples_are_black_and_white_with_the_right_mean() -> None:
    _, snapshot = _model("mlp", (1, 8, 8), "vae")
    explorer = Explorer.from_snapshot(snapshot)
    z = np.repeat(np.random.default_rng(3).normal(size=(1, 3)), 2000, axis=0)
    drawn = explorer.sample_images(z, seed=0)
    assert set(np.unique(drawn)) == {0, 255}
    p = explorer.decode(z[:1])[0] / 255.0
    error = np.abs(drawn.mean(axis=0) / 255.0 - p)
    assert (error <= 5 * np.sqrt(p * (1 - p) / 2000) + 1 / 255).all()  # five standard errors and the rounding


def test_that_gaussian_samples_have_the_width_of_the_likelihood() -> None:
    config = ModelConfig(network="mlp", hidden=(16,), latent_dim=3, likelihood="gaussian", sigma=0.05)
    goal = ObjectiveConfig()
    model = build_model(config, goal, (1, 8, 8), seed=1)
    explorer = Explorer.from_snapshot(Snapshot("r", 0, 0.0, config, goal, (1, 8, 8), model.state_dict()))
    z = np.zeros((2000, 3))  # fresh weights decode to about 0.5: nothing is clipped
    noise = (explorer.sample_images(z, seed=1).astype(float) - explorer.decode(z)) / 255.0
    assert noise.std() == pytest.approx(0.05, rel=0.02)


def test_that_samples_repeat_with_their_seed_only() -> None:
    _, snapshot = _model("mlp", (1, 8, 8), "vae")
    explorer, z = Explorer.from_snapshot(snapshot), np.zeros((200, 3))
    np.testing.assert_array_equal(explorer.sample_images(z, 5), explorer.sample_images(z, 5))
    assert (explorer.sample_images(z, 5) != explorer.sample_images(z, 6)).any()


def test_that_the_snapshot_may_change_afterwards_without_effect() -> None:
    model, snapshot = _model("mlp", (1, 8, 8), "vae")
    explorer, z = Explorer.from_snapshot(snapshot), np.ones((1, 3))
    before = explorer.decode(z)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
    np.testing.assert_array_equal(explorer.decode(z), before)


def test_that_the_caller_may_change_its_arrays_while_results_are_kept() -> None:
    _, snapshot = _model("mlp", (1, 8, 8), "vae")
    explorer = Explorer.from_snapshot(snapshot)
    z = np.ones((2, 3), dtype=np.float32)
    first = explorer.decode(z)
    kept = first.copy()
    z[:] = -4.0
    explorer.decode(z)
    np.testing.assert_array_equal(first, kept)


def test_that_threads_may_share_one_explorer() -> None:
    _, snapshot = _model("residual", (3, 8, 8), "vae")
    explorer = Explorer.from_snapshot(snapshot)
    z = np.random.default_rng(4).normal(size=(40, 1, 3))
    alone = [explorer.decode(point) for point in z]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(explorer.decode, z))
    np.testing.assert_array_equal(alone, together)


def test_that_nothing_keeps_a_gradient_and_global_randomness_is_untouched() -> None:
    _, snapshot = _model("conv", (1, 8, 8), "vae")
    before = torch.random.get_rng_state()
    explorer = Explorer.from_snapshot(snapshot)
    explorer.sample_images(np.zeros((2, 3)), 0)
    explorer.encode(_images((1, 8, 8), 4), np.arange(4))
    assert torch.equal(before, torch.random.get_rng_state())
    model = explorer._model
    assert isinstance(model, nn.Module)
    assert not model.training
    assert not any(parameter.requires_grad for parameter in model.parameters())


def test_that_stale_work_stops_between_batches() -> None:
    _, snapshot = _model("mlp", (1, 8, 8), "vae")
    explorer, images = Explorer.from_snapshot(snapshot), _images((1, 8, 8), 1000)
    asked = 0

    def is_stale() -> bool:
        nonlocal asked
        asked += 1
        return asked > 2

    with pytest.raises(Cancelled):
        explorer.encode(images, images.indices(), is_stale=is_stale)
    assert asked == 3
    with pytest.raises(Cancelled):
        explorer.decode(np.zeros((1000, 3)), is_stale=lambda: True)


def test_that_no_image_at_all_gives_empty_answers() -> None:
    _, snapshot = _model("conv", (3, 8, 8), "vae")
    explorer = Explorer.from_snapshot(snapshot)
    assert explorer.decode(np.empty((0, 3))).shape == (0, 3, 8, 8)
    encodings = explorer.encode(_images((3, 8, 8), 4), np.empty(0, dtype=np.int64))
    assert len(encodings) == 0
    np.testing.assert_array_equal(encodings.kl_per_dim, [0, 0, 0])


def test_that_memory_mapped_images_are_encoded(tmp_path_factory: pytest.TempPathFactory) -> None:
    _, snapshot = _model("conv", (1, 8, 8), "vae")
    images = _images((1, 8, 8), 20)
    path = tmp_path_factory.mktemp("mapped") / "images.npy"
    np.save(path, images.images)
    mapped = ImageSet("m", np.load(path, mmap_mode="r"), np.full(20, Split.TEST, dtype=np.uint8), "f")
    explorer = Explorer.from_snapshot(snapshot)
    np.testing.assert_array_equal(
        explorer.encode(mapped, mapped.indices()).mu, explorer.encode(images, images.indices()).mu
    )


@pytest.mark.parametrize(
    ("z", "words"),
    [
        (np.zeros((1, 2)), "3 latent dimensions, got 2 coordinates"),
        (np.zeros(3), "3 latent dimensions"),
        (np.full((1, 3), np.nan), "not a finite"),
        (np.full((1, 3), 1e300), "not a finite"),
    ],
)
def test_that_impossible_latents_are_refused_in_words(z: np.ndarray, words: str) -> None:
    _, snapshot = _model("mlp", (1, 8, 8), "vae")
    with pytest.raises(ConfigError, match=words):
        Explorer.from_snapshot(snapshot).decode(z)


def test_that_pictures_of_another_shape_are_refused_in_words() -> None:
    _, snapshot = _model("mlp", (1, 8, 8), "vae")
    explorer = Explorer.from_snapshot(snapshot)
    with pytest.raises(ConfigError, match="trained on 8 × 8 grey images, got 9 × 8 colour"):
        explorer.encode(_images((3, 8, 9), 2), np.arange(2))
    with pytest.raises(ConfigError, match="uint8"):
        explorer.reconstruct(np.zeros((1, 1, 8, 8), dtype=np.float32))  # type: ignore[arg-type]

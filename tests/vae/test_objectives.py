"""Objectives and the shared pass over a split."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vae_explorer.vae.config import ModelConfig, ObjectiveConfig
from vae_explorer.vae.losses import image_losses, mean_losses
from vae_explorer.vae.model import VAE, build_model
from vae_explorer.vae.objectives import beta_at, make_objective
from vae_explorer.vae.pixels import Pixels

CPU = torch.device("cpu")
SMALL = ModelConfig(network="mlp", hidden=(16,), latent_dim=3)


def _model(objective: ObjectiveConfig) -> VAE:
    return build_model(SMALL, objective, (1, 8, 9), seed=1)


def _images(n: int = 50) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (n, 1, 8, 9), dtype=np.uint8)


def test_that_beta_weighs_kl_in_the_loss_and_nothing_else() -> None:
    config = ObjectiveConfig()
    model, objective = _model(config), make_objective(config)
    x = torch.from_numpy(_images()).float() / 255
    terms = [objective(model, x, beta, torch.Generator().manual_seed(0)) for beta in (0.0, 1.0, 4.0)]
    assert torch.equal(terms[0].recon, terms[2].recon)
    assert torch.equal(terms[0].kl, terms[2].kl)
    torch.testing.assert_close(terms[0].loss, terms[0].recon.mean())
    torch.testing.assert_close(terms[2].loss - terms[1].loss, 3 * terms[0].kl.mean())


def test_that_a_plain_autoencoder_minimises_recon_alone_whatever_beta() -> None:
    config = ObjectiveConfig(name="autoencoder", beta=7.0)
    model, objective = _model(config), make_objective(config)
    x = torch.from_numpy(_images()).float() / 255
    terms = objective(model, x, 7.0, None)
    assert terms.kl.eq(0).all()
    torch.testing.assert_close(terms.loss, terms.recon.mean())
    torch.testing.assert_close(terms.recon, -model.likelihood.log_prob(x, model.decode(model.encode(x).mu)))


def test_that_warm_up_rises_linearly_from_zero_and_then_stays() -> None:
    rising = [beta_at(step, 4.0, 10.0) for step in range(12)]
    assert rising[:11] == pytest.approx([0.4 * step for step in range(11)])
    assert rising[10] == rising[11] == 4.0
    assert beta_at(0, 2.0, 0.0) == 2.0


def test_that_means_over_a_split_do_not_depend_on_the_batch_size() -> None:
    model = _model(ObjectiveConfig(name="autoencoder"))  # no noise: the order of draws cannot matter
    pixels, index = Pixels(_images(), CPU), np.arange(3, 40, dtype=np.int64)
    whole = mean_losses(model, pixels, index, 64, None)
    parts = mean_losses(model, pixels, index, 7, None)
    assert parts[:2] == pytest.approx(whole[:2], rel=1e-6)
    assert parts.accuracy is None
    assert whole.kl == 0.0


def test_that_means_are_those_of_the_images_one_by_one_and_leave_the_mode_alone() -> None:
    model = _model(ObjectiveConfig())
    images = _images()
    index = np.array([4, 9, 2], dtype=np.int64)
    means = mean_losses(model, Pixels(images, CPU), index, 8, torch.Generator().manual_seed(3))
    assert model.training
    x = torch.from_numpy(images[index]).float() / 255
    with torch.no_grad():
        losses = image_losses(model, x, torch.Generator().manual_seed(3))
    assert means.recon == pytest.approx(losses.recon.mean().item(), rel=1e-6)
    assert means.kl == pytest.approx(losses.kl_per_dim.sum(1).mean().item(), rel=1e-6)


def test_that_recon_at_the_mean_needs_no_noise() -> None:
    model = _model(ObjectiveConfig())
    x = torch.from_numpy(_images(4)).float() / 255
    with torch.no_grad():
        losses = image_losses(model, x, None, at_mean=True)
        expected = -model.likelihood.log_prob(x, model.decode(model.encode(x).mu))
    assert torch.equal(losses.recon, expected)


def test_that_pixels_scale_bytes_to_the_unit_interval_also_from_read_only_memory() -> None:
    images = _images()
    images.setflags(write=False)
    batch = Pixels(images, CPU).batch(np.array([5, 0], dtype=np.int64))
    assert batch.dtype == torch.float32
    np.testing.assert_array_equal(batch.numpy(), images[[5, 0]].astype(np.float32) / np.float32(255))


def test_that_every_byte_becomes_the_same_float_that_torch_makes_of_it() -> None:
    images = np.arange(256, dtype=np.uint8).reshape(4, 1, 8, 8)
    batch = Pixels(images, CPU).batch(np.array([3, 1, 2, 0], dtype=np.int64))
    torch.testing.assert_close(batch, torch.from_numpy(images[[3, 1, 2, 0]]).float() / 255, rtol=0, atol=0)


def test_that_a_batch_keeps_its_values_when_the_next_one_is_cut() -> None:
    pixels = Pixels(_images(), CPU)
    first = pixels.batch(np.array([1, 2], dtype=np.int64))
    copy = first.clone()
    pixels.batch(np.array([3, 4], dtype=np.int64))
    assert torch.equal(first, copy)

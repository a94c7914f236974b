"""Scores of images by a small model, each against its formula written out."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal

from vae_explorer.evaluation.anomaly.scores import SCORES, mahalanobis, measured_scores
from vae_explorer.vae.config import ModelConfig, ObjectiveConfig
from vae_explorer.vae.model import build_model


def test_that_every_score_is_its_formula() -> None:
    model = build_model(
        ModelConfig(network="mlp", hidden=(16,), latent_dim=3), ObjectiveConfig(), (1, 8, 8), 2
    )
    model.eval().requires_grad_(False)
    x = torch.rand(7, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    found = measured_scores(model, [(x[:4], None), (x[4:], None)], torch.Generator().manual_seed(1))
    mu, log_var = model.encode(x).mu.double(), model.encode(x).log_var.double()
    error = (x - torch.sigmoid(model.decode(mu.float()))).square().sum((1, 2, 3))
    kl = 0.5 * (mu**2 + log_var.exp() - 1 - log_var).sum(1)
    np.testing.assert_allclose(found.by_name("squared-error"), error, rtol=1e-5)
    np.testing.assert_allclose(found.by_name("kl"), kl, rtol=1e-5)
    np.testing.assert_allclose(found.by_name("neg-elbo"), found.recon + found.kl)
    density = multivariate_normal(np.zeros(3)).logpdf(mu.numpy())
    np.testing.assert_allclose(found.by_name("prior"), -density, rtol=1e-5)
    assert {found.by_name(name, found).shape for name in SCORES} == {(7,)}


def test_that_recon_repeats_with_its_noise() -> None:
    model = build_model(ModelConfig(network="mlp", hidden=(16,)), ObjectiveConfig(), (1, 8, 8), 2).eval()
    x = torch.rand(5, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    first, again, other = (
        measured_scores(model, [(x, None)], torch.Generator().manual_seed(seed)).recon for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).all()


def test_that_the_distance_of_mahalanobis_is_the_density_of_the_fitted_gaussian() -> None:
    rng = np.random.default_rng(0)
    known = rng.normal(size=(500, 3)) @ rng.normal(size=(3, 3)) + 4.0
    mu = rng.normal(size=(6, 3))
    gaussian = multivariate_normal(known.mean(0), np.cov(known.T))
    expected = -2 * (gaussian.logpdf(mu) - gaussian.logpdf(known.mean(0)))
    np.testing.assert_allclose(mahalanobis(mu, known), expected, rtol=1e-9)


def test_that_dimensions_that_never_vary_are_left_out() -> None:
    rng = np.random.default_rng(1)
    known, mu = rng.normal(size=(100, 2)), rng.normal(size=(5, 2))
    with_constant = mahalanobis(np.c_[mu, np.ones(5)], np.c_[known, np.zeros(100)])
    np.testing.assert_allclose(with_constant, mahalanobis(mu, known))
    assert mahalanobis(mu[:, :1], known[:, :1]) == pytest.approx(
        (mu[:, 0] - known[:, 0].mean()) ** 2 / known[:, 0].var(ddof=1)
    )

"""log p(x) of a semi-supervised model against a sum over classes and a grid of its one or two latents."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from vae_explorer.evaluation.importance import ImportanceEstimate, iterate_log_weights
from vae_explorer.vae.config import ModelConfig, ObjectiveConfig
from vae_explorer.vae.model import VAE, build_model
from vae_explorer.vae.unlabelled import unlabelled_bound

SHAPE = (1, 8, 8)
N_CLASSES, N_IMAGES = 3, 12


def _model(latent_dim: int, posterior: str = "gaussian") -> VAE:
    config = ModelConfig.model_validate(
        {
            "network": "mlp",
            "hidden": (16,),
            "latent_dim": latent_dim,
            "conditional": True,
            "n_classes": N_CLASSES,
            "posterior": posterior,
        }
    )
    model = build_model(config, ObjectiveConfig(name="m2"), SHAPE, seed=3).eval().requires_grad_(False)
    for layer in model.decoder.modules():
        if isinstance(layer, torch.nn.Linear):
            layer.weight.mul_(2.0)  # so that class and latent matter
    return model


def _images() -> Tensor:
    return torch.rand(N_IMAGES, *SHAPE, generator=torch.Generator().manual_seed(1)).round()


def _by_quadrature(model: VAE, x: Tensor) -> np.ndarray:
    """log Σ_y p(y) ∫ p(x|z, y) N(z; 0, I) dz on a grid, (B,)."""
    axis = torch.linspace(-6.0, 6.0, 401 if model.latent_dim == 1 else 81)
    grid = torch.cartesian_prod(*[axis] * model.latent_dim).view(-1, model.latent_dim)  # (G, D)
    log_cell = model.latent_dim * math.log(float(axis[1] - axis[0]))
    prior = torch.distributions.Normal(0.0, 1.0).log_prob(grid).sum(1)
    parts = []
    for label in range(N_CLASSES):
        logits = model.decode(grid, torch.full((len(grid),), label)).flatten(1)  # (G, P)
        pixels = torch.distributions.Bernoulli(logits=logits[:, None]).log_prob(x.flatten(1)).sum(2)  # (G, B)
        parts.append(torch.logsumexp(pixels + prior[:, None] + log_cell, 0) - math.log(N_CLASSES))
    return torch.logsumexp(torch.stack(parts), 0).double().numpy()


def _estimate(model: VAE, x: Tensor, n_samples: int = 2000) -> ImportanceEstimate:
    steps = iterate_log_weights(model, x, n_samples, torch.Generator().manual_seed(5))
    return ImportanceEstimate.joined([ImportanceEstimate.of(w) for _, w in steps if w is not None])


@pytest.mark.parametrize(("latent_dim", "posterior"), [(1, "gaussian"), (2, "gaussian"), (2, "iaf")])
def test_that_it_is_the_sum_over_classes_and_the_integral_over_latents(
    latent_dim: int, posterior: str
) -> None:
    model, x = _model(latent_dim, posterior), _images()
    found, exact = _estimate(model, x), _by_quadrature(model, x)
    each = np.sqrt(1 / found.effective_samples - 1 / 2000)
    assert found.sampling_error < 0.05
    assert np.abs((found.nll + exact) / each).max() < 4.0
    assert abs((found.nll + exact).mean()) < 3 * found.sampling_error


def test_that_a_classifier_that_is_sure_and_wrong_hides_no_class() -> None:
    model, x = _model(1), _images()
    assert model.class_logits is not None
    model.class_logits.bias[0] += 60.0  # q(y = 1 or 2|x) is nothing
    found, exact = _estimate(model, x), _by_quadrature(model, x)
    assert float(model.classify(x)[:, 1:].max()) < -40
    assert abs((found.nll + exact).mean()) < 3 * found.sampling_error


def test_that_it_lies_above_the_bound_of_the_sum_over_classes() -> None:
    model, x = _model(2), _images()
    generator = torch.Generator().manual_seed(2)
    bounds = [unlabelled_bound(model, x, generator) for _ in range(50)]
    elbo = -torch.stack([each.recon + each.kl for each in bounds]).double().mean(0).numpy()
    found = _estimate(model, x)
    assert (-found.nll > elbo - 0.05).all()
    assert (-found.nll).mean() > elbo.mean() + 0.1

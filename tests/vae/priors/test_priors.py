"""Priors against torch's own distributions, and how they begin."""

from __future__ import annotations

import math

import pytest
import torch
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal

from vae_explorer.vae.config import ModelConfig, ObjectiveConfig
from vae_explorer.vae.model import VAE, build_model
from vae_explorer.vae.priors import MixturePrior, VampPrior

D = 3
Z = torch.randn((7, D), generator=torch.Generator().manual_seed(9))


def _model(prior: str, **more: object) -> VAE:
    config = ModelConfig.model_validate(
        {"network": "mlp", "hidden": (8,), "latent_dim": D, "prior": prior, "components": 6, **more}
    )
    return build_model(config, ObjectiveConfig(), (1, 8, 8), seed=2)


def _mixture(logits: torch.Tensor, means: torch.Tensor, log_vars: torch.Tensor) -> MixtureSameFamily:
    return MixtureSameFamily(
        Categorical(logits=logits), Independent(Normal(means, (0.5 * log_vars).exp()), 1)
    )


def test_that_the_normal_prior_is_torchs() -> None:
    expected = Independent(Normal(torch.zeros(D), torch.ones(D)), 1).log_prob(Z)
    torch.testing.assert_close(_model("normal").prior.log_prob(Z), expected)


def test_that_the_mixture_is_torchs_whatever_its_weights() -> None:
    prior = _model("mixture").prior
    assert isinstance(prior, MixturePrior)
    with torch.no_grad():
        prior.logits.normal_(generator=torch.Generator().manual_seed(0))
        prior.log_vars.normal_(generator=torch.Generator().manual_seed(1))
    expected = _mixture(prior.logits, prior.means, prior.log_vars)
    torch.testing.assert_close(prior.log_prob(Z), expected.log_prob(Z))
    torch.testing.assert_close(prior.log_prob(Z.expand(2, 7, D)), expected.log_prob(Z).expand(2, 7))


@pytest.mark.parametrize("conditional", [False, True])
def test_that_the_vamp_prior_is_the_mixture_of_its_pseudo_posteriors(conditional: bool) -> None:
    model = _model("vamp", conditional=conditional, n_classes=4)
    prior = model.prior
    assert isinstance(prior, VampPrior)
    soft = torch.softmax(prior.labels, 1) if prior.labels is not None else None
    q = model.encode(prior.pseudo_inputs.clamp(0, 1), soft)
    torch.testing.assert_close(prior.log_prob(Z), _mixture(torch.zeros(6), q.mu, q.log_var).log_prob(Z))


@pytest.mark.parametrize("prior", ["normal", "mixture", "vamp"])
def test_that_samples_have_the_moments_of_the_density(prior: str) -> None:
    model = _model(prior)
    n = 40_000
    z = model.prior.sample(n, torch.Generator().manual_seed(0))
    assert not z.requires_grad
    if isinstance(model.prior, MixturePrior):
        expected = _mixture(model.prior.logits, model.prior.means, model.prior.log_vars)
    elif isinstance(model.prior, VampPrior):
        q = model.prior.components
        expected = _mixture(torch.zeros(6), q.mu, q.log_var)
    else:
        expected = Independent(Normal(torch.zeros(D), torch.ones(D)), 1)  # type: ignore[assignment]
    error = (expected.variance / n).sqrt()
    assert ((z.mean(0) - expected.mean).abs() < 4.5 * error).all()
    torch.testing.assert_close(z.var(0), expected.variance.detach(), rtol=0.05, atol=0.0)


@pytest.mark.parametrize("prior", ["mixture", "vamp"])
def test_that_a_fresh_prior_follows_from_the_seed(prior: str) -> None:
    first, again = (_model(prior).prior.state_dict() for _ in range(2))
    for name, tensor in first.items():
        assert torch.equal(tensor, again[name])


def test_that_a_fresh_mixture_is_about_as_wide_as_the_standard_normal() -> None:
    config = ModelConfig(network="mlp", hidden=(8,), latent_dim=4, prior="mixture", components=400)
    z = build_model(config, ObjectiveConfig(), (1, 8, 8)).prior.sample(
        20_000, torch.Generator().manual_seed(0)
    )
    assert z.std().item() == pytest.approx(1.0, abs=0.05)


def test_that_pseudo_inputs_begin_as_images_within_the_range_where_they_can_move() -> None:
    prior = _model("vamp", conditional=True, n_classes=4).prior
    assert isinstance(prior, VampPrior)
    images = torch.rand((4, 1, 8, 8), generator=torch.Generator().manual_seed(0)).round()
    prior.start_from(images, torch.tensor([3, 1, 0, 2]))
    assert prior.labels is not None
    torch.testing.assert_close(prior.pseudo_inputs.round(), images[[0, 1, 2, 3, 0, 1]])
    assert prior.labels.argmax(1).tolist() == [3, 1, 0, 2, 3, 1]
    assert 0.0 < prior.pseudo_inputs.min() < prior.pseudo_inputs.max() < 1.0


def test_that_the_closed_kl_is_the_mean_of_the_sampled_one() -> None:
    model = _model("normal")
    posterior = model.encode(torch.rand((1, 1, 8, 8), generator=torch.Generator().manual_seed(0))).repeated(
        50_000
    )
    with torch.no_grad():
        z = posterior.sample(torch.Generator().manual_seed(1))
        sampled = posterior.log_prob(z) - model.prior.log_prob(z)
    closed = model.kl(posterior, z)[0].item()
    assert sampled.mean().item() == pytest.approx(closed, abs=4 * sampled.std().item() / math.sqrt(50_000))


def test_that_kl_to_a_learned_prior_is_right_on_average() -> None:
    """One dimension: a sum over a grid knows the truth."""
    config = ModelConfig(network="mlp", hidden=(8,), latent_dim=1, prior="mixture", components=3)
    model = build_model(config, ObjectiveConfig(), (1, 8, 8)).double()
    assert not model.has_closed_kl
    with torch.no_grad():
        posterior = model.encode(torch.zeros((1, 1, 8, 8), dtype=torch.float64))
        axis = torch.linspace(-9.0, 9.0, 3001, dtype=torch.float64).view(-1, 1, 1)
        log_q, log_p = posterior.log_prob(axis), model.prior.log_prob(axis)
        exact = (log_q.exp() * (log_q - log_p)).sum().item() * 18.0 / 3000
        many = posterior.repeated(20_000)
        found = model.kl(many, many.sample(torch.Generator().manual_seed(1)))
    assert found.mean().item() == pytest.approx(exact, abs=4 * found.std().item() / math.sqrt(20_000))


def test_that_a_plain_autoencoder_has_the_standard_prior_and_no_kl() -> None:
    config = ModelConfig(network="mlp", hidden=(8,), latent_dim=D, prior="vamp", posterior="iaf")
    model = build_model(config, ObjectiveConfig(name="denoising"), (1, 8, 8))
    assert model.prior.is_standard
    posterior = model.encode(torch.zeros(2, 1, 8, 8))
    assert model.kl(posterior, posterior.mu).eq(0).all()

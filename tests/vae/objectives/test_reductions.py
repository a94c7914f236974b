"""Each objective in the case in which it must be the bound, and the effect of its own term."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from vae_explorer.vae.config import ModelConfig, ObjectiveConfig
from vae_explorer.vae.model import VAE, build_model
from vae_explorer.vae.objectives import make_objective
from vae_explorer.vae.objectives.dip import covariance
from vae_explorer.vae.objectives.factor import FactorVAE, permuted
from vae_explorer.vae.objectives.info import squared_mmd
from vae_explorer.vae.objectives.objective import Terms
from vae_explorer.vae.objectives.schedules import beta_at, capacity_at

SMALL = ModelConfig(network="mlp", hidden=(16,), latent_dim=3)
N = 12


def _model(config: ObjectiveConfig | None = None, model: ModelConfig = SMALL) -> VAE:
    return build_model(model, config or ObjectiveConfig(), (1, 8, 9), seed=1)


def _x() -> torch.Tensor:
    return torch.rand((N, 1, 8, 9), generator=torch.Generator().manual_seed(0))


def _terms(config: ObjectiveConfig, beta: float = 1.0, epoch: float = 0.0) -> Terms:
    objective = make_objective(config, latent_dim=3, n_train=N)
    return objective(_model(config), _x(), beta, torch.Generator().manual_seed(3), epoch=epoch)


@pytest.mark.parametrize(
    ("config", "beta"),
    [
        (ObjectiveConfig(name="capacity", capacity=0.0, capacity_weight=1.0), 1.0),
        (ObjectiveConfig(name="free-bits", free_bits=0.0), 1.0),
        (ObjectiveConfig(name="tcvae"), 1.0),
        (ObjectiveConfig(name="tcvae", tc_estimator="mws"), 1.0),
        (ObjectiveConfig(name="factor", tc_weight=0.0), 1.0),
        (ObjectiveConfig(name="dip-i", dip_weight=0.0), 1.0),
        (ObjectiveConfig(name="dip-ii", dip_weight=0.0), 1.0),
        (ObjectiveConfig(name="infovae", mmd_weight=0.0), 1.0),
    ],
)
def test_that_the_objective_is_the_bound_in_its_limiting_case(config: ObjectiveConfig, beta: float) -> None:
    expected = _terms(ObjectiveConfig())
    found = _terms(config, beta)
    torch.testing.assert_close(found.loss, expected.loss)
    torch.testing.assert_close(found.recon, expected.recon)
    torch.testing.assert_close(found.kl, expected.kl)


def test_that_one_importance_sample_gives_the_bound_with_a_sampled_kl() -> None:
    for dreg in (False, True):
        config = ObjectiveConfig(name="iwae", n_samples=1, dreg=dreg)
        model = _model(config)
        terms = make_objective(config)(model, _x(), 1.0, torch.Generator().manual_seed(3))
        posterior, z, params = model(_x(), torch.Generator().manual_seed(3))
        kl = posterior.log_prob(z) - model.prior.log_prob(z)
        expected = (kl - model.likelihood.log_prob(_x(), params)).mean()
        torch.testing.assert_close(terms.loss, expected)
        torch.testing.assert_close(terms.kl, posterior.kl().sum(1))


def test_that_denoising_without_noise_is_the_plain_autoencoder() -> None:
    plain = _terms(ObjectiveConfig(name="autoencoder"))
    torch.testing.assert_close(_terms(ObjectiveConfig(name="denoising", noise=0.0)).loss, plain.loss)
    noisy = _terms(ObjectiveConfig(name="denoising", noise=1.0))
    assert not torch.allclose(noisy.loss, plain.loss)
    assert noisy.kl.eq(0).all()


def test_that_capacity_costs_the_distance_from_its_target_on_either_side() -> None:
    config = ObjectiveConfig(name="capacity", capacity=8.0, capacity_epochs=4.0, capacity_weight=2.0)
    for epoch, target in ((0.0, 0.0), (1.0, 2.0), (4.0, 8.0), (9.0, 8.0)):
        terms = _terms(config, epoch=epoch)
        expected = terms.recon.mean() + 2.0 * (terms.kl.mean() - target).abs()
        torch.testing.assert_close(terms.loss, expected)
        assert terms.extra["capacity"].item() == target == capacity_at(epoch, 8.0, 4.0)


def test_that_free_bits_pay_for_what_is_above_the_floor_and_pull_nothing_below_it() -> None:
    model = _model()
    kl = model.encode(_x()).kl().mean(0).detach()  # (D,)
    floor = float(kl.sort().values[1])  # one dimension below, one at, one above
    config = ObjectiveConfig(name="free-bits", free_bits=floor)
    terms = make_objective(config)(model, _x(), 2.0, torch.Generator().manual_seed(3))
    torch.testing.assert_close(terms.loss, terms.recon.mean() + 2.0 * kl.clamp_min(floor).sum())
    posterior = model.encode(_x())
    posterior.mu.retain_grad()
    torch.autograd.backward(posterior.kl().mean(0).clamp_min(floor).sum())
    assert posterior.mu.grad is not None
    assert posterior.mu.grad[:, int(kl.argmin())].eq(0).all()
    assert posterior.mu.grad[:, int(kl.argmax())].ne(0).any()


def test_that_the_dip_penalty_is_that_of_numpys_covariance() -> None:
    posterior = _model().encode(_x())
    mu, variance = posterior.mu.detach().numpy(), posterior.log_var.detach().exp().numpy()
    first = np.cov(mu, rowvar=False, bias=True)
    second = first + np.diag(variance.mean(0))
    torch.testing.assert_close(
        covariance(posterior.mu).detach(), torch.tensor(first).float(), rtol=1e-4, atol=1e-6
    )
    for name, v, ratio in (("dip-i", first, 10.0), ("dip-ii", second, 1.0)):
        off = np.sum(v**2) - np.sum(np.diag(v) ** 2)
        on = np.sum((np.diag(v) - 1) ** 2)
        config = ObjectiveConfig.model_validate({"name": name, "dip_weight": 3.0})
        terms = _terms(config)
        assert (terms.loss - (terms.recon + terms.kl).mean()).item() == pytest.approx(
            3.0 * (off + ratio * on), rel=1e-3
        )


def test_that_mmd_vanishes_on_average_for_equal_distributions_and_knows_its_value_for_shifted_ones() -> None:
    """E k(z, z') between N(a, I) and N(b, I) is (1 + 2/2D·…)-closed: a Gaussian integral in each dimension."""
    latent_dim, shift, n = 2, 1.5, 200
    generator = torch.Generator().manual_seed(0)
    same, apart = [], []
    for _ in range(200):
        a, b, c = (torch.randn((n, latent_dim), generator=generator) for _ in range(3))
        same.append(squared_mmd(a, b).item())
        apart.append(squared_mmd(a + shift, c).item())
    width = 1.0 * latent_dim  # the kernel's variance
    # z − z' ~ N(δ, 2): E exp(−(z − z')²/2w) = √(w/(w+2)) exp(−δ²/2(w+2))
    within = (width / (width + 2.0)) ** (latent_dim / 2)
    between = within * math.exp(-latent_dim * shift**2 / (2.0 * (width + 2.0)))
    assert np.mean(same) == pytest.approx(0.0, abs=4 * np.std(same) / math.sqrt(200))
    assert np.mean(apart) == pytest.approx(
        2 * (within - between), abs=4 * float(np.std(apart)) / math.sqrt(200)
    )
    assert squared_mmd(torch.ones(1, 2), torch.ones(1, 2)).item() == 0.0


def test_that_shuffled_codes_keep_every_dimension_and_lose_their_dependence() -> None:
    z = torch.randn((4000, 1), generator=torch.Generator().manual_seed(0)).repeat(1, 3)
    shuffled = permuted(z, torch.Generator().manual_seed(1))
    torch.testing.assert_close(shuffled.sort(0).values, z.sort(0).values)
    assert (torch.corrcoef(shuffled.T) - torch.eye(3)).abs().max() < 0.06  # 4 standard errors


def test_that_the_discriminator_learns_the_total_correlation_of_a_gaussian() -> None:
    """TC of a bivariate Gaussian with correlation ρ is −½ log(1 − ρ²)."""
    rho, generator = 0.8, torch.Generator().manual_seed(0)
    objective = FactorVAE(1.0, 2, 16, seed=0)
    adam = torch.optim.Adam(objective.adversary.parameters(), 5e-3)

    def codes(n: int) -> torch.Tensor:
        a, b = torch.randn((2, n), generator=generator)
        return torch.stack((a, rho * a + math.sqrt(1 - rho**2) * b), 1)

    for _ in range(300):
        objective._z = codes(1024)
        loss = objective.adversary_loss(generator)
        assert loss is not None
        adam.zero_grad()
        torch.autograd.backward(loss)
        adam.step()
    with torch.no_grad():
        found = objective.logit(codes(20_000)).mean().item()
    assert found == pytest.approx(-0.5 * math.log(1 - rho**2), abs=0.08)


def test_that_the_models_loss_moves_no_weight_of_the_discriminator() -> None:
    config = ObjectiveConfig(name="factor", discriminator_width=8)
    model, objective = _model(config), make_objective(config, latent_dim=3)
    terms = objective(model, _x(), 1.0, torch.Generator().manual_seed(0))
    torch.autograd.grad(terms.loss, list(model.parameters()))
    assert objective.adversary is not None
    loss = objective.adversary_loss(torch.Generator().manual_seed(0))
    assert loss is not None
    assert all(
        gradient.isfinite().all()
        for gradient in torch.autograd.grad(loss, list(objective.adversary.parameters()))
    )


def test_that_beta_cycles_begin_anew() -> None:
    found = [beta_at(step, 2.0, 4.0, 8.0) for step in range(18)]
    assert found == pytest.approx([0, 0.5, 1, 1.5, 2, 2, 2, 2, 0, 0.5, 1, 1.5, 2, 2, 2, 2, 0, 0.5])
    assert [beta_at(step, 2.0, 4.0, 0.0) for step in (3, 8)] == [1.5, 2.0]

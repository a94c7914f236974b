"""The aggregate posterior of a flow against sums over a grid, and against the Gaussians that a straight flow leaves."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.stats import norm, t

from vae_explorer.evaluation.aggregate import Decomposition, decompose, iterate_densities
from vae_explorer.evaluation.densities import standard_normal_log_prob
from vae_explorer.evaluation.flow_aggregate import FlowPlan, iterate_draws, iterate_flow_densities
from vae_explorer.evaluation.marginals import Marginals
from vae_explorer.evaluation.steps import drained
from vae_explorer.vae.flows.iaf import N_CONTEXT, FlowPosterior, InverseAutoregressiveFlow
from vae_explorer.vae.flows.made import Made
from vae_explorer.vae.networks.parts import initialise
from vae_explorer.vae.posterior import Posterior

N_IMAGES, DIM = 6, 2


def _posterior(strength: float) -> FlowPosterior:
    """`strength` of the flow's bends; 0: an affine map of each dimension."""
    flow = InverseAutoregressiveFlow(DIM, 2)
    initialise(flow, torch.Generator().manual_seed(0))
    for block in flow.blocks:
        assert isinstance(block, Made)
        block.outer.weight.data.mul_(strength)
    generator = torch.Generator().manual_seed(1)
    mu = 1.5 * torch.randn(N_IMAGES, DIM, generator=generator)
    log_var = -1.0 + 0.3 * torch.randn(N_IMAGES, DIM, generator=generator)
    context = torch.randn(N_IMAGES, N_CONTEXT, generator=generator)
    with torch.no_grad():
        return FlowPosterior(Posterior(mu, log_var), context, flow.requires_grad_(False))


def _decomposed(posterior: Posterior, n_samples: int = 4000) -> Decomposition:
    generator = torch.Generator().manual_seed(2)
    draws = np.concatenate([z.numpy() for _, z in iterate_draws(posterior, 100_000, generator)])
    steps = iterate_flow_densities(
        posterior, n_samples, drained(Marginals.of(draws)), generator, standard_normal_log_prob
    )
    return decompose(posterior, [chunk for _, chunk in steps])


def _plogp(q: np.ndarray, other: np.ndarray, cell: float) -> float:
    used = q > 0
    return float((q[used] * np.log(q[used] / other[used])).sum() * cell)


def test_that_the_parts_of_kl_are_the_sums_over_a_grid() -> None:
    posterior = _posterior(15.0)
    axis = np.linspace(-9.0, 9.0, 401)
    cell = float(axis[1] - axis[0])
    grid = torch.from_numpy(np.stack(np.meshgrid(axis, axis, indexing="ij"), -1).reshape(-1, 1, 2)).float()
    with torch.no_grad():
        each = posterior.log_prob(grid).double().exp().numpy().reshape(401, 401, N_IMAGES)
    q = each.mean(2)
    assert q.sum() * cell**2 == pytest.approx(1.0, abs=2e-3)
    first, second = q.sum(1) * cell, q.sum(0) * cell
    prior = np.outer(norm.pdf(axis), norm.pdf(axis))
    information = np.mean([_plogp(each[:, :, n], q, cell**2) for n in range(N_IMAGES)])
    correlation = _plogp(q, np.outer(first, second), cell**2)
    assert correlation > 0.05
    found = _decomposed(posterior)

    def near(mean: tuple[float, float], exact: float) -> bool:
        return abs(mean[0] - exact) < 4 * mean[1] + 2e-3

    assert near(found.mutual_information, information)
    assert near(found.total_correlation, correlation)
    assert near(found.marginal, _plogp(q, prior, cell**2))
    assert near(found.dimension_wise[0], _plogp(first, norm.pdf(axis), cell))
    assert near(found.dimension_wise[1], _plogp(second, norm.pdf(axis), cell))
    parts = found.mutual_information.value + found.total_correlation.value + found.dimension_wise_sum.value
    assert parts == pytest.approx(found.kl.value, abs=1e-6)


def test_that_a_straight_flow_has_the_parts_of_its_gaussians() -> None:
    posterior = _posterior(0.0)
    found = _decomposed(posterior)
    plain = Posterior(posterior.mu, posterior.log_var)
    steps = iterate_densities(plain, 4000, torch.Generator().manual_seed(3))
    expected = decompose(plain, [chunk for _, chunk in steps])
    for name in ("kl", "mutual_information", "total_correlation", "dimension_wise_sum", "marginal"):
        one, other = getattr(found, name), getattr(expected, name)
        assert abs(one.value - other.value) < 4 * math.hypot(one.standard_error, other.standard_error) + 2e-3


@pytest.mark.parametrize(
    ("truth", "at_most"), [(norm(0.7, 0.2), 2e-3), (norm(-300.0, 1e-3), 2e-3), (t(5), 1e-2)]
)
def test_that_a_marginal_costs_next_to_nothing_against_the_true_density(
    truth: object, at_most: float
) -> None:
    rng = np.random.default_rng(0)
    draws, z = (truth.rvs((n, 1), random_state=rng) for n in (100_000, 20_000))  # type: ignore[attr-defined]
    found = drained(Marginals.of(draws)).log_prob(z)
    lost = truth.logpdf(z) - found  # type: ignore[attr-defined]
    assert np.isfinite(found).all()
    assert lost.mean() + 4 * lost.std() / math.sqrt(20_000) >= 0.0
    assert lost.mean() < at_most


def test_that_a_marginal_is_a_density_and_vanishes_nowhere() -> None:
    draws = np.random.default_rng(1).normal(size=(50_000, 2)) ** 3
    marginals = drained(Marginals.of(draws))
    axis = np.linspace(-150.0, 150.0, 600_001)
    density = np.exp(marginals.log_prob(np.column_stack((axis, axis))))
    np.testing.assert_allclose(density.sum(0) * (axis[1] - axis[0]), 1.0, atol=1e-3)
    assert np.isfinite(marginals.log_prob(np.array([[1e6, -1e6]]))).all()


def test_that_a_plan_shrinks_with_dimensions_and_images() -> None:
    small, large = InverseAutoregressiveFlow(2, 2), InverseAutoregressiveFlow(128, 2)
    assert FlowPlan.of(small, 1000, 5000).n_samples == 5000
    assert FlowPlan.of(large, 1000, 5000).n_samples < 100
    assert FlowPlan.of(large, 100, 5000).n_samples > 5 * FlowPlan.of(large, 1000, 5000).n_samples

"""The inverse autoregressive flow: order, determinant, inverse, density."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from vae_explorer.vae.config import ModelConfig, ObjectiveConfig
from vae_explorer.vae.flows.iaf import N_CONTEXT, FlowPosterior, InverseAutoregressiveFlow
from vae_explorer.vae.flows.made import Made
from vae_explorer.vae.model import build_model
from vae_explorer.vae.networks.parts import initialise
from vae_explorer.vae.posterior import Posterior

CONTEXT = torch.randn((1, N_CONTEXT), generator=torch.Generator().manual_seed(5), dtype=torch.float64)


def _flow(latent_dim: int, n_flows: int, *, strong: bool = True) -> InverseAutoregressiveFlow:
    flow = InverseAutoregressiveFlow(latent_dim, n_flows)
    initialise(flow, torch.Generator().manual_seed(0))
    if strong:  # far from the near identity that it begins as
        for block in flow.blocks:
            assert isinstance(block, Made)
            with torch.no_grad():
                block.outer.weight.mul_(20.0)
    return flow.double()


def _posterior(flow: InverseAutoregressiveFlow, latent_dim: int, n: int = 1) -> FlowPosterior:
    generator = torch.Generator().manual_seed(1)
    mu, log_var = torch.randn((2, 1, latent_dim), generator=generator, dtype=torch.float64)
    return FlowPosterior(Posterior(mu, log_var), CONTEXT, flow).repeated(n)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("latent_dim", [1, 2, 5])
def test_that_an_output_depends_on_earlier_inputs_only_and_on_all_of_them(
    latent_dim: int, reverse: bool
) -> None:
    made = Made(latent_dim, N_CONTEXT, 64, reverse=reverse)
    initialise(made, torch.Generator().manual_seed(0))
    made.double()
    z = torch.randn((1, latent_dim), generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    for part in (0, 1):
        jacobian = torch.autograd.functional.jacobian(
            lambda value, part=part: made(value, CONTEXT)[part][0],  # type: ignore[misc]  # bound early
            z,
        )[:, 0]
        assert isinstance(jacobian, Tensor)
        earlier = torch.ones(latent_dim, latent_dim).tril(-1)
        assert torch.equal(jacobian.ne(0).float(), earlier.flip(0, 1) if reverse else earlier)


def test_that_the_context_reaches_every_output() -> None:
    made = Made(3, N_CONTEXT, 64, reverse=False)
    initialise(made, torch.Generator().manual_seed(0))
    context = torch.zeros((1, N_CONTEXT), requires_grad=True)
    for output in torch.cat(made(torch.zeros(1, 3), context), 1)[0]:
        (gradient,) = torch.autograd.grad(output, context, retain_graph=True)
        assert gradient.ne(0).any()


@pytest.mark.parametrize("latent_dim", [1, 2, 6])
def test_that_the_log_determinant_is_that_of_the_jacobian(latent_dim: int) -> None:
    flow = _flow(latent_dim, 3)
    z = torch.randn((1, latent_dim), generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    jacobian = torch.autograd.functional.jacobian(lambda value: flow(value, CONTEXT)[0], z)
    assert isinstance(jacobian, Tensor)
    expected = torch.linalg.slogdet(jacobian.view(latent_dim, latent_dim)).logabsdet
    torch.testing.assert_close(flow(z, CONTEXT)[1].sum(), expected)


def test_that_the_inverse_undoes_the_flow() -> None:
    flow = _flow(4, 3)
    start = torch.randn((1, 4), generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    z, log_scale = flow(start, CONTEXT)
    back, again = flow.inverse(z, CONTEXT)
    torch.testing.assert_close(back, start)
    torch.testing.assert_close(again, log_scale)


def test_that_a_place_is_undone_for_every_context_at_once() -> None:
    flow = _flow(3, 2)
    generator = torch.Generator().manual_seed(6)
    context = torch.randn((5, N_CONTEXT), generator=generator, dtype=torch.float64)
    z = torch.randn((7, 1, 3), generator=generator, dtype=torch.float64)
    start, log_scale = flow.inverse(z, context)
    assert start.shape == log_scale.shape == (7, 5, 3)
    for row in range(7):
        again, scale = flow(start[row], context)
        torch.testing.assert_close(again, z[row].expand(5, 3))
        torch.testing.assert_close(scale, log_scale[row])


def test_that_some_posteriors_and_joined_ones_are_those_of_the_batch() -> None:
    posterior = _posterior(_flow(3, 2), 3, n=6)
    z = torch.randn((6, 3), generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    density = posterior.log_prob(z)
    rows = torch.tensor([4, 1])
    torch.testing.assert_close(posterior.at(rows).log_prob(z[rows]), density[rows])
    parts = [posterior.at(slice(0, 2)), posterior.at(slice(2, 6))]
    torch.testing.assert_close(FlowPosterior.joined(parts).log_prob(z), density)
    plain = Posterior(posterior.mu, posterior.log_var)
    again = Posterior.joined([plain.at(slice(0, 2)), plain.at(slice(2, 6))])
    torch.testing.assert_close(again.log_prob(z), plain.log_prob(z))


def test_that_the_density_of_own_samples_is_exact_and_that_of_any_place_the_same() -> None:
    posterior = _posterior(_flow(3, 2), 3, n=50)
    z = posterior.sample(torch.Generator().manual_seed(4))
    own = posterior.log_prob(z)
    torch.testing.assert_close(posterior.log_prob(z.clone()), own)
    several = torch.stack((z, z + 0.1))  # (2, B, D)
    torch.testing.assert_close(posterior.log_prob(several)[0], own)


def test_that_the_density_integrates_to_one_and_is_no_gaussian() -> None:
    axis = torch.linspace(-12.0, 12.0, 241, dtype=torch.float64)
    grid = torch.stack(torch.meshgrid(axis, axis, indexing="ij"), -1).view(-1, 1, 2)
    posterior = _posterior(_flow(2, 2), 2)
    with torch.no_grad():
        density = posterior.log_prob(grid).exp()
    total = density.sum().item() * (24.0 / 240) ** 2
    assert total == pytest.approx(1.0, abs=5e-3)
    described = Posterior(posterior.mu, posterior.log_var).log_prob(grid).exp()
    assert (density - described).abs().sum().item() * (24.0 / 240) ** 2 > 0.04


def test_that_mu_is_the_flow_at_the_mean_of_the_base() -> None:
    flow = _flow(3, 2)
    posterior = _posterior(flow, 3)
    torch.testing.assert_close(posterior.mu, flow(posterior._base.mu, CONTEXT)[0])
    assert not posterior.is_gaussian


def test_that_kl_of_a_flow_is_right_on_average() -> None:
    """Monte Carlo with one sample an image against a sum over a grid."""
    config = ModelConfig(network="mlp", hidden=(8,), latent_dim=1, posterior="iaf")
    model = build_model(config, ObjectiveConfig(), (1, 8, 8)).double()
    with torch.no_grad():
        x = torch.rand((1, 1, 8, 8), generator=torch.Generator().manual_seed(0), dtype=torch.float64)
        posterior = model.encode(x)
        axis = torch.linspace(-9.0, 9.0, 2001, dtype=torch.float64).view(-1, 1, 1)
        log_q, log_p = posterior.log_prob(axis), model.prior.log_prob(axis)
        exact = (log_q.exp() * (log_q - log_p)).sum().item() * 18.0 / 2000
        many = posterior.repeated(20_000)
        found = model.kl(many, many.sample(torch.Generator().manual_seed(1)))
    assert found.mean().item() == pytest.approx(exact, abs=4 * found.std().item() / math.sqrt(20_000))

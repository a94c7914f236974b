"""Estimators of the aggregate posterior against the exact one of a tiny data set."""

from __future__ import annotations

import itertools
import math

import pytest
import torch
from torch import Tensor

from vae_explorer.vae.objectives.aggregate import (
    aggregate_log_probs,
    stratified_log_weights,
    weighted_log_weights,
)
from vae_explorer.vae.posterior import Posterior

N, D = 5, 2


@pytest.fixture
def posterior() -> Posterior:
    generator = torch.Generator().manual_seed(0)
    mu = torch.randn((N, D), generator=generator, dtype=torch.float64)
    return Posterior(mu, torch.randn((N, D), generator=generator, dtype=torch.float64) - 1.0)


def _densities(z: Tensor, posterior: Posterior) -> Tensor:
    """q(z|n) for each of the N images by torch's own distribution; (N,)."""
    normal = torch.distributions.Normal(posterior.mu, (0.5 * posterior.log_var).exp())
    return normal.log_prob(z).sum(1).exp()


def _mean_over_batches(weights: Tensor, posterior: Posterior, own: int, z: Tensor) -> float:
    """Mean estimate of q(z) over all ordered batches without replacement that hold image `own`, at its row."""
    n_batch = len(weights)
    density = _densities(z, posterior)
    found = []
    for batch in itertools.permutations(range(N), n_batch):
        if own in batch:
            row = batch.index(own)
            found.append((weights[row] * density[list(batch)]).sum().item())
    return sum(found) / len(found)


@pytest.mark.parametrize("n_batch", [2, 3, 4, 5])
def test_that_stratified_weights_are_unbiased_for_every_image_and_place(
    posterior: Posterior, n_batch: int
) -> None:
    weights = stratified_log_weights(n_batch, N).double().exp()
    for own in range(N):
        z = posterior.mu[own] + 0.3
        exact = _densities(z, posterior).mean().item()
        assert _mean_over_batches(weights, posterior, own, z) == pytest.approx(exact, rel=1e-6)


def test_that_the_weights_that_are_often_copied_would_fail_that_test(posterior: Posterior) -> None:
    """Their 1/N stands in the first column instead of the diagonal: a stride of b instead of b + 1."""
    n_batch = 3
    others = n_batch - 1
    copied = torch.full((n_batch, n_batch), 1.0 / others, dtype=torch.float64)
    copied.view(-1)[::n_batch] = 1.0 / N
    copied.view(-1)[1::n_batch] = (N - others) / (N * others)
    copied[others - 1, 0] = (N - others) / (N * others)
    own, z = 0, posterior.mu[0] + 0.3
    exact = _densities(z, posterior).mean().item()
    assert _mean_over_batches(copied, posterior, own, z) != pytest.approx(exact, rel=0.05)


@pytest.mark.parametrize(("n_batch", "n_train"), [(1, 1), (2, 10), (7, 7), (128, 55_000)])
def test_that_weights_of_a_row_sum_to_one(n_batch: int, n_train: int) -> None:
    stratified = stratified_log_weights(n_batch, n_train).exp()
    torch.testing.assert_close(stratified.sum(1), torch.ones(n_batch))
    if n_batch > 1:
        torch.testing.assert_close(stratified.diagonal(), torch.full((n_batch,), 1.0 / n_train))
    weighted = weighted_log_weights(n_batch, n_train).exp()
    torch.testing.assert_close(weighted.sum(1), torch.full((n_batch,), 1.0 / n_train))


def test_that_equal_weights_of_all_images_give_the_exact_aggregate(posterior: Posterior) -> None:
    z = posterior.sample(torch.Generator().manual_seed(1))
    joint, product = aggregate_log_probs(z, posterior, torch.full((N, N), -math.log(N), dtype=torch.float64))
    mixture = torch.distributions.Categorical(torch.ones(N, dtype=torch.float64))
    normal = torch.distributions.Normal(posterior.mu, (0.5 * posterior.log_var).exp())
    whole = torch.distributions.MixtureSameFamily(mixture, torch.distributions.Independent(normal, 1))
    torch.testing.assert_close(joint, whole.log_prob(z))
    margins = sum(
        torch.distributions.MixtureSameFamily(
            mixture,
            torch.distributions.Normal(posterior.mu[:, d], (0.5 * posterior.log_var[:, d]).exp()),
        ).log_prob(z[:, d])
        for d in range(D)
    )
    torch.testing.assert_close(product, margins)

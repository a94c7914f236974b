"""The aggregate posterior against the prior: what KL is made of, and MMD."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass

import numpy as np
import torch

from vae_explorer.evaluation.aggregate import Decomposition, decompose, iterate_densities
from vae_explorer.evaluation.densities import log_prior, prior_samples
from vae_explorer.evaluation.figures import Bars, Finding, Warned
from vae_explorer.evaluation.flow_aggregate import (
    SAMPLES_MIN,
    FlowPlan,
    iterate_draws,
    iterate_flow_densities,
)
from vae_explorer.evaluation.marginals import Marginals
from vae_explorer.evaluation.measure import Measure, Step, part_of
from vae_explorer.evaluation.measures.encoding import posterior_in_steps
from vae_explorer.evaluation.measures.needs import needs_posterior
from vae_explorer.evaluation.mmd import mmd
from vae_explorer.evaluation.subject import Subject
from vae_explorer.vae.flows.iaf import InverseAutoregressiveFlow
from vae_explorer.vae.posterior import Posterior

__all__ = ["MEASURE"]

_MMD_IMAGES = 1000  # and as many draws of the prior: a kernel matrix of 2,000 × 2,000
# Parts of the group's time, roughly; for progress alone.
_ENCODED, _DRAWN, _SMOOTHED, _DECOMPOSED = 0.1, 0.2, 0.3, 0.9


@dataclass(frozen=True)
class _Protocol:
    """What the parts of KL rest on: `n_images` in q(z), and the rest in words."""

    n_images: int
    drawn: str


def _aggregate(subject: Subject) -> Iterator[Step | Finding]:
    posterior = yield from posterior_in_steps(subject, 0.0, _ENCODED)
    flow = subject.model.flow
    if flow is None:
        yield from _of_gaussians(subject, posterior)
    else:
        yield from _of_flows(subject, posterior, flow)
    yield Step(_DECOMPOSED, 1.0)
    yield from _discrepancy(subject, posterior)
    yield Step(1.0, 1.0)


def _of_gaussians(subject: Subject, posterior: Posterior) -> Iterator[Step | Finding]:
    n_samples, chunks = subject.settings.n_aggregate, []
    for done, chunk in iterate_densities(
        posterior, n_samples, subject.generator("aggregate"), lambda z: log_prior(subject.model, z)
    ):
        chunks.append(chunk)
        yield Step(_ENCODED + (_DECOMPOSED - _ENCODED) * done / n_samples, 1.0)
    n = len(subject.index)
    drawn = f"q(z) over all {n:,} images of the split, {n_samples:,} samples z ~ q(z) in all"
    yield from _decomposition(subject, decompose(posterior, chunks), _Protocol(n, drawn))


def _of_flows(
    subject: Subject, posterior: Posterior, flow: InverseAutoregressiveFlow
) -> Iterator[Step | Finding]:
    n = len(subject.chosen)
    plan = FlowPlan.of(flow, n, subject.settings.n_aggregate)
    if plan.n_samples < min(SAMPLES_MIN, subject.settings.n_aggregate):
        yield Warned(
            "aggregate_flow",
            f"What KL is made of takes an inverted flow for each pair of a sample and an image, too many in "
            f"{subject.model.latent_dim} dimensions with {n:,} images: choose fewer images.",
        )
        return
    some = posterior.at(torch.from_numpy(np.searchsorted(subject.index, subject.chosen)).to(subject.device))
    generator, chunks = subject.generator("aggregate"), []
    marginals = yield from _marginals(some, plan.n_draws, generator)
    for done, chunk in iterate_flow_densities(
        some, plan.n_samples, marginals, generator, lambda z: log_prior(subject.model, z)
    ):
        chunks.append(chunk)
        yield Step(_SMOOTHED + (_DECOMPOSED - _SMOOTHED) * done / plan.n_samples, 1.0)
    drawn = (
        f"q(z) over {n:,} of the split's {len(subject.index):,} images, since each sample takes an inverted flow for "
        f"each of them; {plan.n_samples:,} samples z ~ q(z) in all, q(z_j) by kernel estimates from {plan.n_draws:,} others"
    )
    yield from _decomposition(subject, decompose(some, chunks), _Protocol(n, drawn))


def _marginals(
    posterior: Posterior, n_draws: int, generator: torch.Generator
) -> Generator[Step, None, Marginals]:
    parts = []
    for done, drawn in iterate_draws(posterior, n_draws, generator):
        parts.append(drawn.cpu().numpy())
        yield Step(_ENCODED + (_DRAWN - _ENCODED) * done / n_draws, 1.0)
    return (yield from part_of(Marginals.of(np.concatenate(parts)), _DRAWN, _SMOOTHED))


def _decomposition(subject: Subject, found: Decomposition, protocol: _Protocol) -> Iterator[Finding]:
    unit, s, n = "nats", found.n_samples, protocol.n_images
    drawn = protocol.drawn
    yield subject.figure(
        "mutual_information",
        "mutual information I(z; n)",
        found.mutual_information,
        unit,
        n_images=n,
        n_samples=s,
        note=f"cannot exceed log N = {found.log_n:.3f}; {drawn}",
    )
    yield subject.figure(
        "log_n",
        "log N, where the information saturates",
        found.log_n,
        unit,
        n_images=n,
        note="N images in q(z)",
    )
    yield subject.figure(
        "total_correlation",
        "total correlation, KL(q(z) ‖ Π q(z_j))",
        found.total_correlation,
        unit,
        n_images=n,
        n_samples=s,
        note=drawn,
    )
    if subject.model.prior.is_standard:
        yield subject.figure(
            "dimension_wise_kl",
            "dimension-wise KL, Σ KL(q(z_j) ‖ p(z_j))",
            found.dimension_wise_sum,
            unit,
            n_images=n,
            n_samples=s,
            note="the three add up to the mean KL(q(z|x) ‖ p(z)) (Chen et al. 2018, eq. 2)",
        )
    yield subject.figure(
        "marginal_kl", "KL(q(z) ‖ p(z))", found.marginal, unit, n_images=n, n_samples=s, note=drawn
    )
    if subject.model.prior.is_standard:
        yield Bars(
            "dimension_wise_kl_per_dim",
            "KL(q(z_j) ‖ p(z_j)) of each dimension",
            tuple(f"z{j + 1}" for j in range(len(found.dimension_wise))),
            torch.tensor([mean.value for mean in found.dimension_wise]).double().numpy(),
            unit,
        )


def _discrepancy(subject: Subject, posterior: Posterior) -> Iterator[Finding]:
    n = min(_MMD_IMAGES, len(subject.index))
    if n < 2:
        return
    rng, generator = subject.rng("mmd"), subject.generator("mmd")
    rows = torch.from_numpy(rng.choice(len(subject.index), n, replace=False)).to(subject.device)
    with torch.no_grad():
        z = posterior.at(rows).sample(generator)  # (n, D)
        reference = prior_samples(subject.model, n, generator)  # (n, D)
    found = mmd(z.double().cpu().numpy(), reference.double().cpu().numpy(), rng)
    yield subject.figure(
        "mmd2",
        "MMD²(q(z), p(z)), unbiased",
        found.value,
        "",
        n_images=n,
        n_samples=1,
        note=f"kernel 2D/(2D + ‖z − z′‖²), {n:,} draws of each; p = {found.p_value:.3g}, and where q(z) = p(z) 95 % of "
        f"{found.n_permutations} permutations stay below {found.null_quantile:.2g}",
    )


MEASURE = Measure("aggregate", "Aggregate posterior", _aggregate, needs_posterior)

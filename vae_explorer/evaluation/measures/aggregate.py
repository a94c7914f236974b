"""The aggregate posterior against the prior: what KL is made of, and MMD."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from vae_explorer.evaluation.aggregate import Decomposition, decompose, iterate_densities
from vae_explorer.evaluation.densities import has_closed_kl, log_prior, prior_samples
from vae_explorer.evaluation.figures import Bars, Finding
from vae_explorer.evaluation.measure import Measure, Step
from vae_explorer.evaluation.measures.needs import needs_gaussian_posterior
from vae_explorer.evaluation.mmd import mmd
from vae_explorer.evaluation.subject import Subject
from vae_explorer.vae.posterior import Posterior

__all__ = ["MEASURE"]

_MMD_IMAGES = 1000  # and as many draws of the prior: a kernel matrix of 2,000 × 2,000
_MMD_SHARE = 0.1  # of the group's time, roughly; for progress alone


def _aggregate(subject: Subject) -> Iterator[Step | Finding]:
    yield Step(0.0, 1.0)
    n_samples, device = subject.settings.n_aggregate, subject.device
    posterior = Posterior(subject.posterior.mu.to(device), subject.posterior.log_var.to(device))
    chunks = []
    for done, chunk in iterate_densities(
        posterior, n_samples, subject.generator("aggregate"), lambda z: log_prior(subject.model, z)
    ):
        chunks.append(chunk)
        yield Step((1.0 - _MMD_SHARE) * done / n_samples, 1.0)
    yield from _decomposition(subject, decompose(posterior, chunks))
    yield from _discrepancy(subject, posterior)
    yield Step(1.0, 1.0)


def _decomposition(subject: Subject, found: Decomposition) -> Iterator[Finding]:
    unit, s = "nats", found.n_samples
    drawn = f"q(z) over all {len(subject.index):,} images of the split, {s:,} samples z ~ q(z) in all"
    yield subject.figure(
        "mutual_information",
        "mutual information I(z; n)",
        found.mutual_information,
        unit,
        n_samples=s,
        note=f"cannot exceed log N = {found.log_n:.3f}; {drawn}",
    )
    yield subject.figure(
        "log_n", "log N, where the information saturates", found.log_n, unit, note="N images of the split"
    )
    yield subject.figure(
        "total_correlation",
        "total correlation, KL(q(z) ‖ Π q(z_j))",
        found.total_correlation,
        unit,
        n_samples=s,
        note=drawn,
    )
    if has_closed_kl(subject.model):
        yield subject.figure(
            "dimension_wise_kl",
            "dimension-wise KL, Σ KL(q(z_j) ‖ p(z_j))",
            found.dimension_wise_sum,
            unit,
            n_samples=s,
            note="the three add up to the mean KL(q(z|x) ‖ p(z)) (Chen et al. 2018, eq. 2)",
        )
    yield subject.figure("marginal_kl", "KL(q(z) ‖ p(z))", found.marginal, unit, n_samples=s, note=drawn)
    if has_closed_kl(subject.model):
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
    z = Posterior(posterior.mu[rows], posterior.log_var[rows]).sample(generator)  # (n, D)
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


MEASURE = Measure("aggregate", "Aggregate posterior", _aggregate, needs_gaussian_posterior)

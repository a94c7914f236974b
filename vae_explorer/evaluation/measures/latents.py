"""What each latent dimension carries: its KL, whether it is active, whether it collapsed."""

from __future__ import annotations

from collections.abc import Iterator

from vae_explorer.evaluation.figures import Bars, Finding, Table
from vae_explorer.evaluation.latent_usage import (
    ACTIVE_VARIANCE,
    COLLAPSE_KL_NATS,
    COLLAPSE_SHARE,
    active_units,
    collapsed_dimensions,
    mean_variances,
)
from vae_explorer.evaluation.measure import Measure, Step
from vae_explorer.evaluation.measures.needs import needs_closed_kl
from vae_explorer.evaluation.subject import Subject

__all__ = ["MEASURE"]


def _latents(subject: Subject) -> Iterator[Step | Finding]:
    yield Step(0, 1)
    posterior = subject.posterior
    mu = posterior.mu.double().numpy()  # (N, D)
    kl = posterior.kl().double().numpy()  # (N, D)
    variances, active, collapsed = mean_variances(mu), active_units(mu), collapsed_dimensions(kl)
    yield Step(1, 1)
    yield subject.figure(
        "active_units",
        f"active units of {subject.model.latent_dim}",
        float(active.sum()),
        "dimensions",
        note=f"Var_x(E_q[z_j]) > {ACTIVE_VARIANCE:g} (Burda et al. 2016)",
    )
    yield subject.figure(
        "collapsed_dimensions",
        f"collapsed dimensions of {subject.model.latent_dim}",
        float(collapsed.sum()),
        "dimensions",
        note=f"KL below {COLLAPSE_KL_NATS:g} nats for {100 * COLLAPSE_SHARE:.0f} % of the images (Lucas et al. 2019)",
    )
    names = tuple(f"z{j + 1}" for j in range(kl.shape[1]))
    yield Bars("kl_per_dim", "KL of each dimension", names, kl.mean(axis=0), "nats/image")
    errors = kl.std(axis=0, ddof=1) / len(kl) ** 0.5 if len(kl) > 1 else kl.mean(axis=0) * float("nan")
    yield Table(
        "latents",
        "Latent dimensions",
        ("dimension", "KL, nats/image", "± error", "Var of the mean", "active", "collapsed"),
        tuple(
            (
                name,
                float(kl[:, j].mean()),
                float(errors[j]),
                float(variances[j]),
                "yes" if active[j] else "no",
                "yes" if collapsed[j] else "no",
            )
            for j, name in enumerate(names)
        ),
    )


MEASURE = Measure("latents", "Latent dimensions", _latents, needs_closed_kl)

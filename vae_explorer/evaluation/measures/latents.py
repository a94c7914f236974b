"""What each latent dimension carries: whether it is active, and with KL in closed form that and whether it collapsed."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import numpy as np
import torch
from numpy.typing import NDArray

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
from vae_explorer.evaluation.measures.encoding import posterior_in_steps
from vae_explorer.evaluation.measures.needs import needs_posterior
from vae_explorer.evaluation.subject import Subject
from vae_explorer.vae.posterior import Posterior

__all__ = ["MEASURE"]

Values = NDArray[np.float64]

N_DRAWS = 32  # of z an image, for the mean of a posterior without one in closed form
_IMAGES_AT_ONCE = 2048


def _latents(subject: Subject) -> Iterator[Step | Finding]:
    posterior = yield from posterior_in_steps(subject, 0.0, 0.5)
    variances = mean_variances(*(yield from _means(subject, posterior, 0.5, 1.0)))
    active = active_units(variances)
    drawn = (
        ""
        if posterior.is_gaussian
        else f"; E_q by two independent means of {N_DRAWS // 2} draws, whose covariance over images it is"
    )
    yield subject.figure(
        "active_units",
        f"active units of {subject.model.latent_dim}",
        float(active.sum()),
        "dimensions",
        note=f"Var_x(E_q[z_j]) > {ACTIVE_VARIANCE:g} (Burda et al. 2016){drawn}",
    )
    names = tuple(f"z{j + 1}" for j in range(len(variances)))
    columns: dict[str, list[str | float]] = {
        "Var of the mean": [float(variance) for variance in variances],
        "active": ["yes" if each else "no" for each in active],
    }
    if subject.model.has_closed_kl:
        kl = posterior.kl().double().cpu().numpy()  # (N, D)
        yield from _shares_of_kl(subject, kl, names)
        columns = _kl_columns(kl) | columns
        columns["collapsed"] = ["yes" if each else "no" for each in collapsed_dimensions(kl)]
    note = (
        ""
        if subject.model.has_closed_kl
        else "KL has no share for each dimension under this prior or posterior."
    )
    rows = tuple(zip(names, *columns.values(), strict=True))
    yield Table("latents", "Latent dimensions", ("dimension", *columns), rows, note)


def _means(
    subject: Subject, posterior: Posterior, begin: float, end: float
) -> Generator[Step, None, tuple[Values, Values | None]]:
    """E_q[z] of each image, (N, D), where it is known, else two independent estimates."""
    if posterior.is_gaussian:
        return posterior.mu.double().cpu().numpy(), None
    generator, n = subject.generator("latents"), len(posterior.mu)
    found: tuple[list[Values], list[Values]] = ([], [])
    for start in range(0, n, _IMAGES_AT_ONCE):
        some = posterior.at(slice(start, start + _IMAGES_AT_ONCE))
        for half in found:
            with torch.no_grad():
                drawn = [some.sample(generator).double() for _ in range(N_DRAWS // 2)]
            half.append(torch.stack(drawn).mean(0).cpu().numpy())
        yield Step(begin + (end - begin) * min(1.0, (start + _IMAGES_AT_ONCE) / n), 1.0)
    return np.concatenate(found[0]), np.concatenate(found[1])


def _shares_of_kl(subject: Subject, kl: Values, names: tuple[str, ...]) -> Iterator[Finding]:
    yield subject.figure(
        "collapsed_dimensions",
        f"collapsed dimensions of {subject.model.latent_dim}",
        float(collapsed_dimensions(kl).sum()),
        "dimensions",
        note=f"KL below {COLLAPSE_KL_NATS:g} nats for {100 * COLLAPSE_SHARE:.0f} % of the images (Lucas et al. 2019)",
    )
    yield Bars("kl_per_dim", "KL of each dimension", names, kl.mean(axis=0), "nats/image")


def _kl_columns(kl: Values) -> dict[str, list[str | float]]:
    errors = kl.std(axis=0, ddof=1) / len(kl) ** 0.5 if len(kl) > 1 else kl.mean(axis=0) * float("nan")
    return {"KL, nats/image": list(map(float, kl.mean(axis=0))), "± error": list(map(float, errors))}


MEASURE = Measure("latents", "Latent dimensions", _latents, needs_posterior)

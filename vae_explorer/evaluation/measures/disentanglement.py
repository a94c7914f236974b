"""Disentanglement of known factors by six published scores."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from vae_explorer.evaluation.disentanglement.beta_vae import beta_vae_score
from vae_explorer.evaluation.disentanglement.dci import dci
from vae_explorer.evaluation.disentanglement.discretise import (
    MAX_KEPT_VALUES,
    N_QUANTILES,
    discretised_factors,
)
from vae_explorer.evaluation.disentanglement.factor_vae import factor_vae_score
from vae_explorer.evaluation.disentanglement.mig import mig
from vae_explorer.evaluation.disentanglement.modularity import modularity
from vae_explorer.evaluation.disentanglement.sap import sap
from vae_explorer.evaluation.disentanglement.score import Codes, Factors, Score
from vae_explorer.evaluation.figures import Figure, Finding, Table, Warned
from vae_explorer.evaluation.measure import Measure, Step, part_of
from vae_explorer.evaluation.measures.encoding import means_in_steps
from vae_explorer.evaluation.steps import Steps
from vae_explorer.evaluation.subject import Subject

__all__ = ["MEASURE"]

N_IMAGES = 15_000  # 10,000 to fit and 5,000 to test, as in Locatello et al. (2019)
# Every score but DCI, with the part of the group's work that it is.
_SCORES: tuple[tuple[Callable[[Codes, Factors, np.random.Generator], Steps[Score]], float, float], ...] = (
    (mig, 0.2, 0.22),
    (modularity, 0.22, 0.24),
    (factor_vae_score, 0.24, 0.27),
    (beta_vae_score, 0.27, 0.3),
    (sap, 0.3, 0.4),
)

RELATED_NATS = 0.1  # information between two factors above which they count as related

_TITLES = {
    "mig": "MIG (Chen et al. 2018)",
    "modularity": "Modularity (Ridgeway & Mozer 2018)",
    "sap": "SAP (Kumar et al. 2018)",
    "dci_disentanglement": "DCI disentanglement (Eastwood & Williams 2018)",
    "dci_completeness": "DCI completeness (Eastwood & Williams 2018)",
    "dci_informativeness": "DCI informativeness (Eastwood & Williams 2018)",
    "factor_vae": "FactorVAE score (Kim & Mnih 2018)",
    "beta_vae": "β-VAE score (Higgins et al. 2017)",
}


def _disentanglement(subject: Subject) -> Iterator[Step | Finding]:
    images = subject.images
    assert images.factors is not None  # `_missing` said so
    index = images.indices()
    if len(index) > N_IMAGES:
        index = np.sort(subject.rng("disentanglement images").choice(index, N_IMAGES, replace=False))
    varying = _varying(images.factors[index])
    names = [name for name, is_varying in zip(images.factor_names, varying, strict=True) if is_varying]
    factors = discretised_factors(images.factors[index][:, varying])
    yield from _warnings(factors, names)
    codes = yield from means_in_steps(subject, index, 0.0, 0.2)
    rng = subject.rng("disentanglement")
    scores = []
    for measure, begin, end in _SCORES:
        scores.append((yield from part_of(measure(codes, factors, rng), begin, end)))
    found = yield from part_of(dci(codes, factors, rng), 0.4, 1.0)
    scores += [found.disentanglement, found.completeness, found.informativeness]
    for score in scores:
        if math.isfinite(score.value):
            yield _figure(score, factors.shape[1], subject.told)
    yield Table(
        "dci_importance",
        "Importance of each dimension for each factor (DCI)",
        ("dimension", *names),
        tuple((f"z{d + 1}", *map(float, row)) for d, row in enumerate(found.importance)),
        note="Shares of a random forest's impurity importance; a column sums to 1.",
    )


def _figure(score: Score, n_factors: int, told: str) -> Figure:
    chance = (
        f" Guessing scores about {1 / n_factors:.2f}." if score.name in ("factor_vae", "beta_vae") else ""
    )
    return Figure(
        name=score.name,
        title=_TITLES[score.name],
        value=score.value,
        unit="",
        split="all",
        n_images=score.n_images,
        standard_error=score.standard_error,
        note=f"Protocol of Locatello et al. (2019) on means of q(z|x): {score.protocol_text}.{chance} {told}".rstrip(),
    )


def _warnings(factors: NDArray[np.int64], names: list[str]) -> Iterator[Warned]:
    from vae_explorer.evaluation.disentanglement.information import mutual_information

    cut = [name for name, n in zip(names, factors.max(axis=0) + 1, strict=True) if n == N_QUANTILES]
    if cut:
        yield Warned(
            "quantiles",
            f"Factors with more than {MAX_KEPT_VALUES} values are cut at quantiles into {N_QUANTILES} parts "
            f"(those of {N_QUANTILES} values: {', '.join(cut)}): scores come out lower than for factors held truly fixed.",
        )
    shared = mutual_information(factors, factors)
    related = [
        f"{names[a]} and {names[b]}"
        for a in range(len(names))
        for b in range(a + 1, len(names))
        if shared[a, b] > RELATED_NATS
    ]
    if related:
        yield Warned(
            "related_factors",
            f"Factors are not independent in these images ({'; '.join(related)}): a code of one tells of the other, "
            "which lowers every score.",
        )


def _varying(factors: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.asarray((factors != factors[0]).any(axis=0))


def _missing(subject: Subject) -> str | None:
    factors = subject.images.factors
    if factors is None:
        return f"{subject.images.name} has no known factors."
    if not np.isfinite(factors).all() or not _varying(factors).any():
        return f"No factor of {subject.images.name} varies."
    return None


MEASURE = Measure("disentanglement", "Disentanglement", _disentanglement, _missing)

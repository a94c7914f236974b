"""The aggregate posterior of a flow: q(z) = 1/N Σ_n q(z|x_n) where each q(z|x_n) takes an inverted flow.

The density of q(z|x_n) at a place is exact, one inversion an image and place. A single dimension of it has no density
in closed form, so log q(z_j) comes from `Marginals` of very many draws; those cost no inversion.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from vae_explorer.evaluation.aggregate import Densities
from vae_explorer.evaluation.marginals import Marginals
from vae_explorer.vae.flows.iaf import InverseAutoregressiveFlow
from vae_explorer.vae.flows.made import Made
from vae_explorer.vae.posterior import Posterior, gaussian_log_prob

__all__ = ["SAMPLES_MIN", "FlowPlan", "iterate_draws", "iterate_flow_densities"]

_PRODUCTS = 3e10  # multiplications for all inversions of an evaluation: some ten seconds on a core
_DRAWS = 200_000  # for the marginals
SAMPLES_MIN = 100  # fewer of q(z) say too little to be worth it
_VALUES_AT_ONCE = 1_000_000  # of each intermediate: 4 MB
_UNITS = 64  # of a flow's hidden layer, at least, and in one dimension all at once
_DRAWN_AT_ONCE = 8192


@dataclass(frozen=True)
class FlowPlan:
    """What can be afforded.

    Attributes
    ----------
    n_samples
        S, samples of q(z); each takes an inversion for each image.
    n_draws
        M, draws for the marginals.
    """

    n_samples: int
    n_draws: int

    @classmethod
    def of(cls, flow: InverseAutoregressiveFlow, n_images: int, n_samples: int) -> FlowPlan:
        """At most `n_samples` samples against `n_images` images."""
        blocks = [block for block in flow.blocks if isinstance(block, Made)]
        cost = sum(block.inner.weight.numel() + block.outer.weight.numel() for block in blocks)
        return cls(min(n_samples, int(_PRODUCTS / (cost * n_images))), min(_DRAWS, int(_PRODUCTS / cost)))


def iterate_draws(
    posterior: Posterior, n_draws: int, generator: torch.Generator
) -> Iterator[tuple[int, Tensor]]:
    """`n_draws` of q(z) in chunks: (drawn so far, chunk (m, D)); an image is drawn uniformly, then z ~ q(z|x_n)."""
    for start in range(0, n_draws, _DRAWN_AT_ONCE):
        count = min(_DRAWN_AT_ONCE, n_draws - start)
        with torch.no_grad():
            yield start + count, _own(posterior, count, generator).sample(generator)


def iterate_flow_densities(
    posterior: Posterior,
    n_samples: int,
    marginals: Marginals,
    generator: torch.Generator,
    log_prior: Callable[[Tensor], Tensor],
) -> Iterator[tuple[int, Densities]]:
    """As `aggregate.iterate_densities`: log densities at `n_samples` draws from q(z), in chunks.

    Parameters
    ----------
    posterior
        q(z|x_n) of all N images, with a flow.
    marginals
        Of draws that are not those here.
    """
    n, d = posterior.mu.shape
    at_once = max(1, _VALUES_AT_ONCE // (n * max(2 * d, _UNITS)))
    for start in range(0, n_samples, at_once):
        count = min(at_once, n_samples - start)
        with torch.no_grad():
            own = _own(posterior, count, generator)
            z = own.sample(generator)  # (s, D)
            each = posterior.log_prob(z[:, None])  # (s, N)
            # Where a gate is all but closed, a place outside q(z|x_n) has a source beyond all numbers: density 0.
            each = torch.nan_to_num(each, nan=-math.inf, posinf=-math.inf)
            zero = z.new_zeros(())
            parts = (
                own.log_prob(z),
                torch.logsumexp(each, 1) - math.log(n),
                log_prior(z),
                gaussian_log_prob(z, zero, zero),
            )
        conditional, aggregate, prior, standard = (part.double().cpu().numpy() for part in parts)
        single = marginals.log_prob(z.double().cpu().numpy().astype(np.float64))
        yield start + count, Densities(conditional, aggregate, single, prior, standard)


def _own(posterior: Posterior, count: int, generator: torch.Generator) -> Posterior:
    device = posterior.mu.device
    return posterior.at(torch.randint(len(posterior.mu), (count,), generator=generator, device=device))

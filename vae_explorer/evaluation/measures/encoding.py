"""q(z|x) of images, with progress; what several measures begin with."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import torch
from numpy.typing import NDArray

from vae_explorer.evaluation.measure import Step
from vae_explorer.evaluation.subject import Subject
from vae_explorer.vae.posterior import Posterior

__all__ = ["means_in_steps", "posterior_in_steps"]


def means_in_steps(
    subject: Subject, index: NDArray[np.int64], begin: float = 0.0, end: float = 1.0
) -> Generator[Step, None, NDArray[np.float64]]:
    """The means of the images at `index` (n,), (n, D), as the generator's return value.

    Parameters
    ----------
    begin, end
        The part of the measure's work, in [0, 1], that this is.
    """
    found = []
    for batch in subject.batches(index):
        with torch.no_grad():
            found.append(subject.model.encode(batch.x, batch.y).mu.double().cpu().numpy())
        yield Step(begin + (end - begin) * batch.done / batch.total, 1.0)
    return np.concatenate(found)


def posterior_in_steps(
    subject: Subject, begin: float = 0.0, end: float = 1.0
) -> Generator[Step, None, Posterior]:
    """q(z|x) of every image of the split, (N, D), which stays with the subject; `begin` and `end` as above."""
    if subject.posterior is None:
        parts = []
        for batch in subject.batches(subject.index):
            with torch.no_grad():
                parts.append(subject.model.encode(batch.x, batch.y))
            yield Step(begin + (end - begin) * batch.done / batch.total, 1.0)
        subject.posterior = type(parts[0]).joined(parts)
    return subject.posterior

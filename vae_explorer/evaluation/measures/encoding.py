"""Means of q(z|x) of any images, with progress; what several measures begin with."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import torch
from numpy.typing import NDArray

from vae_explorer.evaluation.measure import Step
from vae_explorer.evaluation.subject import Subject

__all__ = ["means_in_steps"]


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

"""Pictures of the model: images beside their reconstructions, and draws from the prior."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vae_explorer.evaluation.densities import prior_samples
from vae_explorer.evaluation.figures import Finding, Pictures
from vae_explorer.evaluation.measure import Measure, Step
from vae_explorer.evaluation.subject import Subject

__all__ = ["MEASURE"]

_N_PICTURES = 12


def _reconstructions(subject: Subject) -> Iterator[Step | Finding]:
    yield Step(0, 1)
    shown = subject.rng("reconstructions").permutation(subject.chosen)[:_N_PICTURES]
    model = subject.model
    rows = []
    with torch.no_grad():
        for batch in subject.batches(np.sort(shown)):
            labels = batch.y
            decoded = model.likelihood.mean(model.decode(model.encode(batch.x, labels).mu, labels))
            rows += [("images", _grey_levels(batch.x)), ("decoded at the mean", _grey_levels(decoded))]
            if model.variational:
                z = prior_samples(model, len(shown), subject.generator("reconstructions"))
                drawn = model.likelihood.mean(model.decode(z, labels))
                caption = "draws z ~ p(z) of the same classes" if model.n_classes else "draws z ~ p(z)"
                rows.append((caption, _grey_levels(drawn)))
    yield Step(1, 1)
    yield Pictures("reconstructions", "Images as the model sees them, and what it makes of them", tuple(rows))


def _grey_levels(x: Tensor) -> NDArray[np.uint8]:
    levels: NDArray[np.uint8] = x.mul(255.0).round().clamp(0, 255).to(torch.uint8).cpu().numpy()
    return levels


MEASURE = Measure("reconstructions", "Reconstructions", _reconstructions)

"""The evidence lower bound: recon, KL and −ELBO over every image of the split."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vae_explorer.evaluation.bits import bits_per_dim, note_on_bits
from vae_explorer.evaluation.figures import Finding
from vae_explorer.evaluation.measure import Measure, Step
from vae_explorer.evaluation.subject import Batch, Subject
from vae_explorer.vae.losses import image_losses
from vae_explorer.vae.model import VAE
from vae_explorer.vae.unlabelled import unlabelled_bound

__all__ = ["MEASURE"]


def _bound(subject: Subject) -> Iterator[Step | Finding]:
    recons, kls = [], []
    generator = subject.generator("bound")
    for batch in subject.batches(subject.index):
        with torch.no_grad():
            recon, kl = _losses(subject.model, batch, generator)
        recons.append(recon.double().cpu().numpy())
        kls.append(kl.double().cpu().numpy())
        yield Step(batch.done, batch.total)
    yield from _figures(subject, np.concatenate(recons), np.concatenate(kls))


def _losses(model: VAE, batch: Batch, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """recon and kl of each image, (B,) both; of a semi-supervised model those of the bound without a label."""
    if model.classifier is not None:
        bound = unlabelled_bound(model, batch.x, generator)
        return bound.recon, bound.kl
    losses = image_losses(model, batch.x, generator, y=batch.y)
    return losses.recon, losses.kl


def _figures(subject: Subject, recon: NDArray[np.float64], kl: NDArray[np.float64]) -> Iterator[Finding]:
    unit, label = "nats/image", subject.label
    if not subject.model.variational:
        yield subject.mean_figure("recon", "recon, −log p(x|z) at z = mu", recon, unit, label=label)
        return
    yield subject.mean_figure("recon", "recon, E_q[−log p(x|z)]", recon, unit, n_samples=1, label=label)
    yield subject.mean_figure("kl", "KL(q(z|x) ‖ p(z))", kl, unit)
    total = recon + kl  # (N,)
    yield subject.mean_figure("neg_elbo", "−ELBO", total, unit, n_samples=1, label=label)
    bits = bits_per_dim(total, subject.n_pixels, subject.measure)
    if bits is not None:
        note = note_on_bits(subject.measure)
        yield subject.mean_figure(
            "neg_elbo_bits", "−ELBO in bits per dimension", bits, "bits/dim", n_samples=1, note=note
        )


MEASURE = Measure("bound", "Evidence lower bound", _bound)

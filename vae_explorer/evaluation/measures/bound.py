"""The evidence lower bound: recon, KL and −ELBO over every image of the split; and how often a classifier is right."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vae_explorer.evaluation.bits import bits_per_dim, note_on_bits
from vae_explorer.evaluation.figures import Figure, Finding
from vae_explorer.evaluation.measure import Measure, Step
from vae_explorer.evaluation.statistics import share_interval
from vae_explorer.evaluation.subject import Batch, Subject
from vae_explorer.vae.losses import image_losses
from vae_explorer.vae.model import VAE
from vae_explorer.vae.unlabelled import unlabelled_bound

__all__ = ["MEASURE"]


def _bound(subject: Subject) -> Iterator[Step | Finding]:
    recons, kls, named = [], [], []
    generator = subject.generator("bound")
    for batch in subject.batches(subject.index):
        with torch.no_grad():
            recon, kl, log_q = _losses(subject.model, batch, generator)
        recons.append(recon.double().cpu().numpy())
        kls.append(kl.double().cpu().numpy())
        if log_q is not None:
            named.append(log_q.argmax(1).cpu().numpy())
        yield Step(batch.done, batch.total)
    yield from _figures(subject, np.concatenate(recons), np.concatenate(kls))
    if named and subject.images.labels is not None:
        yield _accuracy(subject, np.concatenate(named) == subject.images.labels[subject.index])


def _losses(model: VAE, batch: Batch, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor | None]:
    """recon and kl of each image, (B,) both; of a semi-supervised model those of the bound without a label, and its
    log q(y|x), (B, n_classes)."""
    if model.classifier is not None:
        bound = unlabelled_bound(model, batch.x, generator)
        return bound.recon, bound.kl, bound.log_q
    losses = image_losses(model, batch.x, generator, y=batch.y)
    return losses.recon, losses.kl, None


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


def _accuracy(subject: Subject, is_right: NDArray[np.bool_]) -> Figure:
    n, share = len(is_right), float(is_right.mean())
    low, high = share_interval(share, n)
    return Figure(
        name="accuracy",
        title="images whose class q(y|x) names",
        value=100.0 * share,
        unit="%",
        split=subject.split_name,
        n_images=n,
        standard_error=100.0 * math.sqrt(share * (1.0 - share) / n),
        interval=(100.0 * low, 100.0 * high),
        note="Binomial standard error, Wilson's interval.",
    )


MEASURE = Measure("bound", "Evidence lower bound", _bound)

"""The importance-sampled negative log-likelihood of the chosen images, and how far it can be trusted."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray

from vae_explorer.evaluation.bits import bits_per_dim, note_on_bits
from vae_explorer.evaluation.figures import Curve, Finding, Histogram, Warned
from vae_explorer.evaluation.importance import ImportanceEstimate, bound_curve, iterate_log_weights
from vae_explorer.evaluation.measure import Measure, Step
from vae_explorer.evaluation.measures.needs import needs_posterior
from vae_explorer.evaluation.statistics import Mean
from vae_explorer.evaluation.subject import Subject
from vae_explorer.evaluation.unlabelled_importance import EVEN_SHARE
from vae_explorer.vae.unlabelled import unlabelled_bound

__all__ = ["ESS_MIN", "MEASURE"]

ESS_MIN = 10.0  # effective samples; fewer, and a handful of draws decide the figure
_SHARE_TOLERATED = 0.05  # of images below `ESS_MIN`

Values = NDArray[np.float64]


def _likelihood(subject: Subject) -> Iterator[Step | Finding]:
    k, n = subject.settings.n_samples, len(subject.chosen)
    generator = subject.generator("likelihood")
    sums_classes = subject.model.classifier is not None
    estimates, bounds, steps, elbos = [], [], np.ones(1, dtype=np.int64), []
    for batch in subject.batches(subject.chosen):
        before = (batch.done - len(batch.index)) * k
        if sums_classes:
            with torch.no_grad():
                each = unlabelled_bound(subject.model, batch.x, generator)
            elbos.append((each.recon + each.kl).double().cpu().numpy())
        y = None if sums_classes else batch.y
        for done, log_w in iterate_log_weights(subject.model, batch.x, k, generator, y=y):
            if log_w is not None:
                estimates.append(ImportanceEstimate.of(log_w))
                steps, bound = bound_curve(log_w)
                bounds.append(bound)
            yield Step(before + done, n * k)
    found = ImportanceEstimate.joined(estimates)
    curve = -np.concatenate(bounds, axis=1)  # (levels, n)
    yield from _figures(subject, found, np.concatenate(elbos) if sums_classes else curve[0])
    yield Curve(
        "bound_by_samples",
        "−L_K of the same images: from K = 1 towards −log p(x)"
        if sums_classes
        else "−L_K of the same images: from −ELBO at K = 1 towards −log p(x)",
        steps.astype(np.float64),
        curve.mean(axis=1),
        "samples K",
        "nats/image",
        standard_error=curve.std(axis=1, ddof=1) / np.sqrt(n),
        is_log_x=True,
        note="; ".join(filter(None, (subject.label, "errors over images are shared along the curve"))),
    )
    yield Histogram("nll_spread", "−log p(x) of single images", found.nll, "nats/image", subject.label)
    yield from _warnings(found)


def _figures(subject: Subject, found: ImportanceEstimate, neg_elbo: Values) -> Iterator[Finding]:
    k, n, label = found.n_samples, len(found.nll), subject.label
    yield subject.mean_figure(
        "nll",
        "−log p(x), importance-sampled",
        found.nll,
        "nats/image",
        n_samples=k,
        label=label,
        note=f"{_classes_in_words(subject)}bounds it from above on average; drawing z adds ± "
        f"{found.sampling_error:.2g} to the error over images",
    )
    bits = bits_per_dim(found.nll, subject.n_pixels, subject.measure)
    if bits is not None:
        yield subject.mean_figure(
            "nll_bits",
            "−log p(x) in bits per dimension",
            bits,
            "bits/dim",
            n_samples=k,
            note=note_on_bits(subject.measure),
        )
    yield subject.mean_figure(
        "bound_gap",
        "−ELBO above −log p(x)",
        neg_elbo - found.nll,
        "nats/image",
        n_samples=k,
        label=label,
        note="KL(q(z|x) ‖ p(z|x)) of the same images, estimated by −L_1 − (−L_K)"
        if subject.model.classifier is None
        else "KL(q(z, y|x) ‖ p(z, y|x)) of the same images, −ELBO with one sample a class",
    )
    few = float((found.effective_samples < ESS_MIN).mean())
    yield subject.figure(
        "effective_samples",
        "effective samples of an image, median",
        Mean(float(np.median(found.effective_samples)), float("nan")),
        "samples",
        n_images=n,
        n_samples=k,
        note=f"(Σw)²/Σw² of {k:,} weights; below {ESS_MIN:.0f} for {100 * few:.1f} % of the images",
    )


def _classes_in_words(subject: Subject) -> str:
    if not subject.model.n_classes:
        return ""
    if subject.model.classifier is None:
        return "given the label; "
    return (
        f"a sum over {subject.model.n_classes} classes, sampled too: {100 * EVEN_SHARE:.0f} % evenly, the others from "
        "q(y|x); "
    )


def _warnings(found: ImportanceEstimate) -> Iterator[Finding]:
    few = float((found.effective_samples < ESS_MIN).mean())
    if found.n_samples >= ESS_MIN and few > _SHARE_TOLERATED:
        yield Warned(
            "effective_samples",
            f"{100 * few:.0f} % of the images have fewer than {ESS_MIN:.0f} effective samples of "
            f"{found.n_samples:,}: their −log p(x) is too high and its error unknown; raise the number of samples.",
        )


MEASURE = Measure("likelihood", "Importance-sampled likelihood", _likelihood, needs_posterior)

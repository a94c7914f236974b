"""Strange images: how scores are spread, which images are worst, and which classes stand out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray

from vae_explorer.evaluation.anomaly.auroc import auroc
from vae_explorer.evaluation.anomaly.scores import ImageScores, ScoreName, measured_scores
from vae_explorer.evaluation.figures import Finding, Histogram, Pictures, Table
from vae_explorer.evaluation.measure import Measure, Step
from vae_explorer.evaluation.subject import Subject

__all__ = ["MEASURE"]

N_WORST = 16

_SCORES: tuple[tuple[ScoreName, str, str], ...] = (
    ("squared-error", "Squared error", "Σ(x − x̂)²"),
    ("neg-elbo", "−ELBO", "nats"),
    ("kl", "KL(q(z|x) ‖ p(z))", "nats"),
)


def _anomaly(subject: Subject) -> Iterator[Step | Finding]:
    generator = subject.generator("anomaly")
    parts = []
    for batch in subject.batches(subject.index):
        parts.append(measured_scores(subject.model, [(batch.x, batch.y)], generator))
        yield Step(batch.done, batch.total)
    scores = ImageScores.joined(parts)
    for name, title, unit in _SCORES:
        yield Histogram(
            f"score_{name}",
            title,
            scores.by_name(name),
            unit,
            note=f"One value an image of {subject.split_name}.",
        )
    worst = subject.index[np.argsort(-scores.squared_error, kind="stable")[:N_WORST]]
    yield Pictures(
        "worst_images",
        "Worst reconstructed images",
        (("original", subject.images.images[worst]), ("reconstruction", _reconstructions(subject, worst))),
        note="By squared error at z = mu, the worst first.",
    )
    table = _class_table(subject, scores)
    if table is not None:
        yield table


def _reconstructions(subject: Subject, index: NDArray[np.int64]) -> NDArray[np.uint8]:
    parts = []
    for batch in subject.batches(index):
        with torch.no_grad():
            mu = subject.model.encode(batch.x, batch.y).mu
            picture = subject.model.likelihood.mean(subject.model.decode(mu, batch.y))
        parts.append((picture.clamp(0.0, 1.0) * 255.0).round().to(torch.uint8).cpu().numpy())
    return np.concatenate(parts)


def _class_table(subject: Subject, scores: ImageScores) -> Table | None:
    """AUROC of each class against all others; None without two classes."""
    if subject.images.labels is None:
        return None
    labels = subject.images.labels[subject.index]
    present = np.unique(labels)
    if len(present) < 2:
        return None
    rows = []
    for label in present:
        row: list[str | float | int | None] = [
            subject.images.class_names[label],
            int((labels == label).sum()),
        ]
        for name, _, _ in _SCORES:
            area = auroc(scores.by_name(name), labels == label)
            row += [area.value, area.standard_error]
        rows.append(tuple(row))
    titles = [column for _, title, _ in _SCORES for column in (title, "s.e.")]
    return Table(
        "class_auroc",
        "How far each class stands out from all others (AUROC)",
        ("class", "images", *titles),
        tuple(rows),
        note="Probability that an image of the class scores above one of the others; 0.5: not at all. The model has been "
        "trained as its run says, also on these classes: detection of unseen ones is 'vae-explorer anomaly'. "
        f"{subject.told}".rstrip(),
    )


MEASURE = Measure("anomaly", "Strange images", _anomaly)

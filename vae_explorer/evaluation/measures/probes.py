"""Probes of the latent space: how well labels are found in the means of q(z|x)."""

from __future__ import annotations

from collections.abc import Iterator

from vae_explorer.data.image_set import Split
from vae_explorer.evaluation.figures import Figure, Finding
from vae_explorer.evaluation.measure import Measure, Step, part_of
from vae_explorer.evaluation.measures.encoding import means_in_steps
from vae_explorer.evaluation.probes import LabelledCodes, Probe, linear_probe, nearest_probe
from vae_explorer.evaluation.statistics import share_interval
from vae_explorer.evaluation.subject import Subject

__all__ = ["MEASURE"]

_TITLES = {"linear": "Linear probe, accuracy", "nearest": "Nearest-neighbour probe, accuracy"}


def _probes(subject: Subject) -> Iterator[Step | Finding]:
    labels = subject.images.labels
    assert labels is not None  # `_missing` said so
    train_index = subject.images.indices(Split.TRAIN)
    train_mu = yield from means_in_steps(subject, train_index, 0.0, 0.5)
    test_mu = yield from means_in_steps(subject, subject.index, 0.5, 0.6)
    train = LabelledCodes(train_mu, labels[train_index])
    test = LabelledCodes(test_mu, labels[subject.index])
    yield _figure(subject, (yield from part_of(linear_probe(train, test), 0.6, 0.8)))
    yield Step(0.8, 1.0)
    yield _figure(subject, (yield from part_of(nearest_probe(train, test), 0.8, 1.0)))
    yield Step(1.0, 1.0)


def _figure(subject: Subject, probe: Probe) -> Figure:
    low, high = share_interval(probe.accuracy, probe.n_test)
    settings = ", ".join(f"{name}: {value}" for name, value in probe.settings.items())
    return Figure(
        name=f"probe_{probe.name}",
        title=_TITLES[probe.name],
        value=100.0 * probe.accuracy,
        unit="%",
        split=subject.split_name,
        n_images=probe.n_test,
        standard_error=100.0 * probe.standard_error,
        interval=(100.0 * low, 100.0 * high),
        note=f"On means of q(z|x), fitted to {probe.n_train:,} training images ({settings}); naming the commonest "
        f"label always: {100.0 * probe.majority:.1f} %. Binomial standard error.{_informed(subject)}",
    )


def _informed(subject: Subject) -> str:
    """What a probe finds in a code that was made with the class."""
    return f" {subject.told} So codes may tell it for that reason alone." if subject.told else ""


def _missing(subject: Subject) -> str | None:
    labels = subject.images.labels
    if labels is None:
        return f"{subject.images.name} has no labels to find in the latent space."
    if subject.split == Split.TRAIN:
        return "A probe is fitted to the training images, so it is tested on another split."
    train = labels[subject.images.indices(Split.TRAIN)]
    if not len(train) or (train == train[0]).all():
        return "A probe needs at least two classes among the training images."
    return None


MEASURE = Measure("probes", "Probes of the latent space", _probes, _missing)

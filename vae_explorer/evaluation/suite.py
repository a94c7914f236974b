"""An evaluation as a generator of events: progress, each finding as soon as it is there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vae_explorer.data.image_set import ImageSet
from vae_explorer.errors import VaeExplorerError
from vae_explorer.evaluation.conditions import Conditions
from vae_explorer.evaluation.figures import Finding
from vae_explorer.evaluation.measure import Measure, Step
from vae_explorer.evaluation.registry import load_measures
from vae_explorer.evaluation.settings import SuiteSettings
from vae_explorer.evaluation.subject import Subject
from vae_explorer.runs.snapshot import Snapshot

__all__ = [
    "Found",
    "Skipped",
    "SuiteEvent",
    "SuiteProgressed",
    "SuiteSettings",
    "SuiteStarted",
    "iterate_suite",
]


@dataclass(frozen=True)
class SuiteStarted:
    """An evaluation begins, under these conditions."""

    conditions: Conditions


@dataclass(frozen=True)
class SuiteProgressed:
    """`title` is being measured; `fraction` of the whole evaluation is done, every group counted alike."""

    group: str
    title: str
    fraction: float


@dataclass(frozen=True, eq=False)
class Found:
    """A finding of a group."""

    group: str
    title: str
    finding: Finding


@dataclass(frozen=True)
class Skipped:
    """A group that cannot be measured here, and why, in one sentence."""

    group: str
    title: str
    reason: str


SuiteEvent = SuiteStarted | SuiteProgressed | Found | Skipped


def iterate_suite(
    snapshot: Snapshot,
    images: ImageSet,
    settings: SuiteSettings,
    *,
    measures: Sequence[Measure] | None = None,
) -> Iterator[SuiteEvent]:
    """Measure a model on one split of its images.

    Parameters
    ----------
    measures
        Instead of those that ``settings.groups`` names.

    Yields
    ------
    SuiteEvent
        Consumers may leave at any time; what was found until then is whole.

    Raises
    ------
    ConfigError
        If the images do not fit the model, the split is empty, or a group is unknown.
    """
    chosen = load_measures(settings.groups) if measures is None else list(measures)
    subject = Subject(snapshot, images, settings)
    yield SuiteStarted(subject.conditions)
    for place, measure in enumerate(chosen):
        reason = measure.missing(subject)
        if reason is not None:
            yield Skipped(measure.group, measure.title, reason)
            continue
        yield SuiteProgressed(measure.group, measure.title, place / len(chosen))
        try:
            for item in measure.run(subject):
                if isinstance(item, Step):
                    part = min(item.done / item.total, 1.0) if item.total else 1.0
                    yield SuiteProgressed(measure.group, measure.title, (place + part) / len(chosen))
                else:
                    yield Found(measure.group, measure.title, item)
        except VaeExplorerError as error:  # one measure that cannot go on does not cost the others
            yield Skipped(measure.group, measure.title, str(error))

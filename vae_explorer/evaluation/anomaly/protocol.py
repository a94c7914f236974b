"""One-class and leave-one-out anomaly detection: a model for each class, tested on all.

Training is not this package's affair: a caller trains a model for each `Task` and gives back scores.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from vae_explorer.data.image_set import ImageSet, Split
from vae_explorer.errors import DataError
from vae_explorer.evaluation.anomaly.auroc import Auroc, auroc

__all__ = [
    "PROTOCOLS",
    "ClassResult",
    "ProtocolName",
    "Summary",
    "Task",
    "TrainAndScore",
    "run_tasks",
    "summary",
    "tasks",
]

ProtocolName = Literal["one-class", "leave-one-out"]
PROTOCOLS: tuple[ProtocolName, ...] = get_args(ProtocolName)


@dataclass(frozen=True, eq=False)
class Task:
    """A model to train and images to score.

    Attributes
    ----------
    protocol
        ``"one-class"``: the class is normal and all others are anomalies; ``"leave-one-out"``: the reverse.
    label, class_name
        The class that the task is about.
    train_index
        Training images of the normal classes; ascending.
    test_index
        Test images of all classes, (n,); ascending.
    is_anomaly
        (n,), of the test images.
    test_split
        ``"test"``; ``"validation"`` for sets without a test part.
    """

    protocol: ProtocolName
    label: int
    class_name: str
    train_index: NDArray[np.int64]
    test_index: NDArray[np.int64]
    is_anomaly: NDArray[np.bool_]
    test_split: str


@dataclass(frozen=True)
class ClassResult:
    """AUROC of each score, by name, for one class."""

    label: int
    class_name: str
    n_train: int
    areas: Mapping[str, Auroc]


@dataclass(frozen=True)
class Summary:
    """Mean AUROC over classes.

    Attributes
    ----------
    mean
        Each class weighs alike.
    standard_error
        s/√n over the n classes: how far another choice of such classes might lie; nan for a single class.
    test_error
        √(Σ SE²)/n from the classes' own errors as if independent: how far other test images might lie.
    """

    mean: float
    standard_error: float
    test_error: float
    n_classes: int


TrainAndScore = Callable[
    [Task], Mapping[str, NDArray[np.floating]]
]  # scores of the test images, (n,), by name


def tasks(images: ImageSet, protocol: ProtocolName, labels: Sequence[int] | None = None) -> list[Task]:
    """One task a class.

    Parameters
    ----------
    labels
        Classes to do; None: all.

    Raises
    ------
    DataError
        If the images have no labels, fewer than two classes, or a class has no images to train or test with.
    """
    if images.labels is None or len(images.class_names) < 2:
        raise DataError(f"{images.name} has no classes: anomaly detection by class needs at least two.")
    wanted = range(len(images.class_names)) if labels is None else labels
    split = Split.TEST if len(images.indices(Split.TEST)) else Split.VALIDATION
    train, test = images.indices(Split.TRAIN), images.indices(split)
    found = []
    for label in wanted:
        if not 0 <= label < len(images.class_names):
            raise DataError(f"{images.name} has classes 0 to {len(images.class_names) - 1}, got {label}.")
        of_class = images.labels[train] == label
        is_class = images.labels[test] == label
        normal = of_class if protocol == "one-class" else ~of_class
        is_anomaly = ~is_class if protocol == "one-class" else is_class
        name = images.class_names[label]
        if normal.sum() < 2 or is_anomaly.all() or not is_anomaly.any():
            raise DataError(
                f"Class '{name}' of {images.name} leaves too few images to train or test with: leave it out."
            )
        found.append(Task(protocol, label, name, train[normal], test, is_anomaly, split.name.lower()))
    return found


def run_tasks(wanted: Sequence[Task], train_and_score: TrainAndScore) -> Iterator[ClassResult]:
    """Train, score and measure one task after the other; a consumer may leave after any."""
    for task in wanted:
        scores = train_and_score(task)
        areas = {name: auroc(np.asarray(values), task.is_anomaly) for name, values in scores.items()}
        yield ClassResult(task.label, task.class_name, len(task.train_index), areas)


def summary(results: Sequence[ClassResult], score: str) -> Summary:
    """The mean AUROC of `score` over the classes of `results` (at least one)."""
    values = np.array([result.areas[score].value for result in results])
    errors = np.array([result.areas[score].standard_error for result in results])
    n = len(values)
    spread = float(values.std(ddof=1)) / math.sqrt(n) if n > 1 else math.nan
    return Summary(float(values.mean()), spread, float(np.sqrt(np.square(errors).sum())) / n, n)

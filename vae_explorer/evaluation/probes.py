"""Probes: how well a simple classifier finds the label in the means of q(z|x)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vae_explorer.errors import DataError
from vae_explorer.evaluation.softmax_regression import C, SoftmaxRegression
from vae_explorer.evaluation.steps import Steps

__all__ = ["N_NEIGHBOURS", "LabelledCodes", "Probe", "linear_probe", "nearest_probe"]

N_NEIGHBOURS = 10
_DISTANCES_AT_ONCE = 10_000_000


@dataclass(frozen=True, eq=False)
class LabelledCodes:
    """Means of q(z|x), (N, D), and the labels of their images, int64, (N,)."""

    codes: NDArray[np.floating]
    labels: NDArray[np.int64]

    def __post_init__(self) -> None:
        if self.codes.ndim != 2 or self.labels.shape != self.codes.shape[:1]:
            raise ValueError(
                f"expected codes (N, D) and labels (N,), got {self.codes.shape} and {self.labels.shape}"
            )

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class Probe:
    """What a probe found.

    Attributes
    ----------
    name
        ``"linear"`` or ``"nearest"``.
    accuracy
        Share of test images whose label was named.
    standard_error
        Binomial, √(a(1 − a)/n_test): over test images, with the model and the probe as they are.
    majority
        Share of the test images' commonest label: what naming it always would reach.
    n_train, n_test
        Images that the probe was fitted to and tested on.
    settings
        Every setting that the accuracy depends on, by name.
    """

    name: str
    accuracy: float
    standard_error: float
    majority: float
    n_train: int
    n_test: int
    settings: Mapping[str, int | float | str] = field(default_factory=dict)


def linear_probe(train: LabelledCodes, test: LabelledCodes) -> Steps[Probe]:
    """Multinomial logistic regression on the means, standardised by the training images.

    A dimension is centred and divided by its standard deviation over `train`; a constant one is only centred.
    The penalty is ½‖w‖² to a sum of log-losses (C = 1).

    Yields
    ------
    float
        Share of the iterations, of which most are never needed; the probe is returned.

    Raises
    ------
    DataError
        If there are no images on one side, or only one class in `train`.
    """
    _check(train, test)
    centre, spread = train.codes.mean(axis=0, dtype=np.float64), train.codes.std(axis=0, dtype=np.float64)
    spread = np.where(spread > 0.0, spread, 1.0)
    model = yield from SoftmaxRegression.of((train.codes - centre) / spread, train.labels)
    return _probe(
        "linear",
        model.predict((test.codes - centre) / spread),
        train,
        test,
        {"model": f"multinomial logistic regression, C = {C:g}", "standardised": "by training images"},
    )


def nearest_probe(
    train: LabelledCodes, test: LabelledCodes, n_neighbours: int = N_NEIGHBOURS
) -> Steps[Probe]:
    """Majority label of the `n_neighbours` nearest training means (fewer if there are fewer), all weighing alike.

    Distances are Euclidean in the latent space as it is: not standardised, so that collapsed dimensions, which
    hardly vary, hardly count. Of labels with equally many neighbours the lowest wins.

    Yields
    ------
    float
        Share of the test images that are named; the probe is returned.

    Raises
    ------
    DataError
        If there are no images on one side, or only one class in `train`.
    """
    from sklearn.neighbors import KNeighborsClassifier

    if n_neighbours < 1:
        raise ValueError(f"expected n_neighbours >= 1, got {n_neighbours}")
    _check(train, test)
    n_neighbours = min(n_neighbours, len(train))
    model = KNeighborsClassifier(n_neighbours, n_jobs=1).fit(train.codes, train.labels)
    settings: dict[str, int | float | str] = {
        "n_neighbours": n_neighbours,
        "distance": "Euclidean, not standardised",
    }
    at_once, named = max(1, _DISTANCES_AT_ONCE // len(train)), []
    for start in range(0, len(test), at_once):
        named.append(model.predict(test.codes[start : start + at_once]))
        yield min(1.0, (start + at_once) / len(test))
    return _probe("nearest", np.concatenate(named), train, test, settings)


def _probe(
    name: str,
    named: NDArray[np.int64],
    train: LabelledCodes,
    test: LabelledCodes,
    settings: Mapping[str, int | float | str],
) -> Probe:
    accuracy = float(np.mean(named == test.labels))
    return Probe(
        name=name,
        accuracy=accuracy,
        standard_error=math.sqrt(accuracy * (1.0 - accuracy) / len(test)),
        majority=float(np.bincount(test.labels).max() / len(test)),
        n_train=len(train),
        n_test=len(test),
        settings=settings,
    )


def _check(train: LabelledCodes, test: LabelledCodes) -> None:
    if not len(train) or not len(test):
        raise DataError("A probe needs labelled images to be fitted to and others to be tested on.")
    if len(np.unique(train.labels)) < 2:
        raise DataError("A probe needs at least two classes among the training images.")

"""Area under the ROC curve with its error."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vae_explorer.errors import DataError

__all__ = ["Auroc", "auroc"]

Z_95 = 1.959964  # of the standard normal distribution
CHANCE_OF_LUCK = 0.05


@dataclass(frozen=True)
class Auroc:
    """One area.

    Attributes
    ----------
    value
        Probability that a random anomaly scores above a random normal image; ties count half. 0.5 is guessing.
    standard_error
        Of Hanley & McNeil (1982).
    interval
        95 %, from ±1.96 standard errors of the logit, so within [0, 1]. Where no pair is in the wrong order that error is
        0 and says nothing: then down to where as many trials as the smaller side has images would all succeed with a
        chance of 5 % (the rule of three, Hanley & Lippman-Hand 1983); alike where no pair is in the right order.
    n_normal, n_anomalous
        Images on either side.
    """

    value: float
    standard_error: float
    interval: tuple[float, float]
    n_normal: int
    n_anomalous: int


def auroc(scores: NDArray[np.floating], is_anomaly: NDArray[np.bool_]) -> Auroc:
    """Area under the ROC curve of `scores` as a detector of `is_anomaly`.

    The value is the Mann–Whitney statistic over the number of pairs. Its standard error is Hanley & McNeil (1982),
    *The meaning and use of the area under a ROC curve*, eq. 1 and 2, with Q₁ = A/(2 − A) and Q₂ = 2A²/(1 + A), which
    they show to be close to exact, mostly a little too large, for scores of many distributions.

    Parameters
    ----------
    scores
        Higher means stranger, (N,), not nan.
    is_anomaly
        (N,).

    Raises
    ------
    DataError
        If there are no images on one side.
    """
    if scores.shape != is_anomaly.shape or scores.ndim != 1:
        raise ValueError(f"expected scores and labels (N,), got {scores.shape} and {is_anomaly.shape}")
    if np.isnan(scores).any():
        raise ValueError("expected scores without nan")
    n_anomalous = int(is_anomaly.sum())
    n_normal = len(scores) - n_anomalous
    if not n_normal or not n_anomalous:
        raise DataError(
            f"AUROC needs normal and anomalous images, got {n_normal} and {n_anomalous}: choose other classes."
        )
    _, place, count = np.unique(scores, return_inverse=True, return_counts=True)
    rank = np.cumsum(count) - 0.5 * (count - 1)  # mean rank, from 1, of each distinct score
    pairs_won = rank[place[is_anomaly]].sum() - 0.5 * n_anomalous * (n_anomalous + 1)
    area = float(pairs_won / (n_anomalous * n_normal))
    error = _hanley_mcneil(area, n_anomalous, n_normal)
    return Auroc(area, error, _interval(area, error, min(n_anomalous, n_normal)), n_normal, n_anomalous)


def _hanley_mcneil(a: float, n_anomalous: int, n_normal: int) -> float:
    q1, q2 = a / (2.0 - a), 2.0 * a * a / (1.0 + a)
    variance = a * (1.0 - a) + (n_anomalous - 1) * (q1 - a * a) + (n_normal - 1) * (q2 - a * a)
    return math.sqrt(max(variance, 0.0) / (n_anomalous * n_normal))


def _interval(a: float, error: float, n_trials: int) -> tuple[float, float]:
    certain = CHANCE_OF_LUCK ** (1.0 / n_trials)
    if a >= 1.0:
        return (certain, 1.0)
    if a <= 0.0:
        return (0.0, 1.0 - certain)
    logit, reach = math.log(a / (1.0 - a)), Z_95 * error / (a * (1.0 - a))
    low, high = (1.0 / (1.0 + math.exp(-max(min(x, 700.0), -700.0))) for x in (logit - reach, logit + reach))
    return (low, high)

"""Separated attribute predictability (Kumar et al. 2018)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vae_explorer.evaluation.disentanglement.score import Codes, Factors, Score, check_pair, chosen_rows
from vae_explorer.evaluation.steps import Steps

__all__ = ["sap", "separations"]

N_TRAIN, N_TEST = 10_000, 5_000  # Locatello et al. (2019), appendix C
SVM_C = 0.01
N_RESAMPLES = 100


def separations(predictability: NDArray[np.float64]) -> NDArray[np.float64]:
    """Predictability from the best code minus that from the second best, for each factor.

    Parameters
    ----------
    predictability
        (D, F). A single code has a second best of 0.

    Returns
    -------
    float64, (F,)
    """
    ordered = np.sort(np.vstack((predictability, np.zeros((1, predictability.shape[1])))), axis=0)
    return np.asarray(ordered[-1] - ordered[-2])


def sap(
    codes: Codes,
    factors: Factors,
    rng: np.random.Generator,
    *,
    n_train: int = N_TRAIN,
    n_test: int = N_TEST,
    svm_c: float = SVM_C,
    n_resamples: int = N_RESAMPLES,
) -> Steps[Score]:
    """SAP score, mean over factors.

    Kumar, Sattigeri & Balakrishnan (2018), *Variational inference of disentangled latent concepts*, section 3: how
    much better the best single dimension predicts a factor than the second best. Predictability is, as in Locatello
    et al. (2019), appendix C, the test accuracy of a linear support vector machine (C = 0.01, classes weighted to be
    equally frequent) on one dimension. A constant dimension predicts as well as always naming one
    value. No linear machine singles out a middle value along one line, so also an identity code of factors with many
    values stays well below 1.

    Parameters
    ----------
    codes
        Means of q(z|x), (N, D).
    factors
        From `discretised_factors`, (N, F).
    rng
        Chooses the images.
    n_train, n_test
        Images to fit and to test on, disjoint; both shrink alike where N is too small.
    svm_c
        Inverse strength of the machine's regularisation.
    n_resamples
        Bootstrap resamples of the test images (Efron 1979), with the machines as they are, for the standard error.

    Yields
    ------
    float
        Share of the machines that are fitted; the score is returned.

    Raises
    ------
    DataError
        If a factor is constant.
    """
    check_pair(codes, factors)
    train, test = chosen_rows(len(codes), n_train, n_test, rng=rng)
    x, z = codes[train].astype(np.float64), codes[test].astype(np.float64)
    n_dims, n_factors = codes.shape[1], factors.shape[1]
    is_right = np.zeros((n_dims, n_factors, len(test)), dtype=np.float32)
    for k in range(n_factors):
        for d in range(n_dims):
            named = _named_by_svm(x[:, d : d + 1], factors[train, k], z[:, d : d + 1], svm_c)
            is_right[d, k] = named == factors[test, k]
            yield (k * n_dims + d + 1) / (n_dims * n_factors)
    parts = separations(is_right.mean(axis=2, dtype=np.float64))
    return Score(
        name="sap",
        value=float(parts.mean()),
        n_images=len(train) + len(test),
        per_factor=tuple(map(float, parts)),
        standard_error=_resampled_error(is_right, n_resamples, rng.spawn(1)[0]),
        protocol={
            "n_train": len(train),
            "n_test": len(test),
            "model": f"linear SVM, C = {svm_c:g}, balanced",
            "n_resamples": f"{n_resamples} of test images",
        },
    )


def _resampled_error(
    is_right: NDArray[np.float32], n_resamples: int, rng: np.random.Generator
) -> float | None:
    """Spread of the mean separation over resamples of the test images, of `is_right` (D, F, n)."""
    if n_resamples < 2:
        return None
    n = is_right.shape[2]
    counts = rng.multinomial(n, np.full(n, 1.0 / n), n_resamples)  # how often each image is drawn, (R, n)
    accuracy = is_right @ counts.T.astype(np.float32) / n  # (D, F, R)
    return float(np.std([separations(again).mean() for again in np.moveaxis(accuracy, 2, 0)], ddof=1))


def _named_by_svm(
    x: NDArray[np.float64], y: NDArray[np.int64], z: NDArray[np.float64], c: float
) -> NDArray[np.int64]:
    """The values of the points `z`, after those of `x`."""
    from sklearn.svm import LinearSVC

    if len(np.unique(y)) < 2:
        return np.full(len(z), y[0])
    machine = LinearSVC(
        C=c, class_weight="balanced", dual=False
    )  # the primal: many more images than dimensions
    return np.asarray(machine.fit(x, y).predict(z))

"""Separated attribute predictability (Kumar et al. 2018)."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from vae_explorer.evaluation.disentanglement.score import (
    Codes,
    Factors,
    Score,
    check_pair,
    chosen_rows,
    drained,
)

__all__ = ["sap", "sap_in_steps", "separations"]

N_TRAIN, N_TEST = 10_000, 5_000  # Locatello et al. (2019), appendix C
SVM_C = 0.01


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
) -> Score:
    """`sap_in_steps` to its end.

    Raises
    ------
    DataError
        If a factor is constant.
    """
    return drained(sap_in_steps(codes, factors, rng, n_train=n_train, n_test=n_test, svm_c=svm_c))


def sap_in_steps(
    codes: Codes,
    factors: Factors,
    rng: np.random.Generator,
    *,
    n_train: int = N_TRAIN,
    n_test: int = N_TEST,
    svm_c: float = SVM_C,
) -> Generator[float, None, Score]:
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
    accuracy = np.zeros((codes.shape[1], factors.shape[1]))
    for k in range(factors.shape[1]):
        y, truth = factors[train, k], factors[test, k]
        for d in range(codes.shape[1]):
            accuracy[d, k] = _svm_accuracy(x[:, d : d + 1], y, z[:, d : d + 1], truth, svm_c)
            yield (k * codes.shape[1] + d + 1) / accuracy.size
    parts = separations(accuracy)
    return Score(
        name="sap",
        value=float(parts.mean()),
        n_images=len(train) + len(test),
        per_factor=tuple(map(float, parts)),
        protocol={
            "n_train": len(train),
            "n_test": len(test),
            "model": f"linear SVM, C = {svm_c:g}, balanced",
        },
    )


def _svm_accuracy(
    x: NDArray[np.float64], y: NDArray[np.int64], z: NDArray[np.float64], truth: NDArray[np.int64], c: float
) -> float:
    from sklearn.svm import LinearSVC

    if len(np.unique(y)) < 2:
        return float((truth == y[0]).mean())
    machine = LinearSVC(
        C=c, class_weight="balanced", dual=False
    )  # the primal: many more images than dimensions
    return float((machine.fit(x, y).predict(z) == truth).mean())

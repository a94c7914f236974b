"""Logistic regression that one may leave between two iterations.

The model and its penalty are scikit-learn's ``LogisticRegression``, whose fit cannot be ended from outside.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from vae_explorer.evaluation.steps import Steps

__all__ = ["SoftmaxRegression"]

C = 1.0  # inverse strength of the penalty
MAX_ITERATIONS = 2000
GRADIENT_MAX = 1e-5  # of the mean loss, where the fit ends; scikit-learn's is 1e-4
_HISTORY = 10  # iterations that L-BFGS remembers
_EVALUATIONS_MAX = (
    30  # of the loss in an iteration; torch's default, 1.25 of its iterations, leaves no line search
)


@dataclass(frozen=True, eq=False)
class SoftmaxRegression:
    """p(class|x) = softmax(W x + b).

    Attributes
    ----------
    classes
        The labels, ascending, (K,).
    weight, bias
        (K, D) and (K,); of two classes the first has zeros: the plain logistic regression.
    """

    classes: NDArray[np.int64]
    weight: NDArray[np.float64]
    bias: NDArray[np.float64]

    @classmethod
    def of(cls, x: NDArray[np.floating], y: NDArray[np.int64]) -> Steps[SoftmaxRegression]:
        """Minimise Σ_n −log p(y_n|x_n) + ½‖W‖² / C over all N points, b free, by L-BFGS (Liu & Nocedal 1989).

        Parameters
        ----------
        x
            Standardised inputs, (N, D).
        y
            Labels of at least two classes, (N,).
        """
        classes, number = np.unique(y, return_inverse=True)
        points, target = torch.from_numpy(x.astype(np.float64)), torch.from_numpy(number)
        n, n_dims = x.shape
        is_binary = len(classes) == 2
        free = torch.zeros(1 if is_binary else len(classes), n_dims + 1, dtype=torch.float64)  # W and b
        free.requires_grad_(True)
        optimiser = torch.optim.LBFGS(
            [free],
            max_iter=1,
            max_eval=_EVALUATIONS_MAX,
            history_size=_HISTORY,
            tolerance_grad=0.0,
            tolerance_change=0.0,
            line_search_fn="strong_wolfe",
        )

        def loss() -> Tensor:
            optimiser.zero_grad()
            logits = points @ free[:, :-1].T + free[:, -1]
            logits = F.pad(logits, (1, 0)) if is_binary else logits
            penalty = 0.5 / C * free[:, :-1].square().sum()
            value: Tensor = F.cross_entropy(logits, target) + penalty / n
            value.backward()  # type: ignore[no-untyped-call]  # torch has no type for it
            return value

        for iteration in range(MAX_ITERATIONS):
            before = free.detach().clone()
            optimiser.step(loss)  # type: ignore[no-untyped-call]  # as above
            if free.grad is None or float(free.grad.abs().max()) <= GRADIENT_MAX or torch.equal(before, free):
                break
            yield (iteration + 1) / MAX_ITERATIONS
        rows = F.pad(free.detach(), (0, 0, 1, 0)) if is_binary else free.detach()
        return cls(classes, rows[:, :-1].numpy(), rows[:, -1].numpy())

    def predict(self, x: NDArray[np.floating]) -> NDArray[np.int64]:
        """The most probable label of each point, (n, D) → (n,)."""
        return np.asarray(self.classes[(x @ self.weight.T + self.bias).argmax(axis=1)])

"""``EpochPlan``: what the steps of an epoch need to know, kept on the device that computes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

__all__ = ["EpochPlan", "StepInputs"]


@dataclass(frozen=True, eq=False)
class StepInputs:
    """What one step is told; numbers, or scalars on the device.

    Attributes
    ----------
    index
        Images of the batch; (B,).
    then
        Those of the next batch, where they must be read from a file.
    beta, learning_rate
        Settings in force.
    epoch
        Passes over the training images so far, with decimals.
    """

    index: NDArray[np.int64] | Tensor
    then: NDArray[np.int64] | None
    beta: float | Tensor
    learning_rate: float | Tensor
    epoch: float | Tensor


class EpochPlan:
    """Order of the images and settings of all steps of an epoch, and a counter that steps advance themselves.

    So a step reads nothing from the host, and a recorded one (`CapturedSteps`) finds its own place when it is replayed.

    Parameters
    ----------
    device
        Where steps are computed.
    n_images, batch_size
        Of an epoch and of a step.
    """

    def __init__(self, device: torch.device, n_images: int, batch_size: int) -> None:
        n_steps = -(-n_images // batch_size)
        self._order = torch.zeros(n_images, dtype=torch.int64, device=device)
        self._settings = torch.zeros(n_steps, 3, dtype=torch.float32, device=device)
        self._places = torch.arange(min(batch_size, n_images), device=device)
        self._step = torch.zeros(1, dtype=torch.int64, device=device)
        self._batch_size = batch_size
        self._key: object = None

    def hold(
        self,
        key: object,
        step_in_epoch: int,
        order: Callable[[], NDArray[np.int64]],
        settings: Callable[[], NDArray[np.float32]],
    ) -> None:
        """Make sure that the plan is the one that `key` names, from `step_in_epoch` on.

        Parameters
        ----------
        order
            Gives the images of the epoch in order, (N,).
        settings
            Gives beta, learning rate and epoch of each of its steps, (n_steps, 3).
        """
        if key == self._key:
            return
        self._order.copy_(torch.from_numpy(order()))
        self._settings.copy_(torch.from_numpy(settings()))
        self._step.fill_(step_in_epoch)
        self._key = key

    def next(self, n_images: int) -> StepInputs:
        """Inputs of the step at the counter, which has `n_images`; the counter goes on."""
        beta, learning_rate, epoch = self._settings.index_select(0, self._step)[0].unbind()
        places = self._step * self._batch_size + self._places[:n_images]
        index = self._order.index_select(0, places)
        self._step += 1
        return StepInputs(index, None, beta, learning_rate, epoch)

"""``Course``: where a training is in its run, and what each of its steps is told."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from vae_explorer.runs.config import RunConfig
from vae_explorer.training.epoch_plan import EpochPlan, StepInputs
from vae_explorer.training.randomness import epoch_order
from vae_explorer.training.schedule import learning_rate_share
from vae_explorer.vae.objectives import beta_at

__all__ = ["Course"]


class Course:
    """Counts steps and epochs; knows the order of the images and the settings at any step.

    Parameters
    ----------
    train_index
        Training images, as positions in their set; (n,).

    Attributes
    ----------
    step
        Optimiser steps since the beginning.
    epoch
        Finished epochs: passes whose validation is done too.
    beta, learning_rate
        Settings in force; `beta` is the value that a warm-up rises to, `learning_rate` the highest of a schedule.
    seconds
        Active time in the current epoch, kept by the caller.
    """

    def __init__(self, config: RunConfig, train_index: NDArray[np.int64]) -> None:
        self.config = config
        self.train_index = train_index
        self.step = 0
        self.epoch = 0
        self.beta = config.objective.beta
        self.learning_rate = config.learning_rate
        self.seconds = 0.0
        self._order: tuple[int, NDArray[np.int64]] | None = None

    @property
    def steps_per_epoch(self) -> int:
        return math.ceil(len(self.train_index) / self.config.batch_size)

    @property
    def step_in_epoch(self) -> int:
        return self.step - self.epoch * self.steps_per_epoch

    @property
    def images_in_epoch(self) -> int:
        """Training images seen in the current epoch."""
        return min(self.step_in_epoch * self.config.batch_size, len(self.train_index))

    @property
    def epoch_fraction(self) -> float:
        """Passes over the training images so far, with decimals."""
        return self.epoch + self.images_in_epoch / len(self.train_index)

    @property
    def beta_now(self) -> float:
        """Weight of kl at the next step, warm-up included."""
        return self._beta_at(self.step)

    @property
    def learning_rate_now(self) -> float:
        """Learning rate of the next step, schedule included."""
        return self._learning_rate_at(self.step)

    def set_learning_rate(self, learning_rate: float) -> None:
        """Use it from the next step on."""
        self.learning_rate = learning_rate

    def inputs(self) -> StepInputs:
        """What the next step is told, as numbers of the host."""
        return StepInputs(
            index=self._batch_from_now(0),
            then=self._batch_from_now(1),
            beta=self.beta_now,
            learning_rate=self.learning_rate_now,
            epoch=self.step / self.steps_per_epoch,
        )

    def current(self, plan: EpochPlan) -> EpochPlan:
        """`plan`, brought up to this step where the epoch or a setting is another than at the last one."""

        def settings() -> NDArray[np.float32]:
            first = self.epoch * self.steps_per_epoch
            steps = range(first, first + self.steps_per_epoch)
            rows = [(self._beta_at(k), self._learning_rate_at(k), k / self.steps_per_epoch) for k in steps]
            return np.array(rows, np.float32)

        key = (self.epoch, self.beta, self.learning_rate)
        plan.hold(key, self.step_in_epoch, self._order_now, settings)
        return plan

    def _beta_at(self, step: int) -> float:
        objective, n_steps = self.config.objective, self.steps_per_epoch
        return beta_at(step, self.beta, objective.warmup_epochs * n_steps, objective.cycle_epochs * n_steps)

    def _learning_rate_at(self, step: int) -> float:
        n_steps = self.config.epochs * self.steps_per_epoch
        return self.learning_rate * learning_rate_share(self.config.schedule, step, n_steps)

    def _batch_from_now(self, n_steps: int) -> NDArray[np.int64]:
        """Which images the step `n_steps` from now trains on; none after the last of the epoch."""
        start = (self.step_in_epoch + n_steps) * self.config.batch_size
        return self._order_now()[start : start + self.config.batch_size]

    def _order_now(self) -> NDArray[np.int64]:
        """The training images in the order of the current epoch."""
        if self._order is None or self._order[0] != self.epoch:
            self._order = (self.epoch, epoch_order(self.config.seed, self.epoch, self.train_index))
        return self._order[1]

"""``Trainer``: everything that changes while a model trains, one optimiser step at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vae_explorer.data.image_set import ImageSet, Split
from vae_explorer.errors import DataError
from vae_explorer.runs.config import RunConfig, settled
from vae_explorer.runs.folder import ResumeState
from vae_explorer.runs.history import Losses
from vae_explorer.runs.snapshot import Snapshot
from vae_explorer.training.captured import CapturedSteps
from vae_explorer.training.course import Course
from vae_explorer.training.epoch_plan import EpochPlan, StepInputs
from vae_explorer.training.epoch_sums import EpochSums
from vae_explorer.training.execution import PLAIN, Execution
from vae_explorer.training.labels import TrainingLabels
from vae_explorer.training.optimiser import Adam
from vae_explorer.training.randomness import seed_for
from vae_explorer.training.run_ahead import RunAhead
from vae_explorer.training.state_tensors import all_finite, copied, prefixed, without_prefix
from vae_explorer.training.step_threads import StepThreads
from vae_explorer.training.stepper import Stepper
from vae_explorer.vae.config import DENSE
from vae_explorer.vae.model import build_model
from vae_explorer.vae.objectives import make_objective
from vae_explorer.vae.pixels import Pixels
from vae_explorer.vae.plugins import is_plugin, origin_of

__all__ = ["Trainer"]

# Of an objective's adversary: that of FactorVAE (Kim & Mnih 2018, appendix A).
_ADVERSARY_BETAS, _ADVERSARY_LEARNING_RATE = (0.5, 0.9), 1e-4


class Trainer(Course):
    """Owns the training model, its optimiser and its place in the run. Knows no clock, file or event.

    Parameters
    ----------
    execution
        How steps are computed.
    may_adapt
        Whether a step may have one thread instead of all, as long as its bits stay the same.
    """

    def __init__(
        self,
        config: RunConfig,
        images: ImageSet,
        device: torch.device,
        execution: Execution = PLAIN,
        *,
        may_adapt: bool = True,
    ) -> None:
        super().__init__(config := settled(config, images), images.indices(Split.TRAIN))
        self.device = device
        self.execution = execution
        if not len(self.train_index):
            raise DataError(f"{images.name} has no training images; choose a set with at least two pictures.")
        self.pixels = Pixels(images.images, device)
        self.image_shape = images.image_shape
        model = build_model(
            config.model, config.objective, images.image_shape, seed_for(config.seed, "weights")
        )
        self.model = execution.place(model.to(device))
        self._plugin = origin_of(config.model.network) if is_plugin(config.model.network) else None
        self.labels = TrainingLabels(config, images, self.train_index, device)
        self._start_prior()
        self.objective = make_objective(
            config.objective,
            latent_dim=config.model.latent_dim,
            n_train=len(self.train_index),
            seed=seed_for(config.seed, "adversary"),
        )
        self.optimiser = Adam(self.model.parameters())
        self.adversary = self.objective.adversary
        if self.adversary is not None:
            self.adversary.to(device)
            self._adversary_optimiser = Adam(
                self.adversary.parameters(), _ADVERSARY_BETAS, name="adversary_adam"
            )
        self.is_between_steps = True  # False only while weights are being changed
        self._sums = EpochSums(device)
        self._stepper = Stepper(
            self.model,
            self.objective,
            self.optimiser,
            execution,
            device,
            config.seed,
            draws_anew=config.model.binarisation == "dynamic",
        )
        self._threads = StepThreads(execution, self._stepper.crew, may_adapt=may_adapt)
        # oneDNN keeps 5 MB of kernels for each size of a batch; an MLP needs none of them for an epoch's last one.
        self._rest_is_exact = device.type == "cpu" and config.model.network in DENSE
        self._run_ahead = RunAhead(device) if device.type == "cuda" else None
        self._plan = self._captured = None
        if execution.captured and self.pixels.keep_resident(self._draw):
            self._plan = EpochPlan(device, len(self.train_index), config.batch_size)
            self._captured = CapturedSteps(device, self._stepper.noises)

    @property
    def n_parameters(self) -> int:
        return sum(parameter.numel() for parameter in self.model.parameters())

    def train_step(self) -> None:
        """One batch: losses, gradients, Adam. Reads nothing back from the device."""
        n_images = min(self.config.batch_size, len(self.train_index) - self.images_in_epoch)
        is_rest = n_images < min(self.config.batch_size, len(self.train_index))
        noise = self._stepper.begin(self.step)
        with self._threads.step(is_whole=n_images == self.config.batch_size):
            if self._plan is not None and self._captured is not None:
                plan = self.current(self._plan)
                self.is_between_steps = (
                    n_images not in self._captured.sizes
                )  # replaying changes weights at once
                self._captured.step(n_images, lambda: self._compute(plan.next(n_images), noise))
            else:
                self._compute(self.inputs(), noise, exact=is_rest and self._rest_is_exact)
        self.step += 1
        self.is_between_steps = True
        if self._run_ahead is not None:
            self._run_ahead.step()

    def _compute(self, inputs: StepInputs, noise: torch.Generator, *, exact: bool = False) -> None:
        """All of a step that happens on the device: from its images to changed weights and sums."""
        x, y = self._images(inputs)
        gradients = self._stepper.gradients(x, inputs.beta, y, inputs.epoch, exact=exact)
        self.is_between_steps = False
        self._stepper.apply(gradients, inputs.learning_rate)
        self._train_adversary(noise)
        self._sums.add(gradients)

    def rest(self) -> None:
        """Before something else than a step: the calling thread may run on any core again."""
        self._threads.rest()

    def close(self) -> None:
        """End the threads that shared the steps, and forget recorded ones."""
        self._threads.close()
        self._stepper.close()
        if self._captured is not None:
            self._captured.close()

    def finish_epoch(self) -> None:
        """Begin the next epoch's sums."""
        self.epoch += 1
        self.seconds = 0.0
        self._sums.clear()

    def sums(self) -> tuple[float, float]:
        """Sums of recon and kl over `images_in_epoch`, in nats; waits for the device."""
        return self._sums.losses()

    def extra_sums(self) -> dict[str, float]:
        """Sums of the objective's further terms over `images_in_epoch`, by name; waits for the device."""
        return self._sums.extra()

    def epoch_losses(self) -> Losses:
        """Means over the epoch's images so far, each at the weights it was trained with."""
        return self._sums.means(self.images_in_epoch)

    def is_finite(self) -> bool:
        """Whether losses so far and all weights are finite; waits for the device."""
        return bool(np.isfinite(self.sums()).all()) and all_finite(self.model.state_dict())

    def snapshot(self, run_name: str) -> Snapshot | None:
        """A copy of the weights on the CPU; None if any of them, or of the losses so far, is not finite."""
        weights = {name: copied(tensor) for name, tensor in self.model.state_dict().items()}
        if not (np.isfinite(self.sums()).all() and all_finite(weights)):
            return None
        return Snapshot(
            run_name=run_name,
            step=self.step,
            epoch=self.epoch_fraction,
            model=self.config.model,
            objective=self.config.objective,
            image_shape=self.image_shape,
            weights=weights,
            plugin=self._plugin,
        )

    def state(self) -> ResumeState | None:
        """All that continues this training exactly; None if any number of it is not finite.

        On the CPU these are the training's own tensors, not copies, and change with its next step.
        """
        tensors = prefixed("model", self.model.state_dict())
        tensors |= self.optimiser.pack()
        tensors |= self._sums.pack()
        if self.adversary is not None:
            tensors |= prefixed("adversary", self.adversary.state_dict()) | self._adversary_optimiser.pack()
        if not all_finite(tensors):
            return None
        meta = {
            "step": self.step,
            "epoch": self.epoch,
            "beta": self.beta,
            "learning_rate": self.learning_rate,
            "seconds": self.seconds,
        }
        return ResumeState(tensors, meta)

    def restore(self, state: ResumeState) -> None:
        """Continue where `state` was taken.

        Raises
        ------
        KeyError, RuntimeError, TypeError, ValueError
            If the state is not one of this configuration.
        """
        tensors = state.tensors
        self.model.load_state_dict(without_prefix("model", tensors))
        self.optimiser.unpack(tensors)
        self._sums.unpack(tensors)
        if self.adversary is not None:
            self.adversary.load_state_dict(without_prefix("adversary", tensors))
            self._adversary_optimiser.unpack(tensors)
        meta: Mapping[str, Any] = state.meta
        self.step, self.epoch = int(meta["step"]), int(meta["epoch"])
        self.beta, self.seconds = float(meta["beta"]), float(meta["seconds"])
        self.set_learning_rate(float(meta["learning_rate"]))

    def _images(self, inputs: StepInputs) -> tuple[Tensor, Tensor | None]:
        """The batch of a step, binarised by the fixed draw if the config says so, and its labels. Images whose
        label a semi-supervised training knows come after the others."""
        index, draw = inputs.index, self._draw
        x = self.pixels.batch(index, then=inputs.then, draw=draw)
        y = self.labels.of(index)
        if len(known := self.labels.known_at(self.step)):
            x = torch.cat((x, self.pixels.batch(known, draw=draw)))
            y = self.labels.with_known(len(index), known)
        return x, y

    @property
    def _draw(self) -> int | None:
        """Seed of the one draw that all steps see; None if there is none."""
        model = self.config.model
        return model.binarisation_seed if model.binarisation == "static" else None

    def _train_adversary(self, noise: torch.Generator) -> None:
        """The objective's adversary learns from the batch that the model has just learned from."""
        if self.adversary is None:
            return
        with self.execution.products():
            with self.execution.autocast(self.device):
                loss = self.objective.adversary_loss(noise)
            if loss is None:
                return
            gradients = self._adversary_optimiser.gradients(loss)
        self._adversary_optimiser.step(gradients, _ADVERSARY_LEARNING_RATE)

    def _start_prior(self) -> None:
        """Pseudo-inputs of a prior begin as training images, each another while there are enough."""
        if self.config.model.prior != "vamp":
            return
        order = np.random.default_rng(seed_for(self.config.seed, "prior")).permutation(len(self.train_index))
        index = self.train_index[order[: self.config.model.components]]
        knows_labels = self.config.objective.name != "m2"  # which must not see most of them
        self.model.prior.start_from(self.pixels.batch(index), self.labels.of(index) if knows_labels else None)

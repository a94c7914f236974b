"""``Probe``: how long a step of a model takes in different ways of computing it, by taking a few on noise."""

from __future__ import annotations

import math
import time

import numpy as np
import torch

from vae_explorer.data.image_set import ImageSet
from vae_explorer.errors import is_out_of_memory
from vae_explorer.runs.config import RunConfig
from vae_explorer.training.captured import release_unused_memory
from vae_explorer.training.devices import set_own_threads, threads_set
from vae_explorer.training.execution import Execution, denormals_flushed
from vae_explorer.training.trainer import Trainer
from vae_explorer.vae.networks import ImageShape

__all__ = ["Probe"]

NEGLIGIBLE_S = 0.002  # of a CPU: a step this short is all overhead: nothing to choose
# Pixels and channels of a probe's batch at most, so that a step stays a fraction of a second; an accelerator is only
# filled by whole batches.
PROBE_VALUES, PROBE_VALUES_ACCELERATOR = 256 * 1024, 64 * 1024 * 1024
ROUNDS = 4
TURN_S = 0.03  # steps of a candidate in a row, so that it finds its own data in the processor's caches
STEPS_TO_AGREE = 4
LIMIT_S = 0.8  # for all candidates together; the round under way is finished


class Probe:
    """Trains copies of a model on noise; leaves torch's threads as they were."""

    def __init__(self, config: RunConfig, image_shape: ImageShape, device: torch.device) -> None:
        self._whole = config
        self._shape = image_shape
        values = image_shape[0] * image_shape[1] * image_shape[2]
        limit = PROBE_VALUES if device.type == "cpu" else PROBE_VALUES_ACCELERATOR
        n_images = max(1, min(config.batch_size, limit // values))
        objective = config.objective.model_copy(update={"n_labels": min(config.objective.n_labels, n_images)})
        self._config = config.model_copy(update={"batch_size": n_images, "objective": objective})
        self._images = _noise(n_images, image_shape, config.model.n_classes)
        self._device = device

    @property
    def n_images(self) -> int:
        """Of a batch of noise, at most as many as the training's."""
        return self._config.batch_size

    def seconds(self, candidates: list[Execution]) -> dict[Execution, float]:
        """Least seconds of a step of each candidate; the first alone if choosing cannot pay.

        The least, since what else runs for a moment, as at the start of a window, only ever adds.
        """
        if len(candidates) == 1:
            return {candidates[0]: 0.0}
        if self._device.type != "cpu":
            return self._one_by_one(candidates)
        trainers: dict[Execution, Trainer] = {}
        taken: dict[Execution, list[float]] = {candidate: [] for candidate in candidates}
        try:
            with threads_set(torch.get_num_threads()), denormals_flushed():
                for candidate in candidates:
                    trainers[candidate] = Trainer(
                        self._config, self._images, self._device, candidate, may_adapt=False
                    )
                began = time.perf_counter()
                for candidate, trainer in trainers.items():
                    self._turn(trainer)  # kernels are chosen and memory is found
                    if candidate is candidates[0] and self._turn(trainer) < NEGLIGIBLE_S:
                        return {candidate: 0.0}
                for _ in range(ROUNDS):
                    for candidate, trainer in trainers.items():
                        taken[candidate].append(self._turn(trainer))
                    if time.perf_counter() - began > LIMIT_S:
                        break
        finally:
            for trainer in trainers.values():
                trainer.close()
        return {candidate: min(series) for candidate, series in taken.items()}

    def _one_by_one(self, candidates: list[Execution]) -> dict[Execution, float]:
        """On an accelerator, which is nobody else's and whose memory may not hold two models with whole batches."""
        found: dict[Execution, float] = {}
        with threads_set(torch.get_num_threads()), denormals_flushed():
            for candidate in candidates:
                found[candidate] = self._alone(candidate)
                release_unused_memory(self._device)
        return found

    def _alone(self, candidate: Execution) -> float:
        """Least seconds of a step; infinite where memory does not suffice."""
        trainer: Trainer | None = None
        try:
            trainer = Trainer(self._config, self._images, self._device, candidate)
            self._turn(trainer)
            return min(self._turn(trainer) for _ in range(ROUNDS))
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            return math.inf
        finally:
            if trainer is not None:
                trainer.close()

    def agree(self, first: Execution, second: Execution) -> bool:
        """Whether both give the same weights bit for bit after a few steps with batches as large as the training's."""
        config = self._whole
        images = _noise(config.batch_size, self._shape, config.model.n_classes)
        found: list[list[torch.Tensor]] = []
        with threads_set(torch.get_num_threads()), denormals_flushed():
            for candidate in (first, second):
                trainer = Trainer(config, images, self._device, candidate, may_adapt=False)
                try:
                    set_own_threads(candidate.n_threads_of_torch)
                    for _ in range(STEPS_TO_AGREE):
                        self._step(trainer)
                    found.append([tensor.detach() for tensor in trainer.model.state_dict().values()])
                finally:
                    trainer.close()
                    del trainer  # before there is another
        return all(torch.equal(a, b) for a, b in zip(*found, strict=True))

    def _turn(self, trainer: Trainer) -> float:
        """Seconds of a step, the mean of those that fit into a turn after the first."""
        set_own_threads(trainer.execution.n_threads_of_torch)
        self._step(trainer)
        n_steps, begin, passed = 0, time.perf_counter(), 0.0
        while passed < TURN_S:
            self._step(trainer)
            n_steps += 1
            passed = time.perf_counter() - begin
        return passed / n_steps

    def _step(self, trainer: Trainer) -> None:
        trainer.train_step()
        trainer.finish_epoch()
        _wait_for(self._device)


def _noise(n: int, shape: ImageShape, n_classes: int) -> ImageSet:
    """`n` training images of noise, with as many classes as the model knows."""
    images = np.random.default_rng(0).integers(0, 256, (n, *shape), dtype=np.uint8)
    labels = np.arange(n, dtype=np.int64) % n_classes if n_classes else None
    names = tuple(map(str, range(n_classes)))
    return ImageSet("noise", images, np.zeros(n, dtype=np.uint8), "", labels, names)


def _wait_for(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()

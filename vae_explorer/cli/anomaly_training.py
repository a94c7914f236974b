"""Trains a model on the normal images of an anomaly task and scores its test images."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from vae_explorer.cli.console import Progress, closing_events
from vae_explorer.data.image_set import ImageSet, Split
from vae_explorer.errors import ConfigError
from vae_explorer.evaluation.anomaly.protocol import Task, TrainAndScore
from vae_explorer.evaluation.anomaly.scores import SCORES, measured_scores
from vae_explorer.runs.config import RunConfig
from vae_explorer.runs.snapshot import Snapshot
from vae_explorer.training.devices import resolve_device
from vae_explorer.training.events import Diverged, Finished, Progressed
from vae_explorer.training.randomness import generator_for
from vae_explorer.training.train import train
from vae_explorer.vae.model import model_from_weights
from vae_explorer.vae.pixels import Pixels

__all__ = ["trained_by"]

BATCH_IMAGES = 500


def trained_by(config: RunConfig, images: ImageSet, progress: Progress, n_tasks: int) -> TrainAndScore:
    """A function that trains a fresh model on a task's images and scores its test images.

    Raises
    ------
    ConfigError
        If the model is to be told the class of an image, which is what it shall find out.
    """
    if config.model.conditional:
        raise ConfigError(
            "Anomaly detection asks which class an image is of, so its model cannot be told: train one without labels."
        )
    device = resolve_device(config.device)
    pixels = Pixels(images.images, device)
    started = iter(range(n_tasks))

    def train_and_score(task: Task) -> Mapping[str, NDArray[np.float64]]:
        place = next(started)
        snapshot = _trained(
            config,
            images,
            task,
            lambda share: progress.show("Training", place + share, n_tasks, f"class {task.class_name}"),
        )
        model = model_from_weights(snapshot.model, snapshot.objective, snapshot.image_shape, snapshot.weights)
        model = model.to(device).eval().requires_grad_(False)
        noise = generator_for(config.seed, "final", task.label, device)
        tested = measured_scores(model, _batches(pixels, task.test_index, config.model.fixed_draw), noise)
        known = measured_scores(model, _batches(pixels, task.train_index, config.model.fixed_draw), noise)
        return {name: tested.by_name(name, known) for name in SCORES}

    return train_and_score


def _batches(pixels: Pixels, index: NDArray[np.int64], draw: int | None) -> Iterator[tuple[Tensor, None]]:
    for start in range(0, len(index), BATCH_IMAGES):
        yield pixels.batch(index[start : start + BATCH_IMAGES], draw=draw), None


def _trained(
    config: RunConfig, images: ImageSet, task: Task, on_progress: Callable[[float], None]
) -> Snapshot:
    """The weights after all epochs on the task's images alone.

    Raises
    ------
    ConfigError
        If the loss stops being finite.
    """
    chosen = task.train_index
    normal = replace(
        images,
        images=np.ascontiguousarray(images.images[chosen]),
        split=np.full(len(chosen), Split.TRAIN, dtype=np.uint8),
        labels=None if images.labels is None else images.labels[chosen],
        factors=None,
        factor_names=(),
    )
    with closing_events(train(config, normal)) as events:
        for event in events:
            if isinstance(event, Progressed):
                on_progress(event.fraction)
            if isinstance(event, Diverged):
                break
            if isinstance(event, Finished):
                return event.snapshot
    raise ConfigError(f"Training on class '{task.class_name}' diverged: try a lower --lr.")

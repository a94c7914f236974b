"""``train``: a training run as a generator of immutable events.

Each ``yield`` is report, cancel point and pause point at once: a consumer that stops asking pauses the
training, one that closes the generator ends it, saved.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import torch

from vae_explorer.data.image_set import ImageSet
from vae_explorer.errors import DeviceError, is_out_of_memory
from vae_explorer.runs.config import RunConfig, settled
from vae_explorer.runs.folder import RunFolder
from vae_explorer.runs.info import DataCard
from vae_explorer.training.choice import choose_execution
from vae_explorer.training.control import TrainControl
from vae_explorer.training.devices import device_label, resolve_device, threads_set
from vae_explorer.training.events import TrainingEvent
from vae_explorer.training.execution import denormals_flushed, keep_freed_memory, return_freed_memory
from vae_explorer.training.keeper import Keeper, check_resumable
from vae_explorer.training.loop import TrainingLoop
from vae_explorer.training.pace import Clock, Pace
from vae_explorer.training.trainer import Trainer
from vae_explorer.training.warm_up import warm_up

__all__ = ["train"]


def train(
    config: RunConfig,
    images: ImageSet,
    run: RunFolder | None = None,
    control: TrainControl | None = None,
    *,
    pace: Pace | None = None,
) -> Iterator[TrainingEvent]:
    """Train a model on the TRAIN images, validating on VALIDATION after each epoch.

    Parameters
    ----------
    config
        What to train. To resume, it may differ from the run's in epochs, device, β and learning rate.
    images
        The pictures; those of the run if it is resumed.
    run
        Where everything lands. A folder that was trained before goes on where it was left, exactly: the
        losses are those of an uninterrupted run, computed in the way that `run.json` records. None keeps nothing.
    control
        Changes from other threads.
    pace
        How often events come.

    Yields
    ------
    TrainingEvent
        `Started`, then the others as they happen; the last one is `Finished` or `Diverged`.

    Raises
    ------
    DeviceError
        If the device is not on this machine, or has too little memory.
    DataError
        If there are no training images.
    ConfigError, RunError
        If the run cannot be resumed so, or its folder cannot be read or written.
    """
    device = resolve_device(config.device)
    config = settled(config, images)
    if run is not None:
        check_resumable(config, DataCard.of(images), run)
    keep_freed_memory()
    with denormals_flushed(), _short_memory_told(config, images, device):
        warm_up(str(device))
        known = run.info.machine if run is not None else None
        return_freed_memory()  # of imports and of reading the pictures
        execution = choose_execution(config, images.image_shape, device, known)
        return_freed_memory()  # of the models that were tried
        trainer = Trainer(config, images, device, execution)
        keeper = Keeper(run, trainer)
        clock = Clock()
        loop = TrainingLoop(config, images, trainer, keeper, control or TrainControl(), pace or Pace(), clock)
        try:
            with threads_set(execution.n_threads_of_torch):
                keeper.begin(device_label(device, execution.n_threads))
                if run is not None:
                    loop.apply_new_settings(run.info.config)
                with closing(loop.events()) as events:
                    for event in events:
                        trainer.rest()
                        with clock.paused(), denormals_flushed(False):
                            yield event
        finally:
            keeper.close()
            trainer.close()


@contextmanager
def _short_memory_told(config: RunConfig, images: ImageSet, device: torch.device) -> Iterator[None]:
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        _, height, width = images.image_shape
        raise DeviceError(
            f"{device_label(device)} has too little memory for batches of {config.batch_size:,} pictures of "
            f"{width} × {height} pixels; choose a smaller batch, smaller pictures or a smaller network."
        ) from error

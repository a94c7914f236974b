"""What ``train()`` tells its consumer: immutable events, in the order they happen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vae_explorer.runs.config import Precision, RunConfig
from vae_explorer.runs.history import EpochRecord, Losses
from vae_explorer.runs.info import Sharing
from vae_explorer.runs.snapshot import Snapshot

__all__ = [
    "Diverged",
    "EpochFinished",
    "Finished",
    "Progressed",
    "SettingChanged",
    "SnapshotTaken",
    "Started",
    "TrainingEvent",
]


@dataclass(frozen=True)
class Started:
    """Training begins or resumes; `step` and `epoch` are those already done."""

    config: RunConfig
    device: str  # "cpu", "cuda:0", "mps"
    device_label: str  # for a person: "CPU · 1 thread", "CUDA · NVIDIA H200"
    n_parameters: int
    n_train: int
    steps_per_epoch: int
    epoch: int
    step: int
    precision: Precision = "float32"
    n_threads: int = 1  # of the CPU
    sharing: Sharing = "operation"  # what they share


@dataclass(frozen=True)
class Progressed:
    """Where training is; losses, further terms included, are means since the last such event (training images)."""

    epoch: int  # finished epochs, 0-based count
    step: int  # optimiser steps since the beginning
    fraction: float  # of all epochs, 0..1
    losses: Losses
    beta: float  # weight in force, warm-up included
    learning_rate: float
    images_per_s: float
    remaining_s: float


@dataclass(frozen=True)
class SnapshotTaken:
    """Newest weights, detached and on the CPU; `saved` tells whether they also lie in the run folder."""

    snapshot: Snapshot
    saved: bool


@dataclass(frozen=True)
class EpochFinished:
    """One pass over the training images with its validation."""

    record: EpochRecord


@dataclass(frozen=True)
class SettingChanged:
    """A person changed a setting while training ran."""

    step: int
    epoch: float  # fractional, for the chart
    name: Literal["beta", "learning_rate"]
    value: float


@dataclass(frozen=True)
class Diverged:
    """The loss stopped being finite; `snapshot` holds the last good weights. The run ends here."""

    step: int
    message: str  # one sentence: what happened, what is kept, what to try
    snapshot: Snapshot


@dataclass(frozen=True)
class Finished:
    """All epochs are done; final numbers over each whole split that exists."""

    snapshot: Snapshot
    train: Losses
    validation: Losses | None
    test: Losses | None


TrainingEvent = Started | Progressed | SnapshotTaken | EpochFinished | SettingChanged | Diverged | Finished

"""``RunConfig``: all that a run is made from; with the seed it repeats the run."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from vae_explorer.data.image_set import ImageSet, Split
from vae_explorer.data.spec import DataSpec
from vae_explorer.errors import ConfigError
from vae_explorer.vae.config import ModelConfig, ObjectiveConfig, check_fit

__all__ = ["Precision", "PrecisionChoice", "RunConfig", "ScheduleName", "settled"]

Precision = Literal[
    "float32", "bfloat16"
]  # bfloat16: of matrix products and convolutions; weights stay float32
PrecisionChoice = Literal["auto", "float32", "bfloat16"]
ScheduleName = Literal["constant", "one-cycle"]


class RunConfig(BaseModel):
    """Data, model, objective and optimisation of one run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: DataSpec = DataSpec()
    model: ModelConfig = ModelConfig()
    objective: ObjectiveConfig = ObjectiveConfig()
    epochs: int = Field(default=20, ge=1, le=100_000)
    batch_size: int = Field(default=128, ge=1, le=65_536)
    learning_rate: float = Field(default=1e-3, gt=0.0, le=1.0)  # Adam; the highest of a schedule
    schedule: ScheduleName = "constant"
    seed: int = Field(default=0, ge=0, le=2**63 - 1)  # weights, order of images, noise
    device: str = Field(default="auto", pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$")
    precision: PrecisionChoice = "auto"  # auto: what a brief measurement finds faster on the machine
    n_threads: int | None = Field(default=None, ge=1, le=1024)  # of the CPU; None: likewise


def settled(config: RunConfig, images: ImageSet) -> RunConfig:
    """`config` as it trains on `images`: a conditional or semi-supervised model knows their number of classes.

    Raises
    ------
    ConfigError
        If it needs classes and the images have none, or model and objective do not go together.
    """
    check_fit(config.model, config.objective)
    semi_supervised = config.objective.name == "m2"
    if not (config.model.conditional or semi_supervised):
        return config
    if images.labels is None or len(images.class_names) < 2:
        what = "Semi-supervised training" if semi_supervised else "A conditional model"
        raise ConfigError(
            f"{what} needs pictures of at least two known classes, and {images.name} has none: choose a set "
            "with labels, or a folder whose sub-folders are classes."
        )
    n_train = int((images.split == int(Split.TRAIN)).sum())
    if semi_supervised and config.objective.n_labels > n_train:
        raise ConfigError(
            f"--labels must be at most the {n_train:,} training images, got {config.objective.n_labels:,}."
        )
    classes = {"conditional": True, "n_classes": len(images.class_names)}
    return config.model_copy(update={"model": config.model.model_copy(update=classes)})

"""``RunConfig``: all that a run is made from; with the seed it repeats the run."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from vae_explorer.data.spec import DataSpec
from vae_explorer.vae.config import ModelConfig, ObjectiveConfig

__all__ = ["RunConfig"]


class RunConfig(BaseModel):
    """Data, model, objective and optimisation of one run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: DataSpec = DataSpec()
    model: ModelConfig = ModelConfig()
    objective: ObjectiveConfig = ObjectiveConfig()
    epochs: int = Field(default=20, ge=1, le=100_000)
    batch_size: int = Field(default=128, ge=1, le=65_536)
    learning_rate: float = Field(default=1e-3, gt=0.0, le=1.0)  # Adam
    seed: int = Field(default=0, ge=0, le=2**63 - 1)  # weights, order of images, noise
    device: str = Field(default="auto", pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$")

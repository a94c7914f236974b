"""The history of a run: one record an epoch, one mark a change."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

__all__ = ["EpochRecord", "History", "Losses", "SettingMark"]


class Losses(BaseModel):
    """Means over images, in nats: summed over pixels (recon) and latent dimensions (kl)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    recon: float  # E_q[−log p(x|z)]
    kl: float  # KL(q(z|x) ‖ p(z))
    accuracy: float | None = None  # share of images whose class q(y|x) names, of a semi-supervised model
    extra: dict[str, float] = {}  # further quantities of the objective by name, not weighted

    @property
    def elbo(self) -> float:
        """Evidence lower bound, −(recon + kl), in nats an image."""
        return -(self.recon + self.kl)


class EpochRecord(BaseModel):
    """Losses of one epoch: training as it ran, validation after it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    epoch: int  # 1-based
    step: int
    train: Losses
    validation: Losses | None
    beta: float
    learning_rate: float
    seconds: float  # training time of this epoch, pauses and validation excluded


class SettingMark(BaseModel):
    """A change of a setting while training ran."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    step: int
    epoch: float
    name: Literal["beta", "learning_rate"]
    value: float


class History(BaseModel):
    """All records of a run, oldest first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    epochs: tuple[EpochRecord, ...] = ()
    marks: tuple[SettingMark, ...] = ()

"""What the setup panel knows about the run on screen: settings in force, whether it can go on, its curves."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vae_explorer.runs.config import RunConfig
from vae_explorer.runs.history import EpochRecord, Losses, SettingMark
from vae_explorer.ui.widgets.loss_chart import ChartMark
from vae_explorer.ui.widgets.number_field import number_text

__all__ = ["chart_mark", "history_rows", "history_terms", "is_same_run", "setting_in_force"]


def setting_in_force(
    name: Literal["beta", "learning_rate"], run: RunConfig, marks: tuple[SettingMark, ...]
) -> float:
    """β or learning rate as the run was last trained with: what it was changed to, else what it began with."""
    for mark in reversed(marks):
        if mark.name == name:
            return mark.value
    return run.objective.beta if name == "beta" else run.learning_rate


def is_same_run(config: RunConfig, run: RunConfig) -> bool:
    """Whether training with `config` could go on from `run`: epochs, device, β and learning rate may differ."""
    free = {
        "epochs": run.epochs,
        "device": run.device,
        "data": run.data,
        "learning_rate": run.learning_rate,
        "objective": config.objective.model_copy(update={"beta": run.objective.beta}),
    }
    same_data = config.data.source == run.data.source and config.data.path == run.data.path
    return same_data and config.model_copy(update=free) == run


def history_rows(
    records: tuple[EpochRecord, ...], part: Literal["train", "validation"]
) -> NDArray[np.float64]:
    """(E, 3): epoch, recon, kl; NaN where an epoch had no such part."""
    rows = np.full((len(records), 3), np.nan)
    for place, record in enumerate(records):
        losses: Losses | None = record.train if part == "train" else record.validation
        rows[place, 0] = record.epoch
        if losses is not None:
            rows[place, 1:] = losses.recon, losses.kl
    return rows


def history_terms(records: tuple[EpochRecord, ...]) -> dict[str, NDArray[np.float64]]:
    """Further terms of the objective on training images by name, (E, 2) each: epoch and value."""
    rows: dict[str, list[tuple[float, float]]] = {}
    for record in records:
        for name, value in record.train.extra.items():
            rows.setdefault(name, []).append((record.epoch, value))
    return {name: np.array(values, dtype=np.float64) for name, values in rows.items()}


def chart_mark(mark: SettingMark) -> ChartMark:
    """The mark as the chart says it."""
    name = "β" if mark.name == "beta" else "learning rate"
    return ChartMark(mark.epoch, f"{name} set to {number_text(mark.value)}")

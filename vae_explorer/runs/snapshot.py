"""``Snapshot``: an immutable copy of a model's weights at one step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vae_explorer.vae.config import ModelConfig, ObjectiveConfig
from vae_explorer.vae.plugins import PluginOrigin

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Snapshot"]


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Weights that nobody changes any more.

    `weights` are contiguous CPU tensors, detached copies, in the order of ``VAE.state_dict()``.
    """

    run_name: str
    step: int
    epoch: float
    model: ModelConfig
    objective: ObjectiveConfig
    image_shape: tuple[int, int, int]  # (C, H, W)
    weights: Mapping[str, Tensor]
    plugin: PluginOrigin | None = None  # where a plug-in network comes from

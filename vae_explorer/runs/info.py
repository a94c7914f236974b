"""``run.json``: what a run is made from, on what, and how it ended."""

from __future__ import annotations

import platform
from datetime import UTC, datetime
from importlib import metadata
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from vae_explorer import __version__
from vae_explorer.data.image_set import ImageSet
from vae_explorer.runs.config import Precision, RunConfig
from vae_explorer.runs.history import Losses
from vae_explorer.vae.plugins import PluginOrigin
from vae_explorer.vae.recon_label import ReconLabel, recon_label

__all__ = [
    "FORMAT",
    "FORMAT_VERSION",
    "DataCard",
    "Machine",
    "MemoryFormat",
    "RunInfo",
    "RunStatus",
    "Sharing",
    "Summary",
    "versions_now",
]

FORMAT = "vae-explorer run"
FORMAT_VERSION = 1  # raised when an older program could misread a newer folder

MemoryFormat = Literal["contiguous", "channels_last"]  # of images and convolutions: NCHW or NHWC
Sharing = Literal["operation", "batch"]  # what the threads of a CPU share
RunStatus = Literal["running", "stopped", "finished", "diverged"]


class DataCard(BaseModel):
    """What the run saw, enough to recognise it again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    fingerprint: str  # of the ImageSet: pixels, labels, split
    n_images: int = Field(ge=1)
    image_shape: tuple[int, int, int]  # (C, H, W)
    class_names: tuple[str, ...] = ()
    has_binary_pixels: bool | None = None  # all of them black or white; None: not recorded by older versions

    @classmethod
    def of(cls, images: ImageSet) -> DataCard:
        return cls(
            name=images.name,
            fingerprint=images.fingerprint,
            n_images=len(images),
            image_shape=images.image_shape,
            class_names=images.class_names,
            has_binary_pixels=images.has_binary_pixels,
        )


class Machine(BaseModel):
    """Where training ran last; results repeat bit for bit on the same machine with the same threads."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    device: str  # "CPU · 1 thread", "CUDA · NVIDIA H200"
    n_threads: int = Field(ge=1)
    precision: Precision = "float32"
    memory_format: MemoryFormat = "contiguous"
    sharing: Sharing = "operation"
    # bfloat16 by casting tensors, not by rounding inside matrix products; None: recorded before there was a choice
    casts: bool | None = None
    elastic: bool = False  # steps with one thread instead gave the same bits
    captured: bool = False  # steps of a CUDA device were replayed as graphs where possible
    system: str = Field(default_factory=platform.platform)


class Summary(BaseModel):
    """Final losses over whole splits; None where a split has no images."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    train: Losses
    validation: Losses | None
    test: Losses | None


class RunInfo(BaseModel):
    """Content of ``run.json``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["vae-explorer run"] = "vae-explorer run"
    format_version: Literal[1] = 1
    program_version: str = __version__
    created: datetime = Field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    title: str = ""
    config: RunConfig
    plugin: PluginOrigin | None = None  # where a plug-in network comes from
    data: DataCard
    versions: dict[str, str] = Field(default_factory=lambda: versions_now())
    machine: Machine | None = None
    status: RunStatus = "stopped"
    summary: Summary | None = None

    @property
    def label(self) -> ReconLabel:
        """What the figures of the run are."""
        return recon_label(self.config.model, self.data.has_binary_pixels)


def versions_now() -> dict[str, str]:
    """Versions of Python and of the packages that decide the figures; imports none of them."""
    found = {"python": platform.python_version()}
    for name in ("torch", "numpy", "safetensors"):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:  # a vendored package without its metadata
            found[name] = "unknown"
    return found

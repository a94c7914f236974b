"""``DataSpec``: what to load and how, small enough to lie in ``run.json``."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["ARRAY_SUFFIXES", "GENERATED_SOURCES", "TORCHVISION_SOURCES", "DataSpec", "Fit", "SourceName"]

SourceName = Literal[
    "blooms",
    "digits",
    "mnist",
    "fashion-mnist",
    "kmnist",
    "emnist-letters",
    "cifar10",
    "svhn",
    "folder",
    "array",
]
Fit = Literal["pad", "crop", "stretch"]

GENERATED_SOURCES: tuple[SourceName, ...] = ("blooms", "digits")
TORCHVISION_SOURCES: tuple[SourceName, ...] = (
    "mnist", "fashion-mnist", "kmnist", "emnist-letters", "cifar10", "svhn",
)  # fmt: skip
ARRAY_SUFFIXES = (".npy", ".npz")


class DataSpec(BaseModel):
    """Names a data source completely: loading it twice gives the same `ImageSet`.

    Sizes are in pixels. None for `height`, `width` or `channels` means: as the source has it
    (for folders: the size that all pictures share if no side is above 64, else 64 × 64; grey only if every
    picture is grey).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: SourceName = "blooms"
    path: Path | None = None  # the folder or array file
    data_root: Path | None = None  # where torchvision's layout lies
    height: int | None = Field(default=None, ge=8, le=256)
    width: int | None = Field(default=None, ge=8, le=256)
    channels: Literal[1, 3] | None = None
    fit: Fit = "crop"
    background: str = Field(default="#000000", pattern=r"^#[0-9a-fA-F]{6}$")  # behind alpha and padding
    n_images: int | None = Field(default=None, ge=2)  # None: all (blooms: 10,000)
    validation_fraction: float = Field(default=0.1, gt=0.0, lt=0.9)
    seed: int = Field(default=0, ge=0)  # of generated images and of the split

    @classmethod
    def parse(cls, text: str, data_root: Path | None = None) -> DataSpec:
        """The spec meant by a command-line word: a source's name, a folder, or an ``.npy``/``.npz`` file.

        Raises
        ------
        DataError
            If `text` is neither; the message lists the names that exist.
        """
        from vae_explorer.data.parse import spec_from_text

        return spec_from_text(text, data_root)

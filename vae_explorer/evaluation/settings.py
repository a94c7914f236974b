"""``SuiteSettings``: what an evaluation measures, on how much, with which noise."""

from __future__ import annotations

from dataclasses import dataclass

from vae_explorer.data.image_set import Split
from vae_explorer.errors import ConfigError

__all__ = ["SuiteSettings"]


@dataclass(frozen=True)
class SuiteSettings:
    """What to measure, on how much, with which noise.

    Attributes
    ----------
    split
        Part of the images; None: test, or validation, or training images, whichever there are first.
    n_images
        Images for what is costly, chosen at random; None: all of the split.
    n_samples
        K, samples of z an image for the importance-sampled likelihood.
    n_aggregate
        S, samples of z ~ q(z) in all, for what the aggregate posterior is compared with.
    groups
        Groups of measures; empty: all that apply.
    seed
        Of the choice of images and of all noise.
    device
        Where torch computes.
    """

    split: Split | None = None
    n_images: int | None = 1000
    n_samples: int = 500
    n_aggregate: int = 5000
    groups: tuple[str, ...] = ()
    seed: int = 0
    device: str = "cpu"

    def __post_init__(self) -> None:
        if self.n_images is not None and self.n_images < 2:
            raise ConfigError(f"An evaluation needs at least 2 images, got {self.n_images}.")
        if self.n_samples < 1:
            raise ConfigError(f"An evaluation needs at least 1 sample an image, got {self.n_samples}.")
        if self.n_aggregate < 2:
            raise ConfigError(f"An evaluation needs at least 2 samples of q(z), got {self.n_aggregate}.")
        if self.seed < 0:
            raise ConfigError(f"The seed must be 0 or above, got {self.seed}.")

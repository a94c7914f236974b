"""``Conditions``: what an evaluation was made of, to stand above its figures."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Conditions"]


@dataclass(frozen=True)
class Conditions:
    """Model, data and protocol of an evaluation."""

    run: str
    step: int
    epoch: float
    network: str
    latent_dim: int
    likelihood: str
    objective: str
    beta: float
    data: str
    data_fingerprint: str
    image_shape: tuple[int, int, int]  # (C, H, W)
    split: str
    n_split: int  # images of the split
    n_images: int  # of these for what is costly
    n_samples: int  # of z an image, K
    n_aggregate: int  # of z ~ q(z) in all
    seed: int
    pixels: str  # "grey", "black and white", or how they were made so
    number: str  # what log p(x|z) is, in words
    device: str
    program_version: str
    torch_version: str
    classes: str = ""  # how a model of classes is told them, a sentence

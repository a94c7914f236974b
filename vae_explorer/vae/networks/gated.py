"""Gated dense networks, those of Tomczak & Welling (2018), *VAE with a VampPrior*, section 4.

A layer is (A·x + b) ⊙ sigmoid(C·x + d) (Dauphin et al. 2017, *Language modeling with gated convolutional
networks*). ``hidden=(300, 300)`` is the paper's network.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vae_explorer.vae.networks.parts import Decoder, Encoder, ImageShape

__all__ = ["GatedDecoder", "GatedDense", "GatedEncoder"]


class GatedDense(nn.Module):
    """One gated layer; both products are one, the first half of whose rows is the value."""

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.both = nn.Linear(n_in, 2 * n_out)

    def forward(self, x: Tensor) -> Tensor:
        return F.glu(self.both(x), dim=1)  # (B, n_out)


class GatedEncoder(Encoder):
    """Flattened pixels through gated layers of the widths in `hidden`."""

    def __init__(self, image_shape: ImageShape, hidden: Sequence[int]) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), *_gated_layers(math.prod(image_shape), hidden))
        self.n_features = hidden[-1]

    def after_initialise(self) -> None:
        """Weights on pixels with variance 1/fan_in, for the reason given at `MLPEncoder`."""
        pixels = self.layers[1]
        assert isinstance(pixels, GatedDense)
        with torch.no_grad():
            pixels.both.weight.mul_(math.sqrt(3.0))

    def forward(self, x: Tensor) -> Tensor:
        features: Tensor = self.layers(x)  # (B, n_features)
        return features


class GatedDecoder(Decoder):
    """Gated layers of the reversed widths, then the likelihood's numbers for each pixel."""

    def __init__(self, latent_dim: int, hidden: Sequence[int], output_shape: ImageShape) -> None:
        super().__init__()
        widths = tuple(reversed(hidden))
        self.layers = nn.Sequential(
            *_gated_layers(latent_dim, widths),
            nn.Linear(widths[-1], math.prod(output_shape)),
            nn.Unflatten(1, output_shape),
        )

    def forward(self, z: Tensor) -> Tensor:
        params: Tensor = self.layers(z)  # (B, n_outputs, H, W)
        return params


def _gated_layers(n_in: int, widths: Sequence[int]) -> list[nn.Module]:
    layers: list[nn.Module] = []
    for n_out in widths:
        layers.append(GatedDense(n_in, n_out))
        n_in = n_out
    return layers

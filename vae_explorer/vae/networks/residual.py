"""Residual convolutional networks with pre-activation blocks (He et al. 2016, *Identity mappings*).

A block is normalised by groups of channels (Wu & He 2018, *Group normalization*), never by batch: an image's
code must not depend on the other images of its batch. It starts as the identity because its last
convolution starts at zero (Zhang, Dauphin & Ma 2019, *Fixup*). That one is 1 × 1, as in the VQ-VAE (van den
Oord et al. 2017): half the work of two 3 × 3 at nearly the same loss, which a CPU thanks for.
"""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vae_explorer.vae.networks.parts import (
    Decoder,
    Encoder,
    ImageShape,
    ToFeatures,
    channels_of,
    laid_out_for,
    scales_of,
    stride_of,
    transposed,
)

__all__ = ["ResidualDecoder", "ResidualEncoder"]


class ResidualBlock(nn.Module):
    """x + conv1×1(act(conv3×3(act(x)))) with act = silu ∘ group norm; channels and size unchanged."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = _group_norm(channels)
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.last_norm = _group_norm(channels)
        self.last = nn.Conv2d(channels, channels, 1)

    def after_initialise(self) -> None:
        """Start as the identity."""
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)  # type: ignore[arg-type]  # Conv2d(bias=True) has one

    def forward(self, maps: Tensor) -> Tensor:
        branch = self.first(F.silu(self.norm(maps)))
        return maps + self.last(F.silu(self.last_norm(branch)))  # type: ignore[no-any-return]


class ResidualEncoder(Encoder):
    """At each scale a strided convolution and one residual block."""

    def __init__(self, image_shape: ImageShape, width: int) -> None:
        super().__init__()
        n_in, height, breadth = image_shape
        sizes = scales_of(height, breadth)
        layers: list[nn.Module] = []
        for (fine, coarse), n_out in zip(pairwise(sizes), channels_of(width, len(sizes) - 1), strict=True):
            layers += [nn.Conv2d(n_in, n_out, 3, stride_of(fine, coarse), padding=1), ResidualBlock(n_out)]
            n_in = n_out
        self.layers = nn.Sequential(*layers, nn.SiLU(), ToFeatures())
        self.n_features = n_in * sizes[-1][0] * sizes[-1][1]

    def forward(self, x: Tensor) -> Tensor:
        features: Tensor = self.layers(x)  # (B, n_features)
        return features


class ResidualDecoder(Decoder):
    """A residual block at each scale, then a transposed convolution, cropped to the encoder's size.

    The finest map has half of `width` channels: there every channel costs most.

    Parameters
    ----------
    start_layers
        Dense layers in which a latent of few dimensions bends before it becomes a map: one of 4·width units, or
        several of 16·width, which cost a twentieth of the time and fold a plane much finer.
    """

    def __init__(self, latent_dim: int, width: int, output_shape: ImageShape, start_layers: int = 1) -> None:
        super().__init__()
        n_out, height, breadth = output_shape
        self._sizes = scales_of(height, breadth)[::-1]  # coarsest first
        channels = [*channels_of(width, len(self._sizes) - 1)[::-1], width // 2]
        h, w = self._sizes[0]
        n_hidden = (4 if start_layers == 1 else 16) * width
        bends: list[nn.Module] = []
        for n_in in (latent_dim, *[n_hidden] * (start_layers - 1)):
            bends += [nn.Linear(n_in, n_hidden), nn.SiLU()]
        self.start = nn.Sequential(
            *bends,
            nn.Linear(n_hidden, channels[0] * h * w),
            nn.Unflatten(1, (channels[0], h, w)),
        )
        self.blocks = nn.ModuleList(ResidualBlock(n) for n in channels[:-1])
        self.ups = nn.ModuleList(
            transposed(n_in, n_next, coarse, fine)
            for (n_in, n_next), (coarse, fine) in zip(pairwise(channels), pairwise(self._sizes), strict=True)
        )
        self.to_pixels = nn.Conv2d(channels[-1], n_out, 3, padding=1)

    def forward(self, z: Tensor) -> Tensor:
        maps = laid_out_for(self.to_pixels, self.start(z))
        for block, up, (h, w) in zip(self.blocks, self.ups, self._sizes[1:], strict=True):
            maps = up(F.silu(block(maps)))[..., :h, :w]
        params: Tensor = self.to_pixels(F.silu(maps))  # (B, n_outputs, H, W)
        return params


class _GroupNorm(nn.GroupNorm):
    """Group norm whose sums are taken in float32 where maps are channels-last.

    There torch's CPU kernel for bfloat16 is six times slower than the one for float32.
    """

    def forward(self, maps: Tensor) -> Tensor:
        if maps.dtype == torch.bfloat16 and maps.is_contiguous(memory_format=torch.channels_last):
            maps = maps.float()
        return super().forward(maps)


def _group_norm(channels: int) -> nn.GroupNorm:
    """At most 8 groups, as many as divide the channels."""
    return _GroupNorm(math.gcd(channels, 8), channels)

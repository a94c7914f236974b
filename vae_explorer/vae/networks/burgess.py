"""The convolutional network of Burgess et al. (2018), *Understanding disentangling in β-VAE*, appendix A.1.

Convolutions of 32 channels, 4 × 4 with stride 2, down to 4 pixels a side: three for images of 32 pixels, four for 64;
then two layers of 256 units; ReLU everywhere. The decoder is the mirror image. Other sizes halve in the same way,
rounded down.
"""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn

from vae_explorer.vae.networks.parts import COARSEST, Decoder, Encoder, ImageShape, ToFeatures, laid_out_for
from vae_explorer.vae.networks.transposed import TransposedConv2d

__all__ = ["BurgessDecoder", "BurgessEncoder"]

CHANNELS, UNITS = 32, 256

_Size = tuple[int, int]


class BurgessEncoder(Encoder):
    """Strided convolutions, then two fully connected layers."""

    def __init__(self, image_shape: ImageShape) -> None:
        super().__init__()
        n_in, height, width = image_shape
        sizes = _sizes(height, width)
        layers: list[nn.Module] = []
        for fine, coarse in pairwise(sizes):
            stride = _stride(fine, coarse)
            layers += [nn.Conv2d(n_in, CHANNELS, _kernel(stride), stride, padding=1), nn.ReLU()]
            n_in = CHANNELS
        n_values = n_in * sizes[-1][0] * sizes[-1][1]
        self.layers = nn.Sequential(
            *layers, ToFeatures(), nn.Linear(n_values, UNITS), nn.ReLU(), nn.Linear(UNITS, UNITS), nn.ReLU()
        )
        self.n_features = UNITS

    def forward(self, x: Tensor) -> Tensor:
        features: Tensor = self.layers(x)  # (B, 256)
        return features


class BurgessDecoder(Decoder):
    """Two fully connected layers, a third that makes a map, transposed convolutions up."""

    def __init__(self, latent_dim: int, output_shape: ImageShape) -> None:
        super().__init__()
        n_out, height, width = output_shape
        sizes = _sizes(height, width)[::-1]  # coarsest first
        h, w = sizes[0]
        ups: list[nn.Module] = []
        for number, (coarse, fine) in enumerate(pairwise(sizes), start=1):
            stride = _stride(fine, coarse)
            odd = (
                fine[0] - stride[0] * coarse[0],
                fine[1] - stride[1] * coarse[1],
            )  # 1 where half a pixel was lost
            n_next = n_out if number == len(sizes) - 1 else CHANNELS
            up = TransposedConv2d(CHANNELS, n_next, _kernel(stride), stride, padding=1, output_padding=odd)
            ups += [nn.ReLU(), up]
        self.layers = nn.Sequential(
            nn.Linear(latent_dim, UNITS),
            nn.ReLU(),
            nn.Linear(UNITS, UNITS),
            nn.ReLU(),
            nn.Linear(UNITS, CHANNELS * h * w),
            nn.Unflatten(1, (CHANNELS, h, w)),
            *ups,
        )

    def forward(self, z: Tensor) -> Tensor:
        last, maps = self.layers[-1], z
        for layer in self.layers:
            maps = layer(maps)
            if isinstance(layer, nn.Unflatten):
                maps = laid_out_for(last, maps)
        return maps  # (B, n_outputs, H, W)


def _sizes(height: int, width: int) -> list[_Size]:
    """From the image to the coarsest map: a side is halved, rounded down, while that leaves `COARSEST` pixels."""
    sizes = [(height, width)]
    while max(sizes[-1]) >= 2 * COARSEST:
        h, w = sizes[-1]
        sizes.append((h // 2 if h >= 2 * COARSEST else h, w // 2 if w >= 2 * COARSEST else w))
    return sizes


def _stride(fine: _Size, coarse: _Size) -> _Size:
    return (1 if fine[0] == coarse[0] else 2, 1 if fine[1] == coarse[1] else 2)


def _kernel(stride: _Size) -> _Size:
    return (2 + stride[0], 2 + stride[1])

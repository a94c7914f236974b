"""Plain convolutional networks: strided convolutions down, transposed convolutions up."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn

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

__all__ = ["ConvDecoder", "ConvEncoder"]


class ConvEncoder(Encoder):
    """One 3 × 3 convolution a scale, each with ReLU; a side is halved, rounded up."""

    def __init__(self, image_shape: ImageShape, width: int) -> None:
        super().__init__()
        n_in, height, breadth = image_shape
        sizes = scales_of(height, breadth)
        channels = channels_of(width, len(sizes) - 1)
        layers: list[nn.Module] = []
        for (fine, coarse), n_out in zip(pairwise(sizes), channels, strict=True):
            layers += [nn.Conv2d(n_in, n_out, 3, stride_of(fine, coarse), padding=1), nn.ReLU()]
            n_in = n_out
        self.layers = nn.Sequential(*layers, ToFeatures())
        self.n_features = n_in * sizes[-1][0] * sizes[-1][1]

    def forward(self, x: Tensor) -> Tensor:
        features: Tensor = self.layers(x)  # (B, n_features)
        return features


class ConvDecoder(Decoder):
    """The mirror image: doubles each side and crops to the encoder's size at that scale."""

    def __init__(self, latent_dim: int, width: int, output_shape: ImageShape) -> None:
        super().__init__()
        n_out, height, breadth = output_shape
        self._sizes = scales_of(height, breadth)[::-1]  # coarsest first
        channels = channels_of(width, len(self._sizes) - 1)[::-1]
        h, w = self._sizes[0]
        self.start = nn.Sequential(
            nn.Linear(latent_dim, channels[0] * h * w), nn.Unflatten(1, (channels[0], h, w)), nn.ReLU()
        )
        steps = zip(pairwise([*channels, n_out]), pairwise(self._sizes), strict=True)
        self.ups = nn.ModuleList(
            transposed(n_in, n_next, coarse, fine) for (n_in, n_next), (coarse, fine) in steps
        )

    def forward(self, z: Tensor) -> Tensor:
        maps = laid_out_for(self.ups[-1], self.start(z))
        for i, (up, (h, w)) in enumerate(zip(self.ups, self._sizes[1:], strict=True)):
            maps = up(maps if i == 0 else maps.relu())[..., :h, :w]
        return maps  # (B, n_outputs, H, W)

"""Networks of dense layers, whatever a layer is."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from vae_explorer.vae.networks.parts import Decoder, Encoder, ImageShape

__all__ = ["DenseDecoder", "DenseEncoder", "Layer", "relu_layer"]

Layer = Callable[[int, int], list[nn.Module]]  # modules from so many numbers to so many


class DenseEncoder(Encoder):
    """Flattened pixels through layers of the widths in `hidden`."""

    def __init__(self, image_shape: ImageShape, hidden: Sequence[int], layer: Layer) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), *_stacked(math.prod(image_shape), hidden, layer))
        self.n_features = hidden[-1]

    def after_initialise(self) -> None:
        """Weights on pixels with variance 1/fan_in (LeCun et al. 1998, *Efficient BackProp*, eq. 16).

        PyTorch's default has a third of it, too little for pixels that are mostly black: the first
        epoch would be spent on growing.
        """
        pixels = next(part for part in self.layers.modules() if isinstance(part, nn.Linear))
        with torch.no_grad():
            pixels.weight.mul_(math.sqrt(3.0))

    def forward(self, x: Tensor) -> Tensor:
        features: Tensor = self.layers(x)  # (B, n_features)
        return features


class DenseDecoder(Decoder):
    """Layers of the reversed widths, then the likelihood's numbers for each pixel."""

    def __init__(
        self, latent_dim: int, hidden: Sequence[int], output_shape: ImageShape, layer: Layer
    ) -> None:
        super().__init__()
        widths = tuple(reversed(hidden))
        self.layers = nn.Sequential(
            *_stacked(latent_dim, widths, layer),
            nn.Linear(widths[-1], math.prod(output_shape)),
            nn.Unflatten(1, output_shape),
        )

    def forward(self, z: Tensor) -> Tensor:
        first, *others = self.layers
        # So few inputs are multiplied as fast in float32, and oneDNN would keep 4 MB of kernels for them.
        with torch.autocast(z.device.type, enabled=False):
            x: Tensor = first(z)
        for layer in others:
            x = layer(x)
        return x  # (B, n_outputs, H, W)


def relu_layer(n_in: int, n_out: int) -> list[nn.Module]:
    """The layer of the PyTorch basic VAE example: ``hidden=(400,)`` with 20 latent dimensions on 28 × 28 images is
    exactly its 784-400-20-400-784."""
    return [nn.Linear(n_in, n_out), nn.ReLU()]


def _stacked(n_in: int, widths: Sequence[int], layer: Layer) -> list[nn.Module]:
    layers: list[nn.Module] = []
    for n_out in widths:
        layers += layer(n_in, n_out)
        n_in = n_out
    return layers

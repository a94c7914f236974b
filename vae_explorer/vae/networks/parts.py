"""What convolutional networks share: scales of an image of any size, and weights drawn from a generator."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from vae_explorer.vae.networks.transposed import TransposedConv2d

__all__ = [
    "COARSEST",
    "Decoder",
    "Encoder",
    "ImageShape",
    "ToFeatures",
    "channels_of",
    "initialise",
    "laid_out_for",
    "scales_of",
    "stride_of",
]

ImageShape = tuple[int, int, int]  # (C, H, W)
Size = tuple[int, int]  # (H, W)

COARSEST = (
    4  # pixels: a side is halved until it is at most this; below, position is lost, above, weights grow
)
_MAX_GROWTH = 4  # channels grow with each scale up to this multiple of the first; then only pixels shrink


class Encoder(nn.Module):
    """Image (B, C, H, W) in [0, 1] → features (B, n_features)."""

    n_features: int

    def forward(self, x: Tensor) -> Tensor:
        raise NotImplementedError


class Decoder(nn.Module):
    """Latent (B, D) → likelihood parameters (B, n_outputs, H, W)."""

    def forward(self, z: Tensor) -> Tensor:
        raise NotImplementedError


class ToFeatures(nn.Flatten):
    """Maps (B, C, H, W) → features (B, C·H·W), through which the gradient of maps that lie channels-last does so, too.

    Else it would come back the other way round, and each operation from there to the next convolution would go through both
    at once, several times as slow on a CPU.
    """

    def forward(self, input: Tensor) -> Tensor:
        if input.requires_grad and _lies_channels_last(input):
            input.register_hook(_to_channels_last)  # type: ignore[no-untyped-call]
        return super().forward(input)


def laid_out_for(layer: nn.Module, maps: Tensor) -> Tensor:
    """`maps` that dense layers made, channels-last if the kernel of `layer`, a convolution, is and a CPU computes."""
    kernel = layer.weight
    return _to_channels_last(maps) if isinstance(kernel, Tensor) and _lies_channels_last(kernel) else maps


def _lies_channels_last(maps: Tensor) -> bool:
    is_so = maps.is_contiguous(memory_format=torch.channels_last) and not maps.is_contiguous()
    return is_so and maps.device.type == "cpu"


def _to_channels_last(maps: Tensor) -> Tensor:
    return maps.contiguous(memory_format=torch.channels_last)


def scales_of(height: int, width: int) -> list[Size]:
    """Sizes from the image to the coarsest map: a side is halved, rounded up, while longer than `COARSEST`.

    The sides stop on their own, so an 8 × 256 image ends as 4 × 4 as a square one does.
    """
    sizes = [(height, width)]
    while max(sizes[-1]) > COARSEST:
        h, w = sizes[-1]
        sizes.append(((h + 1) // 2 if h > COARSEST else h, (w + 1) // 2 if w > COARSEST else w))
    return sizes


def stride_of(fine: Size, coarse: Size) -> Size:
    """2 for a side that is halved between two scales, else 1."""
    return (1 if fine[0] == coarse[0] else 2, 1 if fine[1] == coarse[1] else 2)


def channels_of(width: int, n_scales: int) -> list[int]:
    """Channels at each halved scale, finest first: width, 2·width, 4·width, then constant."""
    return [width * min(2**i, _MAX_GROWTH) for i in range(n_scales)]


def transposed(n_in: int, n_out: int, coarse: Size, fine: Size) -> TransposedConv2d:
    """Transposed convolution that doubles each side that was halved; crop its result to `fine`.

    The kernel is 4 where a side doubles, so that every pixel is made from equally many taps (Odena,
    Dumoulin & Olah 2016, *Deconvolution and checkerboard artifacts*), and 3 where it stays.
    """
    stride = stride_of(fine, coarse)
    return TransposedConv2d(n_in, n_out, (2 + stride[0], 2 + stride[1]), stride, padding=1)


def initialise(module: nn.Module, generator: torch.Generator) -> None:
    """Draw all weights of `module` as PyTorch does by default, but from `generator`.

    Weights and biases are uniform in ±1/√fan_in (He et al. 2015 with a = √5, the default of
    ``nn.Linear`` and ``nn.Conv2d``). A module changes its own by ``after_initialise()``; one that says
    ``draws_own_weights`` has done so already, with all its parts.
    """
    done = {
        part for own in module.modules() if getattr(own, "draws_own_weights", False) for part in own.modules()
    }
    for part in module.modules():
        if part in done:
            continue
        if isinstance(part, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
            nn.init.kaiming_uniform_(part.weight, a=math.sqrt(5), generator=generator)
            if part.bias is not None:
                fan_in = part.weight[0].numel()  # as PyTorch counts it, also for transposed convolutions
                bound = 1 / math.sqrt(fan_in)
                nn.init.uniform_(part.bias, -bound, bound, generator=generator)
        elif isinstance(part, nn.GroupNorm):
            part.reset_parameters()  # ones and zeros
    for part in module.modules():
        if part not in done and callable(finish := getattr(part, "after_initialise", None)):
            finish()

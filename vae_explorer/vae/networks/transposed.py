"""``TransposedConv2d``: a transposed convolution, by windows around the corners of pixels where that is faster."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

__all__ = ["TransposedConv2d"]

_LEAST_WINDOWS = 4096  # of a batch: below, arranging the kernel costs more than it brings


class TransposedConv2d(nn.ConvTranspose2d):
    """``nn.ConvTranspose2d``, the same to rounding.

    With kernel 4, stride 2 and padding 1 the four output pixels around a corner of the input's pixels depend on the
    four inputs that meet there and on no others. So an ordinary 2 × 2 convolution over corners makes all four at once
    (Shi et al. 2016, *Is the deconvolution layer the same as a convolutional layer?*, for even kernels), which a CPU does up to
    twice as fast, in bfloat16 with gradients and in every precision without.
    """

    def forward(self, maps: Tensor, output_size: list[int] | None = None) -> Tensor:
        """Maps (B, n_in, H, W) → (B, n_out, 2H, 2W) where both sides double."""
        if output_size is None and self._goes_by_corners(maps):
            return self._by_corners(maps)
        return super().forward(maps, output_size)

    def _goes_by_corners(self, maps: Tensor) -> bool:
        if maps.device.type != "cpu" or len(maps) * maps.shape[-2] * maps.shape[-1] < _LEAST_WINDOWS:
            return False
        if (self.kernel_size, self.stride, self.padding) != ((4, 4), (2, 2), (1, 1)) or any(
            self.output_padding
        ):
            return False
        if not torch.is_grad_enabled():
            return True
        return maps.dtype == torch.bfloat16 and maps.is_contiguous(memory_format=torch.channels_last)

    def _by_corners(self, maps: Tensor) -> Tensor:
        n_in, n_out = self.in_channels, self.out_channels
        # The pixel of row 2a − 1 + p beside corner a takes kernel rows p of input row a, p + 2 of input row a − 1.
        taps = self.weight.reshape(n_in, n_out, 2, 2, 2, 2).flip(
            2, 4
        )  # in, out, upper/lower input, p, likewise columns
        kernel = taps.permute(3, 5, 1, 0, 2, 4).reshape(4 * n_out, n_in, 2, 2)
        bias = None if self.bias is None else self.bias.repeat(4)
        corners = F.conv2d(maps, kernel, bias, padding=1)  # (B, 4·n_out, H + 1, W + 1)
        pixels: Tensor = _AroundCorners.apply(corners)
        return pixels


class _AroundCorners(torch.autograd.Function):
    """(B, 4·C, H + 1, W + 1), four pixels around each corner, to the image's own pixels: (B, C, 2H, 2W), channels-last.

    All channels of a pixel move as one number of 16 bytes, or as few as there can be: torch copies number by number.
    """

    @staticmethod
    def forward(_ctx: Any, corners: Tensor) -> Tensor:
        n_images, n_values, rows, columns = corners.shape
        around = corners.permute(0, 2, 3, 1).contiguous()
        pixels = around.new_empty(n_images, 2 * rows - 2, 2 * columns - 2, n_values // 4)
        for pixel, value in _pairs(pixels, around):
            pixel.copy_(value)
        return pixels.permute(0, 3, 1, 2)

    @staticmethod
    @once_differentiable
    def backward(_ctx: Any, grad: Tensor) -> Tensor:
        pixels = grad.permute(0, 2, 3, 1).contiguous()
        n_images, height, width, n_out = pixels.shape
        around = pixels.new_zeros(n_images, height // 2 + 1, width // 2 + 1, 4 * n_out)
        for pixel, value in _pairs(pixels, around):
            value.copy_(pixel)
        return around.permute(0, 3, 1, 2)


def _pairs(pixels: Tensor, around: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Views of every second pixel of every second row of `pixels`, (B, 2H, 2W, C), each beside where those lie in `around`,
    (B, H + 1, W + 1, 4·C)."""
    kind = _widest(pixels)
    whole, quarters = pixels.view(kind), around.view(kind).view(*around.shape[:3], 2, 2, -1)
    # Corners with a pixel below or on the right of them, and with one above or on the left.
    beside = (slice(None, -1), slice(1, None))
    for row in (0, 1):
        for column in (0, 1):
            corner = quarters[:, beside[row], beside[column], 1 - row, 1 - column]
            yield whole[:, row::2, column::2], corner


def _widest(maps: Tensor) -> torch.dtype:
    """The type of the widest numbers that the last axis of `maps` consists of, bit for bit."""
    n_bytes = maps.shape[-1] * maps.element_size()
    wide = (torch.complex128, torch.float64, torch.float32)
    return next((kind for kind in wide if n_bytes % kind.itemsize == 0), maps.dtype)

"""``GroupNorm``: normalised groups of channels, by sums over pixels where that is faster."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

__all__ = ["GroupNorm"]

_MOST_CHANNELS = 32  # beyond, torch's own kernel is as fast
_LEAST_VALUES = 2**17  # of a batch: below, a dozen small operations cost more than they save
_MOST_VALUES = 2**19  # beyond, maps leave the processor's caches between the passes over them


class GroupNorm(nn.GroupNorm):
    """``nn.GroupNorm`` (Wu & He 2018), the same to rounding, in float32 where maps are channels-last.

    There torch's CPU kernel for bfloat16 is six times slower than the one for float32, and that one takes four times
    as long for groups of two or four channels as sums over the pixels of each channel, from which those of the groups follow.
    """

    def forward(self, maps: Tensor) -> Tensor:
        """Maps (B, C, H, W), of the same shape; float32 for channels-last bfloat16 on a CPU."""
        if maps.device.type != "cpu" or not maps.is_contiguous(memory_format=torch.channels_last):
            return super().forward(maps)
        if maps.dtype == torch.bfloat16:
            maps = maps.float()
        suits = self.num_channels <= _MOST_CHANNELS and _LEAST_VALUES <= maps.numel() <= _MOST_VALUES
        if not suits or maps.dtype != torch.float32 or self.weight is None:
            return super().forward(maps)
        normalised: Tensor = _ByChannels.apply(maps, self.weight, self.bias, self.num_groups, self.eps)
        return normalised


class _ByChannels(torch.autograd.Function):
    # Any: torch's context object, and gradients that may be absent.
    @staticmethod
    def forward(
        ctx: Any, maps: Tensor, weight: Tensor, bias: Tensor, n_groups: int, epsilon: float
    ) -> Tensor:
        n_images, n_channels, height, width = maps.shape
        rows = maps.permute(0, 2, 3, 1).reshape(n_images, height * width, n_channels)  # shares memory
        n_values = height * width * n_channels // n_groups
        mean = rows.sum(1).view(n_images, n_groups, -1).sum(2).div_(n_values)  # (B, G)
        squares = rows.square().sum(1).view(n_images, n_groups, -1).sum(2).div_(n_values)
        deviation = squares.addcmul_(mean, mean, value=-1.0).clamp_(min=0.0).add_(epsilon).rsqrt_()  # 1/σ
        scale = (weight.view(n_groups, -1) * deviation[..., None]).view(n_images, 1, n_channels)
        shift = (scale.view(n_images, n_groups, -1) * mean[..., None]).view(n_images, 1, n_channels)
        normalised = torch.addcmul(bias - shift, rows, scale).view(n_images, height, width, n_channels)
        ctx.save_for_backward(maps, mean, deviation, weight)
        ctx.n_groups = n_groups
        return normalised.permute(0, 3, 1, 2)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        maps, mean, deviation, weight = ctx.saved_tensors
        n_images, n_channels, height, width = maps.shape
        of_maps, of_weight, of_bias = torch.ops.aten.native_group_norm_backward(
            gradient.contiguous(memory_format=torch.channels_last), maps, mean, deviation, weight,
            n_images, n_channels, height * width, ctx.n_groups, list(ctx.needs_input_grad[:3]),
        )  # fmt: skip
        return of_maps, of_weight, of_bias, None, None

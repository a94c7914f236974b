"""``cross_entropy``: −x·log p − (1−x)·log(1−p) of logits, summed over an image's pixels."""

from __future__ import annotations

from functools import cache
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

__all__ = ["cross_entropy"]

_MOST_FACTORS = 98  # of at least ½ each: their product stays a normal number of float32, 2⁻⁹⁸


def cross_entropy(logits: Tensor, x: Tensor) -> Tensor:
    """Cross-entropy of pixels `x` under Bernoulli probabilities sigmoid(`logits`), in nats.

    Equal to torch's ``binary_cross_entropy_with_logits`` summed over an image, within 1e-6 nats a pixel. On a CPU that
    function takes log(1 + e^−|l|) by a ``log1p`` which some processors compute one number at a time: a quarter of
    an MLP's training step, a tenth of a convolutional net's. Here it is −log max(p, 1−p), of which only the sum is
    wanted: one logarithm of a product does for up to 98 pixels. The gradient p − x is kept from the forward pass. On
    other devices it is log(1 + e^l) − l·x, in half of that function's kernels.

    Parameters
    ----------
    logits
        (B, C, H, W).
    x
        In [0, 1], (B, C, H, W).

    Returns
    -------
    Tensor
        (B,).
    """
    sums: Tensor = _CrossEntropy.apply(logits, x)
    return sums


class _CrossEntropy(torch.autograd.Function):
    # Any: torch's context object, and gradients that may be absent.
    @staticmethod
    def forward(ctx: Any, logits: Tensor, x: Tensor) -> Tensor:
        p = torch.sigmoid(logits)
        if logits.device.type == "cpu":
            scratch = logits.clamp(min=0.0).addcmul_(logits, x, value=-1.0)
            sums = _rows(scratch).sum(1)
            torch.maximum(
                p, torch.sub(p.new_ones(()), p, out=scratch), out=scratch
            )  # sigmoid |l|, from ½ to 1
            sums -= _log_of_product(_rows(scratch))
        else:
            sums = F.softplus(logits).addcmul_(logits, x, value=-1.0).flatten(1).sum(1)
        ctx.save_for_backward(p.sub_(x), logits if ctx.needs_input_grad[1] else None)
        return sums

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor | None]:
        of_logits, logits = ctx.saved_tensors
        weight = gradient.view(-1, *[1] * (of_logits.dim() - 1))
        return (
            of_logits.mul(weight) if ctx.needs_input_grad[0] else None,
            None if logits is None else logits.mul(weight).neg_(),
        )


def _rows(values: Tensor) -> Tensor:
    """Those of an image in the order in which they lie, (B, C·H·W)."""
    if values.is_contiguous(memory_format=torch.channels_last):
        values = values.permute(0, 2, 3, 1)
    return values.flatten(1)


def _log_of_product(factors: Tensor) -> Tensor:
    """Σ log of `factors` (B, n), each from ½ to 1; (B,)."""
    n_images, n = factors.shape
    group = _group(n)
    return factors.view(n_images, n // group, group).prod(2).log_().sum(1)


@cache
def _group(n: int) -> int:
    """Largest divisor of `n` up to `_MOST_FACTORS`."""
    return next(k for k in range(min(n, _MOST_FACTORS), 0, -1) if n % k == 0)

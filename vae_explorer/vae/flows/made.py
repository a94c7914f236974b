"""MADE: a network whose outputs depend on earlier inputs only (Germain et al. 2015)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["Made", "MaskedLinear"]

_WEIGHT_SCALE = 0.1  # of PyTorch's default, so that a flow begins near a constant shrinkage
_GATE_BIAS = 2.0  # gates begin at sigmoid(2) = 0.88: the flow passes most of its input on (Kingma 2016, 4)


class MaskedLinear(nn.Linear):
    """A linear layer without the weights that would lead backwards in the order.

    Parameters
    ----------
    degrees_in, degrees_out
        Place in the order of each input and output.
    strict
        True: an output sees smaller degrees only; False: also its own.
    """

    def __init__(self, degrees_in: list[int], degrees_out: list[int], *, strict: bool) -> None:
        super().__init__(len(degrees_in), len(degrees_out))
        self._degrees = (degrees_in, degrees_out)
        self._strict = strict
        self._mask: Tensor | None = None  # made on first use: no weight, so no part of a snapshot

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight * self.mask(), self.bias)

    def mask(self) -> Tensor:
        """1 where a weight is kept, (n_out, n_in)."""
        if (
            self._mask is None
            or self._mask.device != self.weight.device
            or self._mask.dtype != self.weight.dtype
        ):
            with torch.inference_mode(False):
                before, after = (torch.tensor(degrees) for degrees in self._degrees)
                kept = after[:, None] > before if self._strict else after[:, None] >= before
                self._mask = kept.to(self.weight)
        return self._mask


class Made(nn.Module):
    """Shift m and gate logit s of each dimension from the dimensions before it and a context.

    One hidden layer with ELU. Hidden units of degree 0 see the context alone, so that it reaches every output,
    the first too.

    Parameters
    ----------
    latent_dim, n_context, n_hidden
        Sizes of z, context and hidden layer.
    reverse
        Order the dimensions from the last to the first.
    """

    def __init__(self, latent_dim: int, n_context: int, n_hidden: int, *, reverse: bool) -> None:
        super().__init__()
        order = list(range(1, latent_dim + 1))
        self.order = order[::-1] if reverse else order  # place of each dimension, 1-based
        hidden = [k % latent_dim for k in range(n_hidden)]
        self.degrees = hidden  # of the hidden units: how many dimensions, first in the order, each sees
        self.inner = MaskedLinear(self.order, hidden, strict=False)
        self.context = nn.Linear(n_context, n_hidden, bias=False)
        self.outer = MaskedLinear(hidden, self.order * 2, strict=True)

    def after_initialise(self) -> None:
        """Begin near m = 0 and one gate for all."""
        with torch.no_grad():
            self.outer.weight.mul_(_WEIGHT_SCALE)
            shift, gate = self.outer.bias.chunk(2)
            shift.zero_()
            gate.fill_(_GATE_BIAS)

    def forward(self, z: Tensor, context: Tensor) -> tuple[Tensor, Tensor]:
        """m and s, (B, D) each, of `z` (B, D) and `context` (B, n_context)."""
        hidden = F.elu(self.inner(z) + self.context(context))
        shift, gate = self.outer(hidden).chunk(2, dim=-1)
        return shift, gate

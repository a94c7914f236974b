"""Gated dense layers, those of Tomczak & Welling (2018), *VAE with a VampPrior*, section 4.

A layer is (A·x + b) ⊙ sigmoid(C·x + d) (Dauphin et al. 2017, *Language modeling with gated convolutional
networks*). ``hidden=(300, 300)`` is the paper's network.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["GatedDense", "gated_layer"]


class GatedDense(nn.Module):
    """One gated layer; both products are one, the first half of whose rows is the value."""

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.both = nn.Linear(n_in, 2 * n_out)

    def forward(self, x: Tensor) -> Tensor:
        return F.glu(self.both(x), dim=1)  # (B, n_out)


def gated_layer(n_in: int, n_out: int) -> list[nn.Module]:
    """A `Layer` of dense networks."""
    return [GatedDense(n_in, n_out)]

"""Inverse autoregressive flow (Kingma et al. 2016): a posterior that is not a Gaussian any more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vae_explorer.vae.flows.made import Made
from vae_explorer.vae.posterior import LOG_VAR_MIN, Posterior

__all__ = ["N_CONTEXT", "FlowPosterior", "InverseAutoregressiveFlow"]

N_CONTEXT = 64  # numbers that the encoder hands to the flows
_HIDDEN_MIN, _HIDDEN_PER_DIM = 64, 4  # units of a block's hidden layer


class InverseAutoregressiveFlow(nn.Module):
    """n blocks z ← σ ∘ z + (1 − σ) ∘ m with (m, s) = MADE(z, context) and σ = sigmoid(s).

    The gated form of Kingma et al. (2016, eq. 13-14): σ in (0, 1) keeps it stable. The Jacobian is
    triangular with diagonal σ, so log |det| = Σ log σ. Every second block has the reverse order.
    """

    def __init__(self, latent_dim: int, n_flows: int) -> None:
        super().__init__()
        n_hidden = max(_HIDDEN_MIN, _HIDDEN_PER_DIM * latent_dim)
        self.blocks = nn.ModuleList(
            Made(latent_dim, N_CONTEXT, n_hidden, reverse=bool(k % 2)) for k in range(n_flows)
        )

    def forward(self, z: Tensor, context: Tensor) -> tuple[Tensor, Tensor]:
        """z after all blocks, and Σ over blocks of log σ of each dimension; (B, D) both."""
        log_scale = torch.zeros_like(z)
        with torch.autocast(z.device.type, enabled=False):  # what is drawn and its density must agree
            for block in self._made():
                shift, gate = block(z, context)
                keep = torch.sigmoid(gate)
                z = shift + keep * (z - shift)
                log_scale = log_scale + F.logsigmoid(gate)
        return z, log_scale

    def inverse(self, z: Tensor, context: Tensor) -> tuple[Tensor, Tensor]:
        """What `forward` made `z` (..., B, D) from, and the same log σ, (..., B, D) both; exact, at about its cost."""
        log_scale = torch.zeros_like(z)
        for block in reversed(self._made()):
            z, gate = _undone(block, z, context)
            log_scale = log_scale + F.logsigmoid(gate)
        return z, log_scale

    def _made(self) -> Sequence[Made]:
        return [block for block in self.blocks if isinstance(block, Made)]


class FlowPosterior(Posterior):
    """q(z|x): the Gaussian `base`, carried by a flow.

    `mu` is the flow applied to the mean of the base: a definite place near the middle of q(z|x), what the map
    shows, not its mean. `log_var` is the base's with the gates at that place: the width along each dimension
    while the others stand still. `kl()` is that of the Gaussian these two describe, not of q(z|x).
    """

    def __init__(self, base: Posterior, context: Tensor, flow: InverseAutoregressiveFlow) -> None:
        mu, log_scale = flow(base.mu, context)
        super().__init__(mu, (base.log_var + 2.0 * log_scale).clamp_min(LOG_VAR_MIN))
        object.__setattr__(self, "_base", base)
        object.__setattr__(self, "_context", context)
        object.__setattr__(self, "_flow", flow)
        object.__setattr__(self, "_drawn", None)

    _base: Posterior
    _context: Tensor
    _flow: InverseAutoregressiveFlow
    _drawn: tuple[Tensor, Tensor] | None

    @property
    def is_gaussian(self) -> bool:
        return False

    def sample(self, generator: torch.Generator | None) -> Tensor:
        """Reparameterised sample; (B, D). Its `log_prob` is known at once and exactly."""
        start = self._base.sample(generator)
        z, log_scale = self._flow(start, self._context)
        object.__setattr__(self, "_drawn", (z, self._base.log_prob(start) - log_scale.sum(1)))
        result: Tensor = z
        return result

    def log_prob(self, z: Tensor) -> Tensor:
        """log q(z|x), (..., B, D) → (..., B): of the newest sample exactly, of other places by inverting the flow."""
        if self._drawn is not None and z is self._drawn[0]:
            return self._drawn[1]
        start, log_scale = self._flow.inverse(z, self._context)
        return self._base.log_prob(start) - log_scale.sum(-1)

    def repeated(self, n: int) -> FlowPosterior:
        return FlowPosterior(self._base.repeated(n), self._context.repeat(n, 1), self._flow)

    def at(self, rows: Tensor | slice) -> FlowPosterior:
        return FlowPosterior(self._base.at(rows), self._context[rows], self._flow)

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> FlowPosterior:
        context = torch.cat([part._context for part in parts])
        return FlowPosterior(Posterior.joined([part._base for part in parts]), context, parts[0]._flow)


def _undone(block: Made, z: Tensor, context: Tensor) -> tuple[Tensor, Tensor]:
    """The source with z = σ ∘ source + (1 − σ) ∘ m, and the logits of σ; (..., B, D) both.

    The dimensions become known one after the other, in the block's order. A hidden unit is computed once, as soon
    as the last dimension that it sees is known, and added to the outputs: all in all one pass.
    """
    n_dims = z.shape[-1]
    order = sorted(range(n_dims), key=block.order.__getitem__)
    inner, outer = block.inner.weight * block.inner.mask(), block.outer.weight * block.outer.mask()
    told = block.context(context) + block.inner.bias  # (B, H)
    outputs: Tensor = block.outer.bias  # (..., B, 2·D) after the first dimension
    known: list[Tensor] = []  # (..., B) each, in the block's order
    for place, dim in enumerate(order):
        units = [unit for unit, degree in enumerate(block.degrees) if degree == place]
        seen: Tensor = told[:, units]
        if known:
            seen = seen + torch.stack(known, -1) @ inner[units][:, order[:place]].T
        outputs = outputs + F.elu(seen) @ outer[:, units].T
        shift, gate = outputs[..., dim], outputs[..., n_dims + dim]
        known.append(shift + (z[..., dim] - shift) / torch.sigmoid(gate))
    return torch.stack([known[place - 1] for place in block.order], -1), outputs[..., n_dims:]

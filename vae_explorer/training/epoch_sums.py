"""``EpochSums``: losses summed over the images of an epoch, on the device that computes them."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from vae_explorer.runs.history import Losses
from vae_explorer.training.state_tensors import on_cpu, prefixed, without_prefix
from vae_explorer.training.stepper import Gradients

__all__ = ["EpochSums"]


class EpochSums:
    """Sums of recon and kl, and of the objective's further terms, in nats.

    They stay on the device: reading them waits for all queued work, so that happens when an event is due, not every
    step. They stay in the same memory too, to which recorded steps add (`CapturedSteps`).
    """

    def __init__(self, device: torch.device) -> None:
        kind = torch.float32 if device.type == "mps" else torch.float64  # MPS has no float64
        self._sums = torch.zeros(2, dtype=kind, device=device)
        self._extra: dict[str, Tensor] = {}

    def add(self, gradients: Gradients) -> None:
        """Count one batch more."""
        self._sums += gradients.sums
        for name, total in gradients.extra.items():
            if name not in self._extra:
                self._extra[name] = torch.zeros_like(self._sums[0])
            self._extra[name] += total

    def clear(self) -> None:
        """Begin the next epoch."""
        self._sums.zero_()
        for total in self._extra.values():
            total.zero_()

    def losses(self) -> tuple[float, float]:
        """Sums of recon and kl so far; waits for the device.

        A step whose loss was not finite makes them so for the rest of the epoch.
        """
        recon, kl = self._sums.tolist()
        return recon, kl

    def extra(self) -> dict[str, float]:
        """Sums of the further terms by name; waits for the device."""
        if not self._extra:
            return {}
        return dict(zip(self._extra, torch.stack(list(self._extra.values())).tolist(), strict=True))

    def means(self, n_images: int) -> Losses:
        """Means over the `n_images` so far, each at the weights it was trained with."""
        recon, kl = self.losses()
        extra = {name: total / n_images for name, total in self.extra().items()}
        return Losses(recon=recon / n_images, kl=kl / n_images, extra=extra)

    def pack(self) -> dict[str, Tensor]:
        """As CPU tensors."""
        return {"sums": on_cpu(self._sums), **prefixed("extra", self._extra)}

    def unpack(self, tensors: Mapping[str, Tensor]) -> None:
        """Take over what `pack` gave, before the first step.

        Raises
        ------
        KeyError
            If the sums are missing.
        """
        self._sums.copy_(tensors["sums"])
        for name, total in without_prefix("extra", tensors).items():
            self._extra[name] = total.to(self._sums, copy=True)

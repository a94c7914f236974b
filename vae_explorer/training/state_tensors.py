"""Tensors on their way into a snapshot or a state to resume from: on the CPU, under names with a prefix."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

__all__ = ["all_finite", "copied", "on_cpu", "prefixed", "without_prefix"]


def copied(tensor: Tensor) -> Tensor:
    """A copy on the CPU."""
    return tensor.detach().to("cpu", copy=True).contiguous()


def on_cpu(tensor: Tensor) -> Tensor:
    """`tensor` on the CPU; itself, if it is there."""
    return tensor.detach().cpu().contiguous()


def prefixed(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """`tensors` on the CPU as ``prefix.name``."""
    return {f"{prefix}.{name}": on_cpu(tensor) for name, tensor in tensors.items()}


def without_prefix(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Those of `tensors` that `prefixed` named so, under their own names."""
    start = f"{prefix}."
    return {name.removeprefix(start): tensor for name, tensor in tensors.items() if name.startswith(start)}


def all_finite(tensors: Mapping[str, Tensor]) -> bool:
    """Whether every number is finite; takes no memory of a tensor's size, and waits for the device once."""
    return bool(torch.stack([_is_finite(tensor) for tensor in tensors.values()]).all())


def _is_finite(tensor: Tensor) -> Tensor:
    if tensor.numel() == 0:
        return torch.ones((), dtype=torch.bool, device=tensor.device)
    return torch.stack(tensor.aminmax()).isfinite().all()  # both are nan if one number is

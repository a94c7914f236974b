"""Adam (Kingma & Ba 2015), fused where torch has it, and its state as plain tensors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor

__all__ = ["make_adam", "pack_adam", "unpack_adam"]

_FUSED = ("cpu", "cuda")  # device types with one kernel for the whole step
_MOMENTS = ("step", "exp_avg", "exp_avg_sq")


def make_adam(parameters: Iterable[torch.nn.Parameter], learning_rate: float) -> torch.optim.Adam:
    """Adam with its published β1 = 0.9, β2 = 0.999, ε = 1e-8."""
    chosen = list(parameters)
    fused = all(parameter.device.type in _FUSED for parameter in chosen)
    return torch.optim.Adam(chosen, lr=learning_rate, fused=fused)


def pack_adam(optimiser: torch.optim.Adam) -> dict[str, Tensor]:
    """Copies of its state as CPU tensors, named ``adam.<parameter number>.<moment>``; empty before step 1."""
    state = optimiser.state_dict()["state"]
    return {
        f"adam.{number}.{moment}": torch.as_tensor(moments[moment]).detach().cpu().contiguous().clone()
        for number, moments in state.items()
        for moment in _MOMENTS
    }


def unpack_adam(optimiser: torch.optim.Adam, tensors: Mapping[str, Tensor]) -> None:
    """Put a state of `pack_adam` into a fresh optimiser of the same parameters.

    Raises
    ------
    KeyError
        If a moment is missing.
    """
    parameters = optimiser.param_groups[0]["params"]
    packed = any(name.startswith("adam.") for name in tensors)
    state = {
        number: {moment: _laid_out(tensors[f"adam.{number}.{moment}"], parameter) for moment in _MOMENTS}
        for number, parameter in (enumerate(parameters) if packed else ())
    }
    optimiser.load_state_dict({"state": state, "param_groups": optimiser.state_dict()["param_groups"]})


def _laid_out(moment: Tensor, parameter: Tensor) -> Tensor:
    """`moment` in the memory order of `parameter`: the fused step runs through both side by side."""
    return torch.empty_like(parameter).copy_(moment) if moment.shape == parameter.shape else moment

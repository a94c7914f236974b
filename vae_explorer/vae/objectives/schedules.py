"""How the weight of kl and the capacity change while training goes on."""

from __future__ import annotations

from torch import Tensor

__all__ = ["beta_at", "capacity_at"]


def beta_at(step: int, beta: float, warmup_steps: float, cycle_steps: float = 0.0) -> float:
    """Weight of kl at optimiser step `step` (0-based).

    Linear from 0 to `beta` over `warmup_steps`, then constant (Bowman et al. 2016; Sønderby et al. 2016). With
    `cycle_steps` above 0 the same begins anew every so many steps: cyclical annealing (Fu et al. 2019, eq. 6-7;
    warmup_steps / cycle_steps is their R, the number of cycles in a training their M). Cycles count from the
    beginning, not from the end, so that epochs can be added to a training.
    """
    place = step % cycle_steps if cycle_steps > 0.0 else step
    return beta if place >= warmup_steps else beta * place / warmup_steps


def capacity_at(epoch: float | Tensor, capacity: float, rise_epochs: float) -> float | Tensor:
    """Nats that kl is led to after `epoch` epochs: linear from 0 to `capacity` over `rise_epochs`, then constant."""
    if isinstance(epoch, Tensor):
        return (epoch * (capacity / rise_epochs)).clamp_max(capacity) if rise_epochs > 0.0 else capacity
    return capacity if epoch >= rise_epochs else capacity * epoch / rise_epochs

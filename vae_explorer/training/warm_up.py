"""The first optimiser step of a process, taken off to the side."""

from __future__ import annotations

from functools import cache

import torch

from vae_explorer.training.cuda_start import open_context
from vae_explorer.training.optimiser import Adam

__all__ = ["warm_up"]


@cache
def warm_up(device: str = "cpu") -> None:
    """Take one optimiser step on a single number, once in a process and device.

    torch imports some 800 modules at the first step, which holds the interpreter for 180-280 ms.
    A window calls this while it loads torch anyway; `train` calls it before the clock starts.
    """
    where = torch.device(device)
    if where.type == "cuda":
        open_context(where.index or 0)
    weight = torch.nn.Parameter(torch.zeros(1, device=device))
    optimiser = Adam([weight])
    optimiser.step(optimiser.gradients(weight.square().sum()), 1e-3)

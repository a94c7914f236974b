"""Every random draw of a run, as a function of its seed and the place in the run.

Nothing is drawn from one long stream: the order of an epoch's images, and the noise of a step, each have
their own generator. So a resumed run draws what the uninterrupted one would have drawn, without
any stored generator state, on any device; and torch's global generator is never touched.
"""

from __future__ import annotations

import hashlib
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

__all__ = ["Purpose", "epoch_order", "generator_for", "seed_for"]

Purpose = Literal["weights", "order", "noise", "validation", "final", "labels", "prior", "adversary"]


def seed_for(seed: int, purpose: Purpose, place: int | str = 0) -> int:
    """An unrelated 63-bit seed for each `purpose` and `place` (a step, a share of it, an epoch) of a run."""
    digest = hashlib.blake2b(f"{seed}/{purpose}/{place}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


def generator_for(
    seed: int, purpose: Purpose, place: int = 0, device: torch.device | None = None
) -> torch.Generator:
    """A fresh generator on `device` (the CPU by default)."""
    return torch.Generator(device or "cpu").manual_seed(seed_for(seed, purpose, place))


def epoch_order(seed: int, epoch: int, index: NDArray[np.int64]) -> NDArray[np.int64]:
    """The images at `index` in the order of `epoch` (0-based); drawn on the CPU, so alike on all devices."""
    permutation = torch.randperm(len(index), generator=generator_for(seed, "order", epoch))
    order: NDArray[np.int64] = index[permutation.numpy()]
    return order

"""``Pixels``: the uint8 images of a set as batches of floats on the model's device."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

__all__ = ["Pixels"]

_WHITE = np.float32(255.0)
_SHARE_OF_FREE_MEMORY = 0.5  # of an accelerator; the rest is for weights and activations


class Pixels:
    """Images kept as uint8 where batches are cut from them fastest.

    On the CPU that is the array itself, memory-mapped or not (nothing is copied). On an accelerator
    it is one resident tensor, unless the set would fill its memory; then batches are sent over.

    Parameters
    ----------
    images
        uint8, (N, C, H, W).
    device
        Where batches are wanted.
    """

    def __init__(self, images: NDArray[np.uint8], device: torch.device) -> None:
        self.device = device
        self._array = images
        self._resident: Tensor | None = None
        if device.type != "cpu" and _fits(images.nbytes, device):
            self._resident = torch.from_numpy(np.array(images)).to(device)

    def __len__(self) -> int:
        return int(self._array.shape[0])

    def batch(self, index: NDArray[np.int64]) -> Tensor:
        """Images at `index` (B,) as float32 in [0, 1]; (B, C, H, W), memory of its own."""
        if self._resident is not None:
            chosen = self._resident[torch.from_numpy(index).to(self.device, non_blocking=True)]
            return chosen.to(torch.float32).div_(255.0)
        rows = np.take(self._array, index, axis=0)
        if self.device.type != "cpu":
            return torch.from_numpy(rows).to(self.device).to(torch.float32).div_(255.0)
        # NumPy converts and divides in one pass without waking torch's threads, to the same values. The memory
        # is torch's: its alignment, on which the last bits of a matrix product may depend, is always the same.
        x = torch.empty(rows.shape, dtype=torch.float32)
        np.divide(rows, _WHITE, out=x.numpy())
        return x


def _fits(n_bytes: int, device: torch.device) -> bool:
    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        return n_bytes < _SHARE_OF_FREE_MEMORY * free
    if device.type == "mps":
        return n_bytes < _SHARE_OF_FREE_MEMORY * torch.mps.recommended_max_memory()
    return True

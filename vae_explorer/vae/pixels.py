"""``Pixels``: the uint8 images of a set as batches of floats on the model's device."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vae_explorer.data.scattered import ScatteredRows, is_mapped
from vae_explorer.vae.binarisation import fixed_draw

__all__ = ["Pixels"]

_WHITE = np.float32(255.0)
_SHARE_OF_FREE_MEMORY = 0.5  # of an accelerator; the rest is for weights and activations
_DRAWN_AT_ONCE = 2**24  # pixels


class Pixels:
    """Images kept as uint8 where batches are cut from them fastest.

    On the CPU that is the array itself (nothing is copied), or the file that it is mapped from. On an
    accelerator it is one resident tensor, unless the set would fill its memory; then batches are sent over.
    For one thread at a time.

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
        self._drawn: dict[int, Tensor] = {}  # by seed: the resident images after their fixed draw, 0 or 1
        self._scattered: ScatteredRows | None = None
        if device.type != "cpu" and _fits(images.nbytes, device):
            self._resident = torch.from_numpy(np.array(images)).to(device)
        elif is_mapped(images):
            self._scattered = ScatteredRows(images)

    def __len__(self) -> int:
        return int(self._array.shape[0])

    def keep_resident(self, draw: int | None = None) -> bool:
        """Whether all images lie in an accelerator's memory, so that an index there cuts batches too.

        Parameters
        ----------
        draw
            Seed of a fixed draw that batches will be asked for: it is made of all images now, if there is room.
        """
        if self._resident is None:
            return False
        if draw is not None and draw not in self._drawn:
            if not _fits(self._resident.nbytes, self.device):
                return False
            self._drawn[draw] = self._drawn_all(self._resident, draw)
        return True

    def batch(
        self,
        index: NDArray[np.int64] | Tensor,
        then: NDArray[np.int64] | None = None,
        *,
        draw: int | None = None,
    ) -> Tensor:
        """Images at `index` (B,) as float32 in [0, 1]; (B, C, H, W), memory of its own.

        Parameters
        ----------
        index
            An array; after `keep_resident` of this `draw` also a tensor on `device`.
        then
            Index of the batch that will be asked for next: images in a file are read while this one is used.
        draw
            Seed of a `fixed_draw` of each pixel, to 0 or 1; None: grey values.
        """
        if self._resident is not None:
            place = index if isinstance(index, Tensor) else torch.from_numpy(index).to(self.device)
            if draw is None:
                return self._resident.index_select(0, place).to(torch.float32).div_(255.0)
            if draw in self._drawn:
                return self._drawn[draw].index_select(0, place).to(torch.float32)
        assert not isinstance(index, Tensor)
        if self._scattered is not None:
            rows = self._scattered.take(index, then)
        else:
            rows = np.take(self._array, index, axis=0)
        if draw is not None:
            return torch.from_numpy(fixed_draw(rows, index, draw)).to(self.device).to(torch.float32)
        if self.device.type != "cpu":
            return torch.from_numpy(rows).to(self.device).to(torch.float32).div_(255.0)
        # NumPy converts and divides in one pass without waking torch's threads, to the same values. The memory
        # is torch's: its alignment, on which the last bits of a matrix product may depend, is always the same.
        x = torch.empty(rows.shape, dtype=torch.float32)
        np.divide(rows, _WHITE, out=x.numpy())
        return x

    def _drawn_all(self, images: Tensor, seed: int) -> Tensor:
        """`images` after the `fixed_draw` of `seed`: uint8, 0 or 1, (N, C, H, W)."""
        drawn = torch.empty_like(images)
        n_at_once = max(1, _DRAWN_AT_ONCE // images[0].numel())
        for start in range(0, len(self), n_at_once):
            index = np.arange(start, min(start + n_at_once, len(self)), dtype=np.int64)
            white = fixed_draw(self._array[index], index, seed)
            drawn[start : start + len(index)] = torch.from_numpy(white.view(np.uint8)).to(self.device)
        return drawn


def _fits(n_bytes: int, device: torch.device) -> bool:
    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        return n_bytes < _SHARE_OF_FREE_MEMORY * free
    if device.type == "mps":
        return n_bytes < _SHARE_OF_FREE_MEMORY * torch.mps.recommended_max_memory()
    return True

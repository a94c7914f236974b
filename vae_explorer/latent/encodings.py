"""``Encodings``: what the encoder says of a set of images; plain NumPy, free of torch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Encodings"]


@dataclass(frozen=True, eq=False)
class Encodings:
    """Posterior parameters and losses of n images of an `ImageSet`, in ascending order of index.

    Attributes
    ----------
    index
        int64, (n,), positions in the `ImageSet`.
    mu, log_var
        float32, (n, D). For a plain autoencoder `log_var` is −inf-free: filled with −20 (σ ≈ 0).
    recon, kl
        float32, (n,), nats; recon at z = mu, kl summed over dimensions.
    kl_per_dim
        float32, (D,), mean over the n images, nats.
    step
        Training step of the snapshot they come from.
    """

    index: NDArray[np.int64]
    mu: NDArray[np.float32]
    log_var: NDArray[np.float32]
    recon: NDArray[np.float32]
    kl: NDArray[np.float32]
    kl_per_dim: NDArray[np.float32]
    step: int

    @property
    def latent_dim(self) -> int:
        return int(self.mu.shape[1])

    def __len__(self) -> int:
        return int(self.index.shape[0])

    def row_of(self, image: int) -> int | None:
        """Row that holds image number `image`, or None if it was not encoded."""
        row = int(np.searchsorted(self.index, image))
        return row if row < len(self) and int(self.index[row]) == image else None

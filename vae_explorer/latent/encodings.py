"""``Encodings``: what the encoder says of a set of images; plain NumPy, free of torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vae_explorer.data.image_set import Split
from vae_explorer.errors import RunError

__all__ = ["Encodings"]

_ARRAYS: Mapping[str, tuple[type[np.generic], int]] = {  # what lies in latents.npz: type, number of axes
    "index": (np.int64, 1),
    "mu": (np.float32, 2),
    "log_var": (np.float32, 2),
    "recon": (np.float32, 1),
    "kl": (np.float32, 1),
    "kl_per_dim": (np.float32, 1),
    "step": (np.int64, 0),
}
_KNOWN: Mapping[str, tuple[type[np.generic], int]] = {  # may lie there too
    "split": (np.uint8, 1),
    "labels": (np.int64, 1),
    "class_names": (np.str_, 1),
}


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
        float32, (n,), nats; recon at z = mu, kl summed over dimensions (`VAE.kl`: with a learned prior or a
        flow an estimate with one sample).
    kl_per_dim
        float32, (D,), mean over the n images, nats; of N(mu, exp(log_var)) to N(0, 1), also with a learned prior.
    step
        Training step of the snapshot they come from.
    labels
        int64, (n,), indices into `class_names`; None if the images have no classes, or it was not kept.
    split
        uint8, (n,), values of `Split`; None if it was not kept.
    class_names
        One name a class; empty without labels.
    measured
        bool, (n,), rows whose `recon` was measured, NaN elsewhere; None: all. Never stored.
    """

    index: NDArray[np.int64]
    mu: NDArray[np.float32]
    log_var: NDArray[np.float32]
    recon: NDArray[np.float32]
    kl: NDArray[np.float32]
    kl_per_dim: NDArray[np.float32]
    step: int
    labels: NDArray[np.int64] | None = None
    split: NDArray[np.uint8] | None = None
    class_names: tuple[str, ...] = ()
    measured: NDArray[np.bool_] | None = None

    @property
    def latent_dim(self) -> int:
        return int(self.mu.shape[1])

    def __len__(self) -> int:
        return int(self.index.shape[0])

    def row_of(self, image: int) -> int | None:
        """Row that holds image number `image`, or None if it was not encoded."""
        row = int(np.searchsorted(self.index, image))
        return row if row < len(self) and int(self.index[row]) == image else None

    def dims_by_kl(self) -> NDArray[np.int64]:
        """All latent dimensions, the one that carries most nats first."""
        return np.argsort(-self.kl_per_dim, kind="stable").astype(np.int64)

    def to_arrays(self) -> dict[str, NDArray[np.generic]]:
        """Named arrays for ``latents.npz``; `from_arrays` reads them back."""
        arrays = {name: np.asarray(getattr(self, name), dtype=dtype) for name, (dtype, _) in _ARRAYS.items()}
        known = ["split"] if self.split is not None else []
        known += ["labels", "class_names"] if self.labels is not None else []
        return arrays | {name: np.asarray(getattr(self, name), dtype=_KNOWN[name][0]) for name in known}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Encodings:
        """The encodings that `to_arrays` wrote, by older versions too; further arrays are ignored.

        Raises
        ------
        RunError
            If an array is missing or has another shape than the others ask for.
        """
        missing = [name for name in _ARRAYS if name not in arrays]
        if missing:
            raise RunError(f"The stored latents are incomplete: {', '.join(missing)} missing.")
        asked = dict(_ARRAYS) | {name: kind for name, kind in _KNOWN.items() if name in arrays}
        found = {name: np.asarray(arrays[name]) for name in asked}
        for name, (dtype, n_axes) in asked.items():
            if found[name].ndim != n_axes or not np.can_cast(found[name].dtype, dtype, "same_kind"):
                raise RunError(f"The stored latents are damaged: '{name}' is not what this program writes.")
        n, latent_dim = found["mu"].shape
        shapes = {
            "index": (n,),
            "log_var": (n, latent_dim),
            "recon": (n,),
            "kl": (n,),
            "kl_per_dim": (latent_dim,),
            "split": (n,),
            "labels": (n,),
        }
        for name, shape in shapes.items():
            if name in found and found[name].shape != shape:
                raise RunError(
                    f"The stored latents are damaged: '{name}' is {found[name].shape}, expected {shape}."
                )
        if np.any(np.diff(found["index"]) <= 0):
            raise RunError("The stored latents are damaged: 'index' does not ascend.")
        split, labels = found.get("split"), found.get("labels")
        names = found["class_names"].tolist() if labels is not None and "class_names" in found else []
        if split is not None and np.any(split > max(Split)):
            raise RunError("The stored latents are damaged: 'split' names a split that does not exist.")
        if labels is not None and np.any((labels < 0) | (labels >= len(names))):
            raise RunError("The stored latents are damaged: 'labels' names a class that does not exist.")
        return cls(
            index=found["index"].astype(np.int64),
            mu=found["mu"].astype(np.float32),
            log_var=found["log_var"].astype(np.float32),
            recon=found["recon"].astype(np.float32),
            kl=found["kl"].astype(np.float32),
            kl_per_dim=found["kl_per_dim"].astype(np.float32),
            step=int(found["step"]),
            labels=None if labels is None else labels.astype(np.int64),
            split=None if split is None else split.astype(np.uint8),
            class_names=tuple(names),
        )

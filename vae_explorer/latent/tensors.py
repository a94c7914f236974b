"""What goes into a model and comes out of it: NumPy arrays, checked and as tensors, and back."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from vae_explorer.errors import ConfigError
from vae_explorer.vae.binarisation import fixed_draw

__all__ = [
    "check_pictures",
    "check_shape",
    "checked_classes",
    "checked_latents",
    "seen_pixels",
    "to_numpy",
    "to_pixels",
]

Images = NDArray[np.uint8]


def checked_latents(z: ArrayLike, latent_dim: int) -> Tensor:
    """Latents as float32, (B, D), in memory of their own.

    Raises
    ------
    ConfigError
        If `z` has another number of coordinates than `latent_dim`, or one is not finite.
    """
    with np.errstate(over="ignore"):  # too large for float32 becomes infinite and is refused below
        latents = np.asarray(z, dtype=np.float32)
    if latents.ndim != 2 or latents.shape[1] != latent_dim:
        got = latents.shape[-1] if latents.ndim else 0
        raise ConfigError(
            f"This model has {latent_dim} latent dimension{'s' if latent_dim != 1 else ''}, "
            f"got {got} coordinate{'s' if got != 1 else ''}."
        )
    if not np.isfinite(latents).all():
        raise ConfigError("A coordinate is not a finite number.")
    return torch.from_numpy(np.array(latents))  # (B, D), own memory


def checked_classes(labels: ArrayLike, n: int, n_classes: int) -> Tensor:
    """Classes of `n` latents, int64, (n,).

    Raises
    ------
    ConfigError
        If there are not `n` of them, or one is not from 0 to `n_classes` − 1.
    """
    found = np.array(labels, dtype=np.int64)
    if found.shape != (n,) or np.any((found < 0) | (found >= n_classes)):
        raise ConfigError(
            f"{n} latents need as many classes from 0 to {n_classes - 1}, got {found.tolist()[:5]}."
        )
    return torch.from_numpy(found)


def seen_pixels(
    x: Images, index: NDArray[np.int64] | None, rows: slice, draw: int | None, device: torch.device
) -> Tensor:
    """The pictures in `rows`, as the model sees them: float32, (B, C, H, W), in [0, 1].

    Parameters
    ----------
    x
        uint8, (N, C, H, W).
    index
        Places of the pictures in their set, (N,), by which binarised pixels are drawn; None: counted from 0.
    draw
        Seed of the fixed draw of a model of binarised pixels; None: grey.
    """
    if draw is not None:
        places = np.arange(len(x)) if index is None else index
        white = fixed_draw(x[rows], places[rows], draw)
        return torch.from_numpy(white).to(device).to(torch.float32)
    return torch.from_numpy(np.array(x[rows])).to(device).to(torch.float32).div_(255.0)


def check_pictures(x: Images, image_shape: tuple[int, int, int]) -> None:
    """Raise `ConfigError` unless `x` are uint8 pictures (B, C, H, W) of `image_shape`."""
    if x.ndim != 4 or x.dtype != np.uint8:
        raise ConfigError(f"Pictures must be uint8, (B, C, H, W), got {x.dtype}, {x.shape}.")
    check_shape((x.shape[1], x.shape[2], x.shape[3]), image_shape)


def check_shape(got: tuple[int, int, int], image_shape: tuple[int, int, int]) -> None:
    """Raise `ConfigError` unless images of shape `got`, (C, H, W), are what a model of `image_shape` takes."""
    if got != image_shape:
        raise ConfigError(
            f"This model was trained on {_shape_words(image_shape)} images, got "
            f"{_shape_words(got)}: load the images at the model's size and colour."
        )


def to_pixels(x: Tensor) -> Images:
    """Images in [0, 1] → uint8, rounded to the nearest level."""
    pixels: Images = x.clamp(0.0, 1.0).mul(255.0).round().to(torch.uint8).cpu().numpy()
    return pixels


def to_numpy(x: Tensor) -> NDArray[np.floating]:
    """An array of the same type and shape, on the CPU."""
    array: NDArray[np.floating] = x.cpu().numpy()
    return array


def _shape_words(image_shape: tuple[int, int, int]) -> str:
    c, h, w = image_shape
    return f"{w} × {h} {'grey' if c == 1 else 'colour'}"

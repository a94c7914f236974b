"""Reconstructs images for the panels and measures how well: runs on a worker thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vae_explorer.data.image_set import ImageSet, Split
from vae_explorer.evaluation.image_quality import psnr, ssim
from vae_explorer.ui.widgets.difference import signed_difference
from vae_explorer.ui.widgets.numbers import signed
from vae_explorer.ui.widgets.reconstruction_list import ReconstructionRow

if TYPE_CHECKING:
    from vae_explorer.latent.encodings import Encodings
    from vae_explorer.latent.explorer import Explorer

__all__ = ["code_title", "format_decibels", "image_title", "loss_numbers", "reconstruct_rows"]


def reconstruct_rows(
    explorer: Explorer, images: ImageSet, index: NDArray[np.int64], recon_name: str = "recon"
) -> dict[int, ReconstructionRow]:
    """Rows of images number `index`, by that number; their reconstruction loss is called `recon_name`."""
    if len(index) == 0:
        return {}
    labels = None if images.labels is None else images.labels[index]
    answer = explorer.reconstruct(np.ascontiguousarray(images.images[index]), index, labels)
    original, reconstruction = answer.original, answer.reconstruction  # (B, C, H, W)
    differences = signed_difference(original, reconstruction)
    decibels, alike = psnr(original, reconstruction), ssim(original, reconstruction)
    rows: dict[int, ReconstructionRow] = {}
    for k, image in enumerate(index.tolist()):
        numbers = loss_numbers(answer.recon[k], answer.kl[k], variational=explorer.variational)
        numbers += [("PSNR", format_decibels(decibels[k])), ("SSIM", signed(alike[k], 2))]
        numbers[0] = (recon_name, numbers[0][1])
        title = image_title(images, image)
        nats = float(answer.recon[k] + answer.kl[k])
        rows[image] = ReconstructionRow(
            original[k], reconstruction[k], differences[k], tuple(numbers), title, nats
        )
    return rows


def format_decibels(value: float) -> str:
    """``"12.3 dB"``; equal pictures have infinitely many."""
    return "∞ dB" if np.isinf(value) else f"{signed(value, 1)} dB"


def image_title(images: ImageSet, image: int) -> str:
    """``"Image 4,211 · class 7 · validation"``."""
    label = int(images.labels[image]) if images.labels is not None and images.class_names else None
    return _title(image, None if label is None else images.class_names[label], int(images.split[image]))


def code_title(encodings: Encodings, row: int) -> str:
    """`image_title` from what lies beside the code in `row`: less, where it was not kept."""
    labels, split = encodings.labels, encodings.split
    return _title(
        int(encodings.index[row]),
        None if labels is None else encodings.class_names[int(labels[row])],
        None if split is None else int(split[row]),
    )


def loss_numbers(recon: float, kl: float, *, variational: bool) -> list[tuple[str, str]]:
    """Names and values of an image's losses, in nats; an autoencoder has no KL."""
    # Beyond some hundred nats a tenth says nothing, and "−472.0 nats" would not fit beside its name.
    decimals = 1 if -100 < recon < 500 else 0
    numbers = [("recon", f"{signed(recon, decimals)} nats")]
    return [*numbers, ("KL", f"{signed(kl, 1)} nats")] if variational else numbers


def _title(image: int, class_name: str | None, split: int | None) -> str:
    parts = [f"Image {image:,}"]
    if class_name is not None:
        parts.append(f"class {class_name}")
    if split is not None:
        parts.append(Split(split).name.lower())
    return " · ".join(parts)

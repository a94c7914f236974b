"""Reconstructs images for the panels and measures how well: runs on a worker thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vae_explorer.data.image_set import ImageSet, Split
from vae_explorer.evaluation.image_quality import psnr, ssim
from vae_explorer.ui.widgets.difference import signed_difference
from vae_explorer.ui.widgets.reconstruction_list import ReconstructionRow

if TYPE_CHECKING:
    from vae_explorer.latent.explorer import Explorer

__all__ = ["format_decibels", "image_title", "reconstruct_rows"]


def reconstruct_rows(
    explorer: Explorer, images: ImageSet, index: NDArray[np.int64]
) -> dict[int, ReconstructionRow]:
    """Rows of images number `index`, by that number."""
    if len(index) == 0:
        return {}
    answer = explorer.reconstruct(np.ascontiguousarray(images.images[index]))
    original, reconstruction = answer.original, answer.reconstruction  # (B, C, H, W)
    signed = signed_difference(original, reconstruction)
    decibels, alike = psnr(original, reconstruction), ssim(original, reconstruction)
    rows: dict[int, ReconstructionRow] = {}
    for k, image in enumerate(index.tolist()):
        numbers = [("recon", f"{answer.recon[k]:.1f} nats")]
        if explorer.variational:
            numbers.append(("KL", f"{answer.kl[k]:.1f} nats"))
        numbers += [("PSNR", format_decibels(decibels[k])), ("SSIM", f"{alike[k]:.2f}")]
        title = image_title(images, image)
        rows[image] = ReconstructionRow(original[k], reconstruction[k], signed[k], tuple(numbers), title)
    return rows


def format_decibels(value: float) -> str:
    """``"12.3 dB"``; equal pictures have infinitely many."""
    return "∞ dB" if np.isinf(value) else f"{value:.1f} dB"


def image_title(images: ImageSet, image: int) -> str:
    """``"Image 4,211 · class 7 · validation"``."""
    parts = [f"Image {image:,}"]
    if images.labels is not None and images.class_names:
        parts.append(f"class {images.class_names[int(images.labels[image])]}")
    parts.append(Split(int(images.split[image])).name.lower())
    return " · ".join(parts)

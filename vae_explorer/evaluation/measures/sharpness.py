"""Sharpness of reconstructions: PSNR, SSIM and the ratio of Laplacian energies."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vae_explorer.evaluation.figures import Finding, Warned
from vae_explorer.evaluation.image_quality import psnr, ssim
from vae_explorer.evaluation.measure import Measure, Step
from vae_explorer.evaluation.sharpness import laplacian_ratio
from vae_explorer.evaluation.subject import Subject

__all__ = ["MEASURE"]

_AT_MEAN = "Of E[x|z] at z = mu beside the original, both as 8-bit pictures"


def _sharpness(subject: Subject) -> Iterator[Step | Finding]:
    parts = []
    for batch in subject.batches(subject.chosen):
        with torch.no_grad():
            params = subject.model.decode(subject.model.encode(batch.x, batch.y).mu, batch.y)
            made, real = _grey_levels(subject.model.likelihood.mean(params)), _grey_levels(batch.x)
        parts.append((psnr(made, real), ssim(made, real), laplacian_ratio(made, real)))
        yield Step(batch.done, batch.total)
    ratios_db, similarity, energy = (np.concatenate(column) for column in zip(*parts, strict=True))
    exact = ~np.isfinite(ratios_db)
    if exact.all():
        yield Warned("psnr", "Every reconstruction equals its original, so PSNR is infinite.")
    else:
        note = f"{_AT_MEAN}; mean of the images' decibels."
        if exact.any():
            note += f" {int(exact.sum())} images without any error are left out."
        yield subject.mean_figure("psnr", "PSNR of reconstructions", ratios_db[~exact], "dB", note=note)
    yield subject.mean_figure(
        "ssim",
        "SSIM of reconstructions",
        similarity,
        "",
        note=f"{_AT_MEAN} (Wang et al. 2004, 11 × 11 window).",
    )
    flat = np.isnan(energy)
    if flat.all():
        yield Warned("laplacian_ratio", "Every original is flat, so there is no sharpness to compare.")
        return
    yield subject.mean_figure(
        "laplacian_ratio",
        "Laplacian energy of reconstruction / original",
        energy[~flat],
        "",
        note=f"{_AT_MEAN}; 1 is as sharp, below is blurred; mean of the images' ratios. {int(flat.sum())} flat "
        "originals left out.",
    )


def _grey_levels(x: Tensor) -> NDArray[np.uint8]:
    return (x.clamp(0.0, 1.0) * 255.0).round().to(torch.uint8).cpu().numpy()


MEASURE = Measure("sharpness", "Sharpness of reconstructions", _sharpness)
